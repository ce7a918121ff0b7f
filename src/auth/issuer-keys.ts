import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type RemoteJWKSet,
} from 'jose';
import type { Logger } from 'pino';
import { GracelineError } from '../errors.ts';
import { isPrivateOnTheWay } from './oidc.rules.ts';

/** How an issuer is asked for its keys. */
export interface IssuerKeysOptions {
  /** As the claim `iss` has it. */
  readonly issuer: string;
  /** Where the keys are; left out: where the issuer's own configuration says. */
  readonly jwksUrl?: string | undefined;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** The least time between two requests, so that nobody makes us ask by sending keys that do not exist. */
  readonly cooldownMs: number;
}

const DISCOVERY = '/.well-known/openid-configuration';

/**
 * The public keys of an issuer: fetched when the first JWT comes, again when one is signed with a key that is not among them,
 * and every ten minutes. One per process.
 */
export class IssuerKeys {
  private keys: RemoteJWKSet | null = null;
  private finding: Promise<RemoteJWKSet> | null = null;
  /** When the issuer last failed to answer, by the monotonic clock. */
  private failedAt = -Infinity;

  constructor(
    private readonly options: IssuerKeysOptions,
    private readonly log: Logger,
  ) {}

  /**
   * The key of a signature. What jose calls once the algorithm is one of those allowed.
   *
   * @throws GracelineError ISSUER_UNREACHABLE where the issuer does not answer, or answers with no keys; jose's errors where
   *   none of its keys fits
   */
  readonly keyOf = async (header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> => {
    if (performance.now() - this.failedAt < this.options.cooldownMs) return this.keyAtHand(header, token);
    try {
      const keys = await this.find();
      return await keys(header, token);
    } catch (error) {
      if (isOfToken(error)) throw error;
      const { issuer } = this.options;
      this.failedAt = performance.now();
      this.log.warn({ err: error, issuer }, 'The issuer of JWTs does not give its keys; whoever signs in by one waits');
      throw unreachable(error);
    }
  };

  /** While the issuer is away the keys that are there serve on, as long as they count. */
  private async keyAtHand(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const known = this.keys?.fresh ? this.keys.jwks() : undefined;
    if (!known) throw unreachable();
    try {
      return await createLocalJWKSet(known)(header, token);
    } catch (error) {
      throw unreachable(error);
    }
  }

  private async find(): Promise<RemoteJWKSet> {
    if (this.keys) return this.keys;
    this.finding ??= this.remoteKeys();
    try {
      this.keys = await this.finding;
      return this.keys;
    } finally {
      this.finding = null;
    }
  }

  private async remoteKeys(): Promise<RemoteJWKSet> {
    const { timeoutMs, cooldownMs, jwksUrl } = this.options;
    const url = new URL(jwksUrl ?? (await this.discover()));
    return createRemoteJWKSet(url, { timeoutDuration: timeoutMs, cooldownDuration: cooldownMs });
  }

  private async discover(): Promise<string> {
    const { issuer, timeoutMs } = this.options;
    const response = await fetch(issuer.replace(/\/$/, '') + DISCOVERY, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`${DISCOVERY} answered ${response.status}`);
    const { issuer: named, jwks_uri: url } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (named !== issuer) throw new Error(`${DISCOVERY} is of another issuer`);
    if (typeof url !== 'string' || !isPrivateOnTheWay(url)) throw new Error(`${DISCOVERY} names no "jwks_uri" with https`);
    return url;
  }
}

/** Whether the token is at fault and not the issuer: no key fits, or one that is not to be had. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

function unreachable(cause?: unknown): GracelineError {
  const message = 'The issuer of the JWT does not give its keys now, so nobody can be told by one. Try again in a minute.';
  return new GracelineError('ISSUER_UNREACHABLE', message, {}, { cause });
}
