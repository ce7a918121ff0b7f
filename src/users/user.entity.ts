import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';

const ApplicationSchema = defineEntity({
  name: 'Application',
  tableName: 'application',
  indexes: [{ name: 'application_account_number_index', properties: ['accountNumber'] }],
  properties: {
    /** Its `client_id`. */
    id: p.text().primary(),
    accountNumber: () => p.manyToOne(Account).mapToPk().joinColumn('account_number'),
    name: p.text(),
    /** Sealed; signs its id_tokens. */
    secret: p.text(),
    createdAt: p.datetime(3),
  },
});

/** A program of an account that signs its users in. */
export class Application extends ApplicationSchema.class {}
ApplicationSchema.setClass(Application);

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'platform_user',
  uniques: [{ name: 'platform_user_email_unique', properties: ['accountNumber', 'connection', 'email'] }],
  properties: {
    /** `<provider>|<id at the provider>`: one person may be a user of several accounts. */
    id: p.text().primary(),
    accountNumber: () => p.manyToOne(Account).mapToPk().primary().joinColumn('account_number'),
    /** The user database or identity provider the person signs in with. */
    connection: p.text(),
    /** In lower case. */
    email: p.text(),
    name: p.text(),
    /** Null for people who sign in with an identity provider. */
    passwordHash: p.text().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

/** A person who signs in to an account's applications. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);

const IdentitySchema = defineEntity({
  name: 'Identity',
  tableName: 'identity',
  properties: {
    user: () => p.manyToOne(User).mapToPk().primary().joinColumns('user_id', 'account_number'),
    /** Its place in the profile, from 0. */
    position: p.integer().primary(),
    provider: p.text(),
    connection: p.text(),
    providerUserId: p.text(),
    isSocial: p.boolean(),
    /** Sealed: the token the identity provider gave for the person. */
    accessToken: p.text().nullable(),
  },
});

/** How a user is known to an identity provider. */
export class Identity extends IdentitySchema.class {}
IdentitySchema.setClass(Identity);

const PasswordLinkSchema = defineEntity({
  name: 'PasswordLink',
  tableName: 'password_link',
  uniques: [{ name: 'password_link_user_unique', properties: ['user'] }],
  properties: {
    /** SHA-256 of what the link carries, in hex. */
    hash: p.text().primary(),
    /** One a user: a newer link takes the place of the older. */
    user: () => p.manyToOne(User).mapToPk().joinColumns('user_id', 'account_number'),
    /** The old flow: what the link applies. Null in the new flow, where its page asks. */
    passwordHash: p.text().nullable(),
    resultUrl: p.text().nullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
});

/** A link to a new password, good for one use. */
export class PasswordLink extends PasswordLinkSchema.class {}
PasswordLinkSchema.setClass(PasswordLink);
