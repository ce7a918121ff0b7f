/** What GraphQL shows and takes of accounts and administrators. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { PlatformEnum } from '../graphql/enums.ts';
import { DateTime, JSONObject } from '../graphql/scalars.ts';
import type { Attributes } from '../rollouts/effective-state.rules.ts';
import type { AccountView } from './account.view.ts';
import type { AccountInput, AccountPatch, AdministratorInput, AdministratorPatch } from './accounts.service.ts';
import type { AdministratorView } from './administrators.repository.ts';
import type { Platform } from './accounts.rules.ts';

@ObjectType('Account', { description: 'A customer of the platform.', simpleResolvers: true })
export class AccountType implements AccountView {
  number!: number;

  @Field(() => ID, { description: "The platform's own id of it." })
  id!: string;

  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => PlatformEnum, { description: 'Where it runs.' })
  platform!: Platform;

  @Field(() => String, { nullable: true, description: 'Its plan.' })
  plan!: string | null;

  @Field(() => String, { nullable: true, description: 'Its region.' })
  region!: string | null;

  @Field(() => String, { description: 'Its time zone, an IANA name.' })
  timeZone!: string;

  @Field(() => Boolean, { description: "Whether the platform's built-in provider sends its mail." })
  usesBuiltInEmail!: boolean;

  @Field(() => JSONObject, { description: 'Its free attributes, which migrations can match.' })
  attributes!: Attributes;

  @Field(() => DateTime, { description: 'When the platform created it: decides whether a migration is on from its birth.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it was last changed here.' })
  updatedAt!: Date;
}

@ObjectType('Administrator', { description: 'A person who administers accounts.', simpleResolvers: true })
export class AdministratorType implements AdministratorView {
  @Field(() => ID, { description: 'Their id.' })
  id!: string;

  @Field(() => String, { description: 'Their address, in lower case.' })
  email!: string;

  @Field(() => String, { description: 'Their name.' })
  name!: string;

  @Field(() => String, { description: 'Their time zone, an IANA name: reminders come in its morning.' })
  timeZone!: string;

  @Field(() => String, { description: 'How dates are written to them, a BCP 47 tag.' })
  locale!: string;

  @Field(() => DateTime, { description: 'When they were created.' })
  createdAt!: Date;
}

export const AccountConnection = Connection(AccountType);
export const AdministratorConnection = Connection(AdministratorType);

@InputType('AccountEdit', { description: 'What to change of an account. What is left out stays as it is.' })
export class AccountEditInput implements AccountPatch {
  @Field(() => String, { nullable: true, description: 'Up to 200 characters.' })
  name?: string;

  @Field(() => PlatformEnum, { nullable: true, description: 'Where it runs.' })
  platform?: Platform;

  @Field(() => String, { nullable: true, description: 'Its plan; null removes it.' })
  plan?: string | null;

  @Field(() => String, { nullable: true, description: 'Its region; null removes it.' })
  region?: string | null;

  @Field(() => String, { nullable: true, description: 'An IANA name such as Europe/Berlin.' })
  timeZone?: string;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the platform's built-in provider sends its mail. Once the account has email settings these decide.",
  })
  usesBuiltInEmail?: boolean;

  @Field(() => JSONObject, { nullable: true, description: 'All of its attributes: names with a text, a number or true/false each.' })
  attributes?: Attributes;
}

@InputType('NewAccount', { description: 'A new account.' })
export class NewAccountInput extends AccountEditInput implements AccountInput {
  @Field(() => ID, { description: "The platform's own id of it, up to 200 characters." })
  id!: string;

  @Field(() => String, { description: 'Up to 200 characters.' })
  declare name: string;

  @Field(() => PlatformEnum, { description: 'Where it runs.' })
  declare platform: Platform;

  @Field(() => DateTime, { nullable: true, description: 'When the platform created it; left out: now.' })
  createdAt?: Date;
}

@InputType('AdministratorEdit', { description: 'What to change of an administrator. What is left out stays as it is.' })
export class AdministratorEditInput implements AdministratorPatch {
  @Field(() => String, { nullable: true, description: 'An email address; one person, one address.' })
  email?: string;

  @Field(() => String, { nullable: true, description: 'Up to 200 characters.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'An IANA name such as Europe/Berlin; left out at first: UTC.' })
  timeZone?: string;

  @Field(() => String, { nullable: true, description: 'A BCP 47 tag such as de-DE; left out at first: en.' })
  locale?: string;
}

@InputType('NewAdministrator', { description: 'A new administrator.' })
export class NewAdministratorInput extends AdministratorEditInput implements AdministratorInput {
  @Field(() => String, { description: 'An email address; one person, one address.' })
  declare email: string;

  @Field(() => String, { description: 'Up to 200 characters.' })
  declare name: string;

  @Field(() => [ID], { description: "The platform's ids of the accounts to administer, up to 1,000." })
  accounts!: string[];
}
