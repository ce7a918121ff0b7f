import { Ctx, FieldResolver, Int, Query, Resolver } from 'type-graphql';
import { AdministratorType } from '../accounts/account.types.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { MeType } from './me.types.ts';

@Resolver(() => MeType)
export class MeResolver {
  @Query(() => MeType, { description: 'Who you are, by the token you came with.' })
  me(@Ctx() context: Context): MeType {
    return requireActor(context) as MeType;
  }

  @FieldResolver(() => AdministratorType, { nullable: true, description: 'The administrator you are; null for everybody else.' })
  administrator(@Ctx() context: Context) {
    const { administratorId } = requireActor(context);
    return administratorId === null ? null : context.loaders.administrators.load(administratorId);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'How many accounts you see; null where you see all, or look up single ones only.',
  })
  accounts(@Ctx() context: Context): Promise<number | null> {
    return context.services.accounts.visibleCount(requireActor(context));
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'How many of your notices are neither dismissed nor closed; null for whoever is no administrator.',
  })
  async unreadNotices(@Ctx() context: Context): Promise<number | null> {
    const actor = requireActor(context);
    return actor.administratorId === null ? null : context.services.notices.unreadCount(actor);
  }
}
