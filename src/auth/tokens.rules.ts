/** What a token looks like, what it needs by its role, and when it no longer counts. */
import { GracelineError } from '../errors.ts';
import { type Scope, SCOPES } from './scopes.rules.ts';

/** How the tokens of each role begin, so that people and secret scanners know one when they see it. */
export const TOKEN_PREFIXES = { OPERATOR: 'gl_op_', ADMINISTRATOR: 'gl_ad_', PARTNER: 'gl_pa_', RUNTIME: 'gl_rt_' } as const;

/** A role a token can have. */
export type TokenRole = keyof typeof TOKEN_PREFIXES;

/** How many characters of a token are kept to find it by in lists: the prefix of its role and 36 of its 256 random bits. */
export const FINDABLE_LENGTH = 12;

/** How long the old secret goes on after a rotation, unless said otherwise, in seconds: a day. */
export const DEFAULT_OVERLAP_SECONDS = 86_400;
/** The longest it may go on: two weeks. What takes longer to exchange is two tokens. */
export const MAX_OVERLAP_SECONDS = 14 * 86_400;

/** The most accounts one partner's token may name. */
const MAX_TOKEN_ACCOUNTS = 10_000;
const MAX_NAME_LENGTH = 200;
/** 256 bits in base64url. */
const TOKEN = /^gl_(op|ad|pa|rt)_[A-Za-z0-9_-]{43}$/;

/** A JSON Web Token in three parts, the last empty where it is not signed; headers are bounded. */
const JWT_HEADER = /^bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i;

/** What makes a token. */
export interface NewToken {
  /** What people call it in lists, e.g. `CI of the billing team`. */
  readonly name: string;
  readonly role: TokenRole;
  /** Who acts with it, as the log names them: an address, or a partner's name. */
  readonly subject: string;
  /** The administrator it belongs to: needed for that role, refused for others. */
  readonly administratorId?: string | null | undefined;
  /** The platform's ids of the accounts it may act for: for partners, who need these or {@link NewToken.allAccounts}. */
  readonly accounts?: readonly string[] | null | undefined;
  /** That a partner may act for every account, those to come included. */
  readonly allAccounts?: boolean | null | undefined;
  /** What a partner may do, each one of `SCOPES`; refused for others. */
  readonly scopes?: readonly string[] | null | undefined;
  /** From when on it no longer counts; left out means never. */
  readonly expiresAt?: Date | null | undefined;
}

/** A token that may be made. */
export interface CheckedToken extends NewToken {
  readonly scopes: readonly Scope[];
  readonly allAccounts: boolean;
}

/**
 * What is asked for, with its texts trimmed.
 *
 * @throws GracelineError INVALID_INPUT or DATE_IN_PAST, naming the field
 */
export function checkedToken(input: NewToken, now: Date): CheckedToken {
  const { role, administratorId, expiresAt } = input;
  if (role === 'ADMINISTRATOR' && !administratorId) {
    throw refusal('administratorId', 'An administrator’s token needs "administratorId". Give the id of the administrator it is for.');
  }
  if (role !== 'ADMINISTRATOR' && administratorId != null) {
    throw refusal(
      'administratorId',
      'Only an administrator’s token takes "administratorId". Leave it out, or make the role ADMINISTRATOR.',
    );
  }
  checkReach(input);
  const scopes = checkedScopes(input);
  if (expiresAt && expiresAt <= now) {
    throw new GracelineError(
      'DATE_IN_PAST',
      '"expiresAt" has passed. Give an instant to come, or leave it out for a token that does not expire.',
      {
        field: 'expiresAt',
      },
    );
  }
  return {
    ...input,
    name: checkedText('name', input.name),
    subject: checkedText('subject', input.subject),
    scopes,
    allAccounts: input.allAccounts === true,
  };
}

function checkReach({ role, accounts, allAccounts }: NewToken): void {
  if (role !== 'PARTNER') {
    const field = accounts?.length ? 'accounts' : 'allAccounts';
    if (accounts?.length || allAccounts)
      throw refusal(field, `Only a partner’s token takes "${field}". Leave it out, or make the role PARTNER.`);
    return;
  }
  if (!accounts?.length && !allAccounts) {
    const ways = 'Give the ids of the accounts it may act for, or "allAccounts" for every one.';
    throw refusal('accounts', `A partner’s token needs "accounts". ${ways}`);
  }
  if (accounts?.length && allAccounts)
    throw refusal('allAccounts', 'A token names accounts or is for all of them. Leave out "accounts" or "allAccounts".');
  if (accounts && accounts.length > MAX_TOKEN_ACCOUNTS) {
    throw refusal('accounts', `A token may name at most ${MAX_TOKEN_ACCOUNTS} accounts, not ${accounts.length}. Make several tokens.`);
  }
}

function checkedScopes({ role, scopes }: NewToken): readonly Scope[] {
  if (role !== 'PARTNER' && scopes?.length) {
    throw refusal('scopes', 'Only a partner’s token takes "scopes". Leave them out, or make the role PARTNER.');
  }
  const unknown = scopes?.find((scope) => !isScope(scope));
  if (unknown !== undefined) {
    throw refusal('scopes', `There is no scope "${unknown.slice(0, 80)}". Use ${SCOPES.join(', ')}.`);
  }
  return [...new Set(scopes?.filter(isScope))];
}

/**
 * When the old secret of a rotated token ends.
 *
 * @param overlapSeconds how long it goes on; 0 ends it at once
 * @throws GracelineError INVALID_INPUT where that is no whole number of seconds up to {@link MAX_OVERLAP_SECONDS}
 */
export function overlapEnd(now: Date, overlapSeconds: number): Date {
  if (Number.isInteger(overlapSeconds) && overlapSeconds >= 0 && overlapSeconds <= MAX_OVERLAP_SECONDS)
    return new Date(now.getTime() + overlapSeconds * 1_000);
  throw refusal('overlapSeconds', `"overlapSeconds" takes 0 to ${MAX_OVERLAP_SECONDS} whole seconds. Choose less, or make a second token.`);
}

/**
 * Refuses to rotate a token that no longer counts: a new secret of it would count as little.
 *
 * @throws GracelineError WRONG_STATE
 */
export function requireRotatable({ revokedAt, expiresAt }: Pick<TokenValidity, 'revokedAt' | 'expiresAt'>, now: Date): void {
  if (revokedAt) throw new GracelineError('WRONG_STATE', 'The token was revoked. Make a new one.');
  if (expiresAt && expiresAt <= now) throw new GracelineError('WRONG_STATE', 'The token has expired. Make a new one.');
}

/**
 * The JWT of an `Authorization` header; null where it holds something else. Whether the JWT is any good is not asked.
 *
 * @param authorization the header as it came
 */
export function jwtOfHeader(authorization: string | undefined): string | null {
  return JWT_HEADER.exec(authorization?.trim() ?? '')?.[1] ?? null;
}

/**
 * The token of an `Authorization` header.
 *
 * @param authorization the header as it came; undefined where there was none
 * @throws GracelineError UNAUTHENTICATED where it holds no token of ours
 */
export function tokenOfHeader(authorization: string | undefined): string {
  if (!authorization) throw unauthenticated('No token came with the request. Send the header "Authorization: Bearer gl_…".');
  const [scheme, token, ...rest] = authorization.trim().split(/ +/, 3);
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0 || !TOKEN.test(token)) {
    throw unauthenticated(
      'The Authorization header holds no token of ours. Send "Authorization: Bearer gl_…", the token whole and as it was shown.',
    );
  }
  return token;
}

/**
 * A token that somebody pasted, without the space around it.
 *
 * @throws GracelineError UNAUTHENTICATED where it is none of ours
 */
export function tokenOfHand(text: string): string {
  const token = text.trim();
  if (TOKEN.test(token)) return token;
  throw unauthenticated('This is no token of ours. Paste it whole and as it was shown: it begins with "gl_op_" or "gl_ad_".');
}

/** When a token that counts ends, or the secret of it that was shown; null for never. */
export function endOf({ expiresAt, secretExpiresAt }: Pick<TokenValidity, 'expiresAt' | 'secretExpiresAt'>): Date | null {
  if (!expiresAt || !secretExpiresAt) return expiresAt ?? secretExpiresAt ?? null;
  return expiresAt < secretExpiresAt ? expiresAt : secretExpiresAt;
}

/**
 * Refuses a token that no longer counts, with a sentence for whoever holds it.
 *
 * @param token what the table knows of it; undefined where it knows none
 * @throws GracelineError UNAUTHENTICATED
 */
export function requireValid<T extends TokenValidity>(token: T | undefined, now: Date): T {
  if (!token) throw unauthenticated('The token is unknown. Check that it was copied whole, or ask an operator for a new one.');
  if (token.revokedAt) throw unauthenticated('The token was revoked. Ask an operator for a new one.');
  if (token.expiresAt && token.expiresAt <= now) throw unauthenticated('The token has expired. Ask an operator for a new one.');
  if (token.secretExpiresAt && token.secretExpiresAt <= now) {
    throw unauthenticated('The token was rotated and this secret of it has ended. Use the new one, or ask an operator for another.');
  }
  if (token.role === 'ADMINISTRATOR' && !token.administratorId) {
    throw unauthenticated('The administrator of this token is gone. Ask an operator for a new one.');
  }
  return token;
}

/** What {@link requireValid} looks at. */
export interface TokenValidity {
  readonly role: TokenRole;
  readonly administratorId: string | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** When the secret that was shown ends, where it is the one before a rotation. */
  readonly secretExpiresAt?: Date | null;
}

function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

function checkedText(field: 'name' | 'subject', text: string): string {
  const trimmed = text.trim();
  // PostgreSQL holds no NUL in a text; other control characters would garble lists and logs.
  if (trimmed.length >= 1 && trimmed.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(trimmed)) return trimmed;
  throw refusal(field, `"${field}" of a token takes 1 to ${MAX_NAME_LENGTH} characters on one line.`);
}

function refusal(field: string, message: string): GracelineError {
  return new GracelineError('INVALID_INPUT', message, { field });
}

function unauthenticated(message: string): GracelineError {
  return new GracelineError('UNAUTHENTICATED', message);
}
