/** What GraphQL shows and takes of applications and users. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { ApplicationView } from './applications.repository.ts';
import type { CreatedApplication } from './applications.service.ts';
import type { NewIdentity, NewUser } from './users.rules.ts';

@ObjectType('Application', { description: 'A program of an account that signs its users in.', simpleResolvers: true })
export class ApplicationType implements ApplicationView {
  @Field(() => ID, { description: 'Its client_id.' })
  id!: string;

  @Field(() => String, { description: 'Its name, as mails to its users say it.' })
  name!: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;
}

@ObjectType('CreatedApplication', { description: 'An application at the one moment its secret is shown.', simpleResolvers: true })
export class CreatedApplicationType extends ApplicationType implements CreatedApplication {
  @Field(() => String, { description: 'Signs its id_tokens (HS256). Shown this once.' })
  secret!: string;
}

@ObjectType('User', { description: 'A person who signs in to the applications of an account.', simpleResolvers: true })
export class UserType {
  @Field(() => ID, { description: 'Their user_id: the provider and the id there of their first identity.' })
  id!: string;

  @Field(() => String, { description: 'Their address, in lower case.' })
  email!: string;

  @Field(() => String, { description: 'Their name.' })
  name!: string;

  @Field(() => String, { description: 'The user database or identity provider they sign in with.' })
  connection!: string;

  @Field(() => DateTime, { description: 'When they were made.' })
  createdAt!: Date;
}

@InputType('NewIdentity', { description: 'How an identity provider knows a person.' })
export class NewIdentityInput implements NewIdentity {
  @Field(() => String, { description: 'E.g. google-oauth2.' })
  provider!: string;

  @Field(() => String, { nullable: true, description: 'The connection; left out: the name of the provider.' })
  connection?: string | null;

  @Field(() => ID, { description: 'The id at the provider.' })
  userId!: string;

  @Field(() => Boolean, { nullable: true, description: 'Left out: true.' })
  isSocial?: boolean | null;

  @Field(() => String, { nullable: true, description: 'The access token the provider gave; stored encrypted.' })
  accessToken?: string | null;
}

@InputType('NewUser', { description: 'A new user.' })
export class NewUserInput implements NewUser {
  @Field(() => String, { description: 'Their address.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'Up to 200 characters; left out: the address.' })
  name?: string | null;

  @Field(() => String, { description: 'The user database or identity provider they sign in with.' })
  connection!: string;

  @Field(() => String, { nullable: true, description: 'For user databases: 8 to 128 characters.' })
  password?: string | null;

  @Field(() => [NewIdentityInput], { nullable: true, description: 'Up to 10, the most important first.' })
  identities?: NewIdentityInput[] | null;
}

export const ApplicationConnection = Connection(ApplicationType);
