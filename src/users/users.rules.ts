/** What a valid application and a valid user are. */
import { validEmail, validName } from '../accounts/accounts.rules.ts';
import { GracelineError } from '../errors.ts';
import type { IdentityView } from './profile.rules.ts';

/** The most characters (UTF-16 units) each text may have. */
export const USER_LIMITS = { id: 250, connection: 128, provider: 64, providerUserId: 180, accessToken: 8_192, email: 254 } as const;
/** How many characters a password may have. */
export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;
/** The provider of identities in the platform's own user databases. */
export const OWN_PROVIDER = 'db';

const MAX_IDENTITIES = 10;

/** What makes an identity. */
export interface NewIdentity {
  /** E.g. `google-oauth2`. */
  readonly provider: string;
  /** The connection it signs in with; left out: the name of the provider. */
  readonly connection?: string | null | undefined;
  /** Its id at the provider. */
  readonly userId: string;
  /** Left out: true. */
  readonly isSocial?: boolean | null | undefined;
  /** The token the provider gave for the person. */
  readonly accessToken?: string | null | undefined;
}

/** What makes a user. */
export interface NewUser {
  readonly email: string;
  /** Left out: the address. */
  readonly name?: string | null | undefined;
  /** The user database or identity provider the person signs in with. */
  readonly connection: string;
  /** For user databases. */
  readonly password?: string | null | undefined;
  /** How identity providers know the person, the most important first. */
  readonly identities?: readonly NewIdentity[] | null | undefined;
}

/** A user that may be made. */
export interface CheckedUser {
  readonly email: string;
  readonly name: string;
  readonly connection: string;
  readonly password: string | null;
  /** Their tokens open. */
  readonly identities: readonly IdentityView[];
}

/**
 * What is asked for, checked and complete.
 *
 * @throws GracelineError INVALID_INPUT, INVALID_EMAIL or INVALID_PASSWORD, naming the field
 */
export function checkedUser(input: NewUser): CheckedUser {
  const email = validEmail(input.email);
  const identities = (input.identities ?? []).map(checkedIdentity);
  if (identities.length > MAX_IDENTITIES) throw invalid('identities', `A user has at most ${MAX_IDENTITIES} identities.`);
  const password = input.password ?? null;
  if (password === null && identities.length === 0)
    throw invalid('password', 'A user needs a password or an identity, or could never sign in. Give one.');
  if (password !== null) requirePassword(password);
  const connection = label(input.connection, 'connection', USER_LIMITS.connection);
  return { email, name: validName(input.name ?? email), connection, password, identities };
}

/**
 * Refuses what is no password.
 *
 * @throws GracelineError INVALID_PASSWORD with a sentence for the person who chose it
 */
export function requirePassword(password: string): void {
  const { min, max } = PASSWORD_LENGTH;
  // By characters of Unicode, so that a simple emoji counts once.
  const { length } = Array.from(password);
  if (length >= min && length <= max && password.isWellFormed()) return;
  throw new GracelineError('INVALID_PASSWORD', `A password has ${min} to ${max} characters; this one has ${length}. Choose another.`, {
    field: 'password',
  });
}

function checkedIdentity({ provider, connection, userId, isSocial, accessToken }: NewIdentity): IdentityView {
  const name = label(provider, 'provider', USER_LIMITS.provider);
  if (!/^[\w.-]+$/.test(name) || name === OWN_PROVIDER)
    throw invalid('provider', '"provider" takes letters, digits, ".", "_" and "-", e.g. google-oauth2.');
  return {
    provider: name,
    connection: label(connection ?? name, 'connection', USER_LIMITS.connection),
    providerUserId: label(userId, 'userId', USER_LIMITS.providerUserId),
    isSocial: isSocial ?? true,
    accessToken: accessToken ? label(accessToken, 'accessToken', USER_LIMITS.accessToken) : null,
  };
}

/** A text of one line that stays as it is. */
function label(text: string, field: string, limit: number): string {
  if (text.length >= 1 && text.length <= limit && text.trim() === text && !/\p{Cc}/u.test(text) && text.isWellFormed()) return text;
  throw invalid(field, `"${field}" takes 1 to ${limit} characters on one line, without spaces around.`);
}

function invalid(field: string, message: string): GracelineError {
  return new GracelineError('INVALID_INPUT', message, { field });
}
