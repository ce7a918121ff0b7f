import type { Logger } from 'pino';
import * as client from 'openid-client';
import type { Clock } from '../clock.ts';
import { GracelineError } from '../errors.ts';

/** As which client people sign in, and with whom. */
export interface IssuerLoginOptions {
  /** As the claim `iss` has it. */
  readonly issuer: string;
  readonly clientId: string;
  /** None for a public client. */
  readonly clientSecret?: string | undefined;
  /** Where the issuer sends people back to. */
  readonly redirectUri: string;
  readonly timeoutSeconds: number;
}

/** What has to come back from the issuer, and nobody else knows. */
export interface LoginChecks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** The address itself is how an administrator is known; roles are the issuer's own claims. */
const SCOPE = 'openid email';
const MAX_DESCRIPTION = 200;
/** How an issuer says that it is our settings that are wrong, not whoever signs in. */
const OF_US: readonly string[] = ['invalid_client', 'unauthorized_client'];
/** Codes of openid-client for an answer that is no answer of an issuer at work. */
const AWAY: readonly (string | undefined)[] = ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON'];

/** Signing in with the issuer: authorization code with PKCE, state and nonce. */
export class IssuerLogin {
  private found: Promise<client.ServerMetadata> | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly options: IssuerLoginOptions,
    private readonly log: Logger,
  ) {}

  /**
   * Where to send somebody who wants to sign in, and what to hold against what comes back.
   *
   * @throws GracelineError ISSUER_UNREACHABLE
   */
  async begin(): Promise<{ readonly url: string; readonly checks: LoginChecks }> {
    const config = await this.configuration();
    const verifier = client.randomPKCECodeVerifier();
    const checks = { state: client.randomState(), nonce: client.randomNonce(), verifier };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: this.options.redirectUri,
      scope: SCOPE,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, checks };
  }

  /**
   * The id_token for what came back. Issuer, audience, times, state and nonce hold; its signature is for the caller to check.
   *
   * @param query of the address people came back to
   * @throws GracelineError UNAUTHENTICATED with a sentence that says why, ISSUER_UNREACHABLE
   */
  async finish(query: URLSearchParams, { state, nonce, verifier }: LoginChecks): Promise<string> {
    const config = await this.configuration();
    const url = new URL(this.options.redirectUri);
    url.search = query.toString();
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    try {
      return (await client.authorizationCodeGrant(config, url, checks)).id_token!;
    } catch (error) {
      throw this.refusalOf(error);
    }
  }

  private async configuration(): Promise<client.Configuration> {
    this.found ??= this.discover();
    try {
      return this.clientOf(await this.found);
    } catch (error) {
      this.found = null;
      throw this.unreachable(error);
    }
  }

  private async discover(): Promise<client.ServerMetadata> {
    const { issuer, clientId, timeoutSeconds: timeout } = this.options;
    return (
      await client.discovery(new URL(issuer), clientId, undefined, undefined, { timeout, execute: this.allowances() })
    ).serverMetadata();
  }

  /** Us as its client, by our clock as it is now. */
  private clientOf(server: client.ServerMetadata): client.Configuration {
    const { clientId, clientSecret, timeoutSeconds } = this.options;
    const skew = { [client.clockSkew]: Math.round((this.clock.now().getTime() - Date.now()) / 1_000) };
    const authentication = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
    const config = new client.Configuration(server, clientId, skew, authentication);
    config.timeout = timeoutSeconds;
    for (const allow of this.allowances()) allow(config);
    return config;
  }

  /** An issuer without TLS: the settings take it on this machine alone. */
  private allowances(): ((config: client.Configuration) => void)[] {
    // oxlint-disable-next-line typescript/no-deprecated -- It is called so to make people look; see above.
    return new URL(this.options.issuer).protocol === 'http:' ? [client.allowInsecureRequests] : [];
  }

  private refusalOf(error: unknown): GracelineError {
    if (error instanceof client.AuthorizationResponseError) return refused(`${error.error} ${error.error_description ?? ''}`, error);
    if (error instanceof client.ResponseBodyError && OF_US.includes(error.error)) {
      const { issuer, clientId } = this.options;
      this.log.error(
        { err: error, issuer, clientId },
        'The issuer refuses us as its client; nobody can sign in with it. See OIDC_CLIENT_ID',
      );
      return refused(`${error.error}, which is for whoever runs this platform to mend`, error);
    }
    if (isAway(error)) return this.unreachable(error);
    const message = 'What came back from the issuer does not belong to the sign-in that was begun here, or is too old. Sign in again.';
    return new GracelineError('UNAUTHENTICATED', message, {}, { cause: error });
  }

  private unreachable(cause: unknown): GracelineError {
    this.log.warn({ err: cause, issuer: this.options.issuer }, 'The issuer does not answer; whoever signs in with it waits');
    const message = 'The issuer does not answer now. Try again in a minute, or sign in with a token.';
    return new GracelineError('ISSUER_UNREACHABLE', message, {}, { cause });
  }
}

function isAway(error: unknown): boolean {
  if (error instanceof client.ResponseBodyError) return error.status >= 500;
  // What `fetch` throws where there is no connection.
  return error instanceof TypeError || (error instanceof client.ClientError && AWAY.includes(error.code));
}

/** @param reason as the issuer gives it, or whoever made up the address */
function refused(reason: string, cause: unknown): GracelineError {
  const message = `The issuer did not sign you in: ${reason.trim().slice(0, MAX_DESCRIPTION)}.`;
  return new GracelineError('UNAUTHENTICATED', message, {}, { cause });
}
