/** Whose session counts how long, and which pages may use it. */
import { GracelineError } from '../errors.ts';

/** Where the issuer sends people back to who sign in with it. */
export const CALLBACK_PATH = '/session/oidc/callback';

/** How an authorization begins that is a session and no header; what follows is the id of its cookie. */
const SCHEME = 'Session ';
/** 256 bits in base64url. */
const SESSION_ID = /^[\w-]{43}$/;

/** A cookie holds it until somebody comes back, and headers are bounded. */
const MAX_PATH_LENGTH = 1_000;

/** Which page a request comes from: one of ours, one of somebody else, or nobody said so, as programs do. */
export type PageOrigin = 'own' | 'foreign' | 'unsaid';

/** The headers by which a browser says where a request comes from. Scripts can set none of them. */
export interface OriginHeaders {
  readonly 'sec-fetch-site'?: string | undefined;
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

/** When a session ends. */
export interface SessionTimes {
  /** When it ends whatever is done with it. */
  readonly expiresAt: Date;
  /** When it was last used, to the minute. */
  readonly usedAt: Date;
}

/**
 * Which page a request comes from.
 *
 * @param publicUrl where people reach us: its origin is ours although a proxy asks us by another host
 */
export function pageOriginOf(headers: OriginHeaders, publicUrl: string): PageOrigin {
  const { 'sec-fetch-site': site, origin, host } = headers;
  // Browsers tell it more exactly than we could; `none` is what somebody typed or bookmarked.
  if (site !== undefined) return site === 'same-origin' ? 'own' : site === 'none' ? 'unsaid' : 'foreign';
  if (origin === undefined) return 'unsaid';
  if (!URL.canParse(origin)) return 'foreign';
  const ours = new URL(publicUrl);
  const page = new URL(origin);
  if (page.origin === ours.origin) return 'own';
  // Whoever can change what our host answers without TLS must not reach what is behind it.
  const weaker = ours.protocol === 'https:' && page.protocol !== 'https:';
  return page.host === host && !weaker ? 'own' : 'foreign';
}

/**
 * Refuses the cookie of a session to pages of others, and to whatever may change something without saying where it comes from:
 * browsers send cookies along unasked.
 *
 * @throws GracelineError FORBIDDEN
 */
export function requireOwnPage(page: PageOrigin, method: string): void {
  const reads = method === 'GET' || method === 'HEAD';
  if (page === 'own' || (page === 'unsaid' && reads)) return;
  throw new GracelineError(
    'FORBIDDEN',
    page === 'foreign'
      ? 'This came from a page of another site, where a session does not count. Use the dashboard, or a token in the header "Authorization".'
      : 'A session counts in the dashboard alone, and this did not come from there. Use a token in the header "Authorization: Bearer gl_…".',
  );
}

/** The authorization that a session is. @param id as the cookie has it, of any form */
export function authorizationOfSession(id: string): string {
  return SCHEME + id;
}

/**
 * The session of an authorization; null where it is something else.
 *
 * @throws GracelineError UNAUTHENTICATED where it is one that cannot be
 */
export function sessionOfAuthorization(authorization: string | undefined): string | null {
  if (!authorization?.startsWith(SCHEME)) return null;
  const id = authorization.slice(SCHEME.length);
  if (SESSION_ID.test(id)) return id;
  throw sessionEnded();
}

/** When a session ends that begins now: when its token does, and no later than sessions may. */
export function sessionEnd(now: Date, maxHours: number, tokenEnd: Date | null): Date {
  const latest = new Date(now.getTime() + maxHours * 3_600_000);
  return tokenEnd && tokenEnd < latest ? tokenEnd : latest;
}

/** Whether a session still counts. @param idleMinutes how long it may lie unused */
export function isOpen({ expiresAt, usedAt }: SessionTimes, now: Date, idleMinutes: number): boolean {
  return expiresAt > now && usedAt > idleSince(now, idleMinutes);
}

/** Sessions that were last used then, or before, have ended. */
export function idleSince(now: Date, idleMinutes: number): Date {
  return new Date(now.getTime() - idleMinutes * 60_000);
}

/**
 * Refuses whoever is no person: a partner's or runtime's token left in a browser would be one too many.
 *
 * @throws GracelineError FORBIDDEN
 */
export function requirePerson(role: string): asserts role is PersonRole {
  if (role === 'OPERATOR' || role === 'ADMINISTRATOR') return;
  throw new GracelineError(
    'FORBIDDEN',
    `The dashboard is for people and not for a ${role.toLowerCase()}. Sign in as an operator or an administrator.`,
  );
}

/**
 * Where to go after signing in: a path of ours with all that follows it.
 *
 * @param to as the address that began it has it; whatever leads elsewhere counts as not given
 */
export function ownPath(to: string | null, publicUrl: string): string {
  if (to === null || to.length > MAX_PATH_LENGTH || !to.startsWith('/') || !URL.canParse(to, publicUrl)) return '/';
  const url = new URL(to, publicUrl);
  // Two slashes at the front, or one and a backslash, are a host to browsers.
  return url.origin === new URL(publicUrl).origin && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}

/** Who may have a session. */
export type PersonRole = 'OPERATOR' | 'ADMINISTRATOR';

/** That a session no longer counts, for whoever had it. */
export function sessionEnded(cause?: unknown): GracelineError {
  return new GracelineError('UNAUTHENTICATED', 'Your session has ended. Sign in again.', {}, { cause });
}
