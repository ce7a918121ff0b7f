import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { type Context, requireActor } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/input.ts';
import { DateTime } from '../graphql/scalars.ts';
import { DatesDraftInput, MigrationDraftInput, MigrationPreviewType, ReschedulePreviewType } from './preview.types.ts';

@Resolver()
export class PreviewResolver {
  @Query(() => MigrationPreviewType, {
    description:
      'What a new or edited migration would come to, while it is written. Nothing is kept. For operators. Errors: FORBIDDEN, NOT_FOUND.',
  })
  previewMigration(
    @Ctx() context: Context,
    @Arg('input', () => MigrationDraftInput, { description: 'The migration as far as it is written.' }) input: MigrationDraftInput,
    @Arg('editing', () => ID, {
      nullable: true,
      description:
        'The key of the migration that is edited: what the input leaves out of `affects` is as it is there, and its key is its own.',
    })
    editing?: string | null,
  ) {
    const affects = input.affects ? { ...withoutNulls(input.affects), accounts: input.affects.accounts } : undefined;
    return context.services.previews.migration(requireActor(context), { ...withoutNulls(input), affects }, editing ?? null);
  }

  @Query(() => ReschedulePreviewType, {
    description:
      'What new dates of a migration would come to, while they are written. Nothing is kept. For operators. Errors: FORBIDDEN, NOT_FOUND.',
  })
  previewReschedule(
    @Ctx() context: Context,
    @Arg('key', () => ID, { description: 'Which migration.' }) key: string,
    @Arg('dates', () => DatesDraftInput, { description: 'Its new dates as far as they are written.' }) dates: DatesDraftInput,
  ) {
    return context.services.reschedulePreviews.preview(requireActor(context), key, withoutNulls(dates));
  }
}

@Resolver(() => MigrationPreviewType)
export class MigrationPreviewResolver {
  @FieldResolver(() => Int, { description: 'How many accounts it would touch.' })
  affectedAccounts(@Root() { affectedAccounts }: MigrationPreviewType): Promise<number> {
    return affectedAccounts();
  }
}

@Resolver(() => ReschedulePreviewType)
export class ReschedulePreviewResolver {
  @FieldResolver(() => Int, {
    description: 'How many administrators would be mailed about the new dates: those with something to do on an account.',
  })
  async administrators(@Root() { mails }: ReschedulePreviewType): Promise<number> {
    return (await mails()).administrators;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the first of these mails would leave, did the dates apply now; null for none.',
  })
  async firstMailAt(@Root() { mails }: ReschedulePreviewType): Promise<Date | null> {
    return (await mails()).firstAt;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the last of them would: each leaves in the morning of its reader.',
  })
  async lastMailAt(@Root() { mails }: ReschedulePreviewType): Promise<Date | null> {
    return (await mails()).lastAt;
  }
}
