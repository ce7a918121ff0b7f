import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { ApplicationConnection, CreatedApplicationType, NewUserInput, UserType } from './user.types.ts';

const ACCOUNT = { description: "The platform's id of the account." };
const CLIENT_ID = { nullable: true, description: 'A client_id of your own choice; left out: a random one.' };

@Resolver()
export class UsersResolver {
  @Query(() => ApplicationConnection, { description: 'The applications of an account, by client_id. Errors: NOT_FOUND.' })
  async applications(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Args(() => PageArgs) { page }: PageArgs,
  ) {
    return toConnection(await context.services.applications.applications(requireActor(context), account, page), (view) => view);
  }

  @Mutation(() => CreatedApplicationType, {
    description: 'Makes an application. For operators and administrators. Errors: NOT_FOUND, INVALID_INPUT, KEY_TAKEN.',
  })
  createApplication(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('name', () => String, { description: 'Up to 200 characters.' }) name: string,
    @Arg('clientId', () => ID, CLIENT_ID) clientId?: string | null,
  ) {
    return context.services.applications.createApplication(requireActor(context), account, name, clientId ?? undefined);
  }

  @Mutation(() => UserType, {
    description:
      'Makes a user. For operators and administrators. Errors: NOT_FOUND, INVALID_INPUT, INVALID_EMAIL, INVALID_PASSWORD, KEY_TAKEN.',
  })
  createUser(
    @Ctx() context: Context,
    @Arg('account', () => ID, ACCOUNT) account: string,
    @Arg('input', () => NewUserInput, { description: 'The user.' }) input: NewUserInput,
  ) {
    return context.services.users.createUser(requireActor(context), account, input);
  }
}
