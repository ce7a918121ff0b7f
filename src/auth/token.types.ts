/** What GraphQL shows and takes of tokens. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { RoleEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { TokenView } from './tokens.repository.ts';
import { type Scope, SCOPES } from './scopes.rules.ts';
import { DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS, type NewToken, type TokenRole } from './tokens.rules.ts';
import type { CreatedToken, RotatedToken } from './tokens.service.ts';

/** What each scope is for, as the schema says it. */
const SCOPES_EXPLAINED =
  '`migrations:read`: migrations, accounts, their states, usage and impact. `opt_ins:write`: opting in and out. ' +
  '`email:write`: email settings and templates. `webhooks:write`: webhooks. `events:read`: the event log. ' +
  '`flags:read`: migrations and states of single accounts, as a runtime reads them; a runtime has it by its role. ' +
  '`usage:write`: reporting uses of old behaviour, which a runtime may by its role as well. ' +
  '`read:users`: user profiles. `read:user_idp_tokens`: the tokens of identity providers in them.';

/** What `rotateToken` says of its argument. */
export const OVERLAP = {
  defaultValue: DEFAULT_OVERLAP_SECONDS,
  description: `How long the old secret goes on, in seconds: 0, which ends it at once, to ${MAX_OVERLAP_SECONDS}.`,
};

@ObjectType('Token', { description: 'A bearer token, without its secret.', simpleResolvers: true })
export class TokenType implements Omit<TokenView, 'administratorId'> {
  @Field(() => ID, { description: 'Its id, to rotate and revoke it by.' })
  id!: string;

  @Field(() => String, { description: 'Its first characters, to find it by.' })
  prefix!: string;

  @Field(() => String, { description: 'What people call it.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What its bearer may do.' })
  role!: TokenRole;

  @Field(() => String, { description: 'Who acts with it, as the event log names them.' })
  subject!: string;

  @Field(() => [String], { description: `What a partner may do with it. ${SCOPES_EXPLAINED}` })
  scopes!: readonly Scope[];

  @Field(() => Boolean, { description: 'That a partner acts for every account with it, and not for named ones.' })
  allAccounts!: boolean;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'From when on it no longer counts; null for never.' })
  expiresAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked.' })
  revokedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute; null for never.' })
  lastUsedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'How its secret before the last rotation begins.' })
  previousPrefix!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When that secret ends or ended.' })
  previousExpiresAt!: Date | null;
}

export const TokenConnection = Connection(TokenType);

@ObjectType('CreatedToken', { description: 'A token at the one moment it can be seen.', simpleResolvers: true })
export class CreatedTokenType implements CreatedToken {
  @Field(() => ID, { description: 'Its id, to revoke it by.' })
  id!: string;

  @Field(() => String, { description: 'The token itself: shown once, kept nowhere.' })
  token!: string;

  @Field(() => String, { description: 'Its first characters, by which lists show it.' })
  prefix!: string;
}

@ObjectType('RotatedToken', { description: 'The new secret of a token, at the one moment it can be seen.', simpleResolvers: true })
export class RotatedTokenType extends CreatedTokenType implements RotatedToken {
  @Field(() => DateTime, { description: 'Until when the old secret goes on.' })
  previousExpiresAt!: Date;
}

@InputType('NewToken', { description: 'A new token.' })
export class NewTokenInput implements NewToken {
  @Field(() => String, { description: 'What people call it in lists.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What its bearer may do.' })
  role!: TokenRole;

  @Field(() => String, { description: 'Who acts with it, as the event log names them. Two operators need two names.' })
  subject!: string;

  @Field(() => ID, { nullable: true, description: 'The administrator it belongs to: needed for that role.' })
  administratorId?: string | null;

  @Field(() => [ID], { nullable: true, description: 'The accounts a partner may act for; at least one, unless `allAccounts`.' })
  accounts?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'That a partner may act for every account, those to come included.' })
  allAccounts?: boolean | null;

  @Field(() => [String], { nullable: true, description: `What a partner may do, any of: ${SCOPES.join(', ')}. ${SCOPES_EXPLAINED}` })
  scopes?: string[] | null;

  @Field(() => DateTime, { nullable: true, description: 'From when on it no longer counts; left out: never.' })
  expiresAt?: Date | null;
}
