/** What GraphQL shows and takes of tokens. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { RoleEnum } from '../graphql/enums.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { TokenView } from './tokens.repository.ts';
import { type NewToken, type Scope, SCOPES, type TokenRole } from './tokens.rules.ts';
import type { CreatedToken } from './tokens.service.ts';

@ObjectType('Token', { description: 'A bearer token, without its secret.', simpleResolvers: true })
export class TokenType implements Omit<TokenView, 'administratorId'> {
  @Field(() => ID, { description: 'Its id, to revoke it by.' })
  id!: string;

  @Field(() => String, { description: 'Its first characters, to find it by.' })
  prefix!: string;

  @Field(() => String, { description: 'What people call it.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What its bearer may do.' })
  role!: TokenRole;

  @Field(() => String, { description: 'Who acts with it, as the event log names them.' })
  subject!: string;

  @Field(() => [String], { description: 'What it may do beyond its role.' })
  scopes!: readonly Scope[];

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'From when on it no longer counts; null for never.' })
  expiresAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked.' })
  revokedAt!: Date | null;
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

  @Field(() => [ID], { nullable: true, description: 'The accounts it may act for: needed for partners.' })
  accounts?: string[] | null;

  @Field(() => [String], { nullable: true, description: `What a partner may do beyond reading and opting in: ${SCOPES.join(', ')}.` })
  scopes?: string[] | null;

  @Field(() => DateTime, { nullable: true, description: 'From when on it no longer counts; left out: never.' })
  expiresAt?: Date | null;
}
