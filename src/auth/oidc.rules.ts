/** Who the claims of a verified JWT say somebody is. */
import { GracelineError } from '../errors.ts';
import { type Scope, SCOPES } from './scopes.rules.ts';

/** The signatures a JWT may have: asymmetric ones alone, so that what verifies cannot sign. */
export const JWT_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

/** The roles an issuer may give, the mightiest first: of several it counts alone. */
export const CLAIMED_ROLES = ['OPERATOR', 'ADMINISTRATOR', 'PARTNER'] as const;

/** The most accounts a JWT may name; a header holds no more of any length. */
const MAX_CLAIMED_ACCOUNTS = 1_000;
const MAX_ACCOUNT_LENGTH = 200;
/** OpenID Connect's own limit. */
const MAX_SUBJECT_LENGTH = 255;
const MAX_EMAIL_LENGTH = 320;

/** This machine itself, as an address names it. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Which claims are read beside the standard ones. */
export interface ClaimNames {
  /** A role or a list of them. */
  readonly role: string;
  /** The platform's ids of the accounts a partner acts for. */
  readonly accounts: string;
}

/** Who somebody claims to be, all of it checked but whether an administrator exists. */
export type Identity =
  | { readonly role: 'OPERATOR'; readonly subject: string }
  | { readonly role: 'ADMINISTRATOR'; readonly email: string }
  | { readonly role: 'PARTNER'; readonly subject: string; readonly accounts: readonly string[]; readonly scopes: readonly Scope[] };

/**
 * Reads who somebody is. Operators and partners are named by the issuer and their subject there, which no other has.
 *
 * @param claims of a JWT whose signature, issuer, audience and times hold
 * @throws GracelineError UNAUTHENTICATED that says which claim is missing or wrong
 */
export function identityOf(claims: Readonly<Record<string, unknown>>, names: ClaimNames): Identity {
  const role = roleOf(claimOf(claims, names.role), names.role);
  if (role === 'ADMINISTRATOR') return { role, email: verifiedEmail(claims) };
  const subject = subjectOf(claims);
  if (role === 'OPERATOR') return { role, subject };
  return { role, subject, accounts: accountsOf(claimOf(claims, names.accounts), names.accounts), scopes: scopesOf(claims['scope']) };
}

/** Whether nobody on the way can change what an address answers: https, or this machine itself. */
export function isPrivateOnTheWay(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function roleOf(claim: unknown, name: string): Identity['role'] {
  const given: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const role = CLAIMED_ROLES.find((known) => given.includes(known));
  if (role) return role;
  throw refusal(`The claim "${name}" of the JWT holds none of ${CLAIMED_ROLES.join(', ')}. Ask whoever runs the issuer for one.`);
}

function verifiedEmail({ email, email_verified: verified }: Readonly<Record<string, unknown>>): string {
  if (typeof email !== 'string' || !isPlain(email, MAX_EMAIL_LENGTH))
    throw refusal('The JWT of an administrator needs the claim "email". Ask for the scope "email" when you sign in.');
  if (verified !== true)
    throw refusal('The address in the JWT is not verified: "email_verified" is not true. Verify it with the issuer, then sign in again.');
  return email.trim().toLowerCase();
}

function subjectOf({ iss, sub }: Readonly<Record<string, unknown>>): string {
  if (typeof iss === 'string' && typeof sub === 'string' && isPlain(sub, MAX_SUBJECT_LENGTH)) return `${iss}|${sub}`;
  throw refusal(`The claim "sub" of the JWT has to be 1 to ${MAX_SUBJECT_LENGTH} characters on one line.`);
}

function accountsOf(claim: unknown, name: string): readonly string[] {
  if (!Array.isArray(claim) || claim.length === 0)
    throw refusal(`The JWT of a partner needs the claim "${name}", a list of the accounts it may act for.`);
  if (claim.length > MAX_CLAIMED_ACCOUNTS)
    throw refusal(`The claim "${name}" of the JWT may name at most ${MAX_CLAIMED_ACCOUNTS} accounts, not ${claim.length}.`);
  const accounts = claim.filter((id): id is string => typeof id === 'string' && isPlain(id, MAX_ACCOUNT_LENGTH));
  if (accounts.length === claim.length) return accounts;
  throw refusal(`The claim "${name}" of the JWT holds what cannot be the id of an account.`);
}

/** As OAuth writes them: one text, separated by spaces. Scopes of others are none of our business. */
function scopesOf(claim: unknown): readonly Scope[] {
  const given = typeof claim === 'string' ? claim.split(' ') : [];
  return SCOPES.filter((scope) => given.includes(scope));
}

/** PostgreSQL takes neither a NUL nor half a character; other control characters would garble logs. */
function isPlain(text: string, maxLength: number): boolean {
  return text.length > 0 && text.length <= maxLength && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function refusal(message: string): GracelineError {
  return new GracelineError('UNAUTHENTICATED', message);
}
