import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { AccountType } from '../../accounts/account.types.ts';
import { PageArgs, toConnection } from '../../graphql/connection.ts';
import { type Context, requireActor } from '../../graphql/context.ts';
import { UserMailStatusEnum } from '../../graphql/enums.ts';
import type { EmailHealth } from './user-mail.repository.ts';
import type { UserMailStatus } from './user-mail.rules.ts';
import { EmailHealthConnection, EmailHealthType, UserMailConnection } from './user-mail.types.ts';

const ACCOUNT = { description: "The platform's id of the account." };

@Resolver(() => EmailHealthType)
export class UserMailsResolver {
  @Query(() => UserMailConnection, {
    description: "The mails to an account's users, newest first. Errors: NOT_FOUND, also for an account that is not yours.",
  })
  async userMails(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('status', () => UserMailStatusEnum, { nullable: true, description: 'Only mails in this state.' }) status?: UserMailStatus,
  ) {
    return toConnection(await context.services.userMails.userMails(requireActor(context), account, { status }, page), (view) => view);
  }

  @Query(() => EmailHealthType, {
    description: "How sending to an account's users goes. Errors: NOT_FOUND, also for an account that is not yours.",
  })
  emailHealth(@Ctx() context: Context, @Arg('account', () => ID, ACCOUNT) account: string): Promise<EmailHealth> {
    return context.services.userMails.emailHealth(requireActor(context), account);
  }

  @Query(() => EmailHealthConnection, {
    description: 'How sending goes for each account that had mails given up in the last 24 hours. For operators.',
  })
  async failingAccounts(@Ctx() context: Context, @Args(() => PageArgs) { page }: PageArgs) {
    return toConnection(await context.services.userMails.failingAccounts(requireActor(context), page), (view) => view);
  }

  @FieldResolver(() => AccountType, { description: 'The account.' })
  account(@Ctx() context: Context, @Root() { accountNumber }: EmailHealth) {
    return context.loaders.accounts.load(accountNumber);
  }
}
