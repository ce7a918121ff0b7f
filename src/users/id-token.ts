/** The id_tokens of applications: JWTs that carry the user's profile, signed with the application's secret. */
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose';
import { GracelineError } from '../errors.ts';
import type { Profile } from './profile.rules.ts';

const ALGORITHM = 'HS256';
const LIFETIME_SECONDS = 36_000;
const MS_PER_SECOND = 1_000;

/** For whom, and by whom, a token is made. */
export interface TokenParties {
  /** The platform's public address. */
  readonly issuer: string;
  /** The client_id. */
  readonly audience: string;
}

/** Makes a token that lasts 10 hours. */
export function signIdToken(profile: Profile, secret: string, { issuer, audience }: TokenParties, now: Date): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / MS_PER_SECOND);
  return new SignJWT({ ...profile })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuer(issuer)
    .setSubject(profile.user_id)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS)
    .sign(new TextEncoder().encode(secret));
}

/**
 * The client_id a token says it is for; nothing about it is proven yet.
 *
 * @throws GracelineError UNAUTHENTICATED where it is no token
 */
export function audienceOf(token: string): string {
  try {
    const { aud } = decodeJwt(token);
    if (typeof aud === 'string' && !aud.includes('\0')) return aud;
  } catch {
    // Said below, as for a token that names no application.
  }
  throw notOurs();
}

/**
 * Checks a token.
 *
 * @returns the id of its user
 * @throws GracelineError UNAUTHENTICATED where it is not ours, was changed, or has expired
 */
export async function verifyIdToken(token: string, secret: string, { issuer, audience }: TokenParties, now: Date): Promise<string> {
  try {
    const options = { algorithms: [ALGORITHM], issuer, audience, currentDate: now, requiredClaims: ['sub', 'exp'] };
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), options);
    // PostgreSQL holds no NUL in a text and would refuse to look.
    if (!payload.sub!.includes('\0')) return payload.sub!;
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw new GracelineError('UNAUTHENTICATED', 'The id_token has expired. Sign in again.', {}, { cause: error });
    if (error instanceof errors.JOSEError) throw notOurs(error);
    throw error;
  }
  throw notOurs();
}

/** What every token is answered with that is not ours. */
export function notOurs(cause?: unknown): GracelineError {
  return new GracelineError('UNAUTHENTICATED', 'This is no id_token of ours. Sign in, and send the id_token whole.', {}, { cause });
}
