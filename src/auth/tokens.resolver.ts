import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { PageArgs, toConnection } from '../graphql/connection.ts';
import { type Context, requireActor } from '../graphql/context.ts';
import { CreatedTokenType, NewTokenInput, OVERLAP, RotatedTokenType, TokenConnection, TokenType } from './token.types.ts';

@Resolver(() => TokenType)
export class TokensResolver {
  @Query(() => TokenConnection, { description: 'All tokens, newest first. For operators.' })
  async tokens(@Ctx() context: Context, @Args(() => PageArgs) { page }: PageArgs) {
    return toConnection(await context.services.tokens.tokens(requireActor(context), page), (view) => view);
  }

  @Mutation(() => CreatedTokenType, {
    description: 'Makes a token; it is shown this once. For operators. Errors: INVALID_INPUT, DATE_IN_PAST, NOT_FOUND.',
  })
  createToken(@Ctx() context: Context, @Arg('input', () => NewTokenInput, { description: 'The token.' }) input: NewTokenInput) {
    return context.services.tokens.createToken(requireActor(context), input);
  }

  @Mutation(() => RotatedTokenType, {
    description:
      'Gives a token a new secret, shown this once, while the old one goes on for a while. Of a token rotated again meanwhile the ' +
      'oldest secret ends at once. For operators. Errors: NOT_FOUND, INVALID_INPUT; WRONG_STATE for one that was revoked or has expired.',
  })
  rotateToken(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Arg('overlapSeconds', () => Int, OVERLAP) overlapSeconds: number,
  ) {
    return context.services.tokens.rotateToken(requireActor(context), id, overlapSeconds);
  }

  @Mutation(() => TokenType, { description: 'Revokes a token at once; again changes nothing. For operators. Errors: NOT_FOUND.' })
  revokeToken(@Ctx() context: Context, @Arg('id', () => ID, { description: 'Its id.' }) id: string) {
    return context.services.tokens.revokeToken(requireActor(context), id);
  }
}
