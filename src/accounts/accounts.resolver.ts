import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../auth/scopes.rules.ts';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { PlatformEnum } from '../graphql/enums.ts';
import { withoutNulls } from '../graphql/input.ts';
import type { MigrationView } from '../migrations/migrations.rules.ts';
import { AccountMigrationType } from '../rollouts/rollout.types.ts';
import type { AccountMigration } from '../rollouts/rollouts.rules.ts';
import type { AccountView } from './account.view.ts';
import {
  AccountConnection,
  AccountEditInput,
  AccountType,
  AdministratorConnection,
  AdministratorEditInput,
  AdministratorType,
  NewAccountInput,
  NewAdministratorInput,
} from './account.types.ts';
import type { Platform } from './accounts.rules.ts';
import type { AdministratorView } from './administrators.repository.ts';

const SEARCH = { nullable: true, description: 'The beginning of an id or address, or any part of a name.' };
const ACCOUNT = { description: "The platform's id of the account." };
const ADMINISTRATOR = { description: 'The id of the administrator.' };

@Resolver(() => AccountType)
export class AccountsResolver {
  @Query(() => AccountConnection, { description: 'The accounts you see, by id.' })
  async accounts(
    @Ctx() context: Context,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('search', () => String, SEARCH) search?: string,
    @Arg('platform', () => PlatformEnum, { nullable: true, description: 'Only accounts of this platform.' }) platform?: Platform,
  ) {
    return toConnection(await context.services.accounts.accounts(requireActor(context), { search, platform }, page), (view) => view);
  }

  @Query(() => AccountType, { description: 'One account. Errors: NOT_FOUND, also for an account that is not yours.' })
  account(@Ctx() context: Context, @Arg('id', () => ID, ACCOUNT) id: string): Promise<AccountView> {
    return context.services.accounts.account(requireActor(context), id);
  }

  @FieldResolver(() => [AccountMigrationType], { description: 'Every published migration with its state for this account, newest first.' })
  async migrations(@Ctx() context: Context, @Root() account: AccountView) {
    // An account is also reached from what other scopes read.
    requireScope(requireActor(context), 'migrations:read', 'flags:read');
    const [states, published] = await Promise.all([context.loaders.states.load(account.number), context.loaders.published()]);
    return states.map((one) => withBoth(one, account, published.get(one.migrationId)));
  }

  @FieldResolver(() => AdministratorConnection, { description: 'Who administers it, by address.' })
  async administrators(@Ctx() context: Context, @Root() account: AccountView, @Args(() => PageArgs) { page }: PageArgs) {
    return toConnection(await context.services.accounts.administratorsOfAccount(requireActor(context), account.id, page), (view) => view);
  }

  @Mutation(() => AccountType, { description: 'Creates an account. For operators. Errors: KEY_TAKEN, INVALID_INPUT, INVALID_TIME_ZONE.' })
  createAccount(
    @Ctx() context: Context,
    @Arg('input', () => NewAccountInput, { description: 'The account.' }) input: NewAccountInput,
  ): Promise<AccountView> {
    return context.services.accounts.createAccount(requireActor(context), withoutNulls(input));
  }

  @Mutation(() => AccountType, {
    description:
      'Changes an account. For operators. Errors: NOT_FOUND, INVALID_INPUT, INVALID_TIME_ZONE; CONFLICT for `usesBuiltInEmail` against its email settings.',
  })
  editAccount(
    @Ctx() context: Context,
    @Arg('id', () => ID, ACCOUNT) id: string,
    @Arg('input', () => AccountEditInput, { description: 'What to change.' }) input: AccountEditInput,
  ): Promise<AccountView> {
    // Null removes a plan or a region; elsewhere it says as little as leaving out.
    return context.services.accounts.editAccount(requireActor(context), id, {
      ...withoutNulls(input),
      plan: input.plan,
      region: input.region,
    });
  }
}

@Resolver(() => AdministratorType)
export class AdministratorsResolver {
  @Query(() => AdministratorConnection, { description: 'The administrators you see, by address.' })
  async administrators(
    @Ctx() context: Context,
    @Args(() => PageArgs) { page }: PageArgs,
    @Arg('search', () => String, SEARCH) search?: string,
  ) {
    return toConnection(await context.services.accounts.administrators(requireActor(context), { search }, page), (view) => view);
  }

  @Query(() => AdministratorType, { description: 'One administrator. Errors: NOT_FOUND.' })
  administrator(@Ctx() context: Context, @Arg('id', () => ID, ADMINISTRATOR) id: string): Promise<AdministratorView> {
    return context.services.accounts.administrator(requireActor(context), id);
  }

  @Mutation(() => AdministratorType, {
    description: 'Creates an administrator. For operators. Errors: KEY_TAKEN, INVALID_EMAIL, INVALID_TIME_ZONE, NOT_FOUND.',
  })
  createAdministrator(
    @Ctx() context: Context,
    @Arg('input', () => NewAdministratorInput, { description: 'The administrator.' }) input: NewAdministratorInput,
  ): Promise<AdministratorView> {
    return context.services.accounts.createAdministrator(requireActor(context), withoutNulls(input));
  }

  @Mutation(() => AdministratorType, {
    description: 'Changes an administrator. For operators. Errors: NOT_FOUND, KEY_TAKEN, INVALID_EMAIL, INVALID_TIME_ZONE.',
  })
  editAdministrator(
    @Ctx() context: Context,
    @Arg('id', () => ID, ADMINISTRATOR) id: string,
    @Arg('input', () => AdministratorEditInput, { description: 'What to change.' }) input: AdministratorEditInput,
  ): Promise<AdministratorView> {
    return context.services.accounts.editAdministrator(requireActor(context), id, withoutNulls(input));
  }

  @Mutation(() => AdministratorType, {
    description: 'Lets a person administer an account; again changes nothing. For operators. Errors: NOT_FOUND.',
  })
  async grantAdministration(
    @Ctx() context: Context,
    @Arg('administrator', () => ID, ADMINISTRATOR) administrator: string,
    @Arg('account', () => ID, ACCOUNT) account: string,
  ) {
    const actor = requireActor(context);
    await context.services.accounts.grantAdministration(actor, administrator, account);
    return context.services.accounts.administrator(actor, administrator);
  }

  @Mutation(() => AdministratorType, {
    description: 'Takes an account away from a person; again changes nothing. For operators. Errors: NOT_FOUND.',
  })
  async revokeAdministration(
    @Ctx() context: Context,
    @Arg('administrator', () => ID, ADMINISTRATOR) administrator: string,
    @Arg('account', () => ID, ACCOUNT) account: string,
  ) {
    const actor = requireActor(context);
    await context.services.accounts.revokeAdministration(actor, administrator, account);
    return context.services.accounts.administrator(actor, administrator);
  }
}

/** Given what was read already. A migration that was published between two looks is read when it is asked for. */
function withBoth(
  { accountId, accountNumber, migrationId, state }: AccountMigration,
  account: AccountView,
  migration?: MigrationView,
): AccountMigrationType {
  return { accountId, accountNumber, migrationId, state, account, ...(migration && { migration }) };
}
