import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { AdministratorType } from '../accounts/account.types.ts';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { MailStatusEnum } from '../graphql/enums.ts';
import { MailConnection, MailType } from './mail.types.ts';
import type { MailStatus, MailView } from './mail.repository.ts';

@Resolver(() => MailType)
export class MailsResolver {
  @Query(() => MailConnection, { description: 'The ledger of mails, newest first. For operators.' })
  async mails(
    @Ctx() context: Context,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('status', () => MailStatusEnum, { nullable: true, description: 'Only mails in this state.' }) status?: MailStatus,
  ) {
    return toConnection(await context.services.mails.mails(requireActor(context), { status }, page), (view) => view);
  }

  @FieldResolver(() => AdministratorType, { description: 'Whom it is for.' })
  administrator(@Ctx() context: Context, @Root() { administratorId }: MailView) {
    return context.loaders.administrators.load(administratorId);
  }

  @Mutation(() => MailType, { description: 'Tries a failed mail again. For operators. Errors: NOT_FOUND, WRONG_STATE.' })
  retryMail(@Ctx() context: Context, @Arg('id', () => ID, { description: 'Its id.' }) id: string): Promise<MailView> {
    return context.services.mails.retryMail(requireActor(context), id);
  }
}
