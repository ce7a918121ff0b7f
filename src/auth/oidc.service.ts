import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { GracelineError } from '../errors.ts';
import type { Actor } from './actor.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { type ClaimNames, type Identity, identityOf } from './oidc.rules.ts';
import { findAdministratorByEmail } from './tokens.repository.ts';

/** Clocks differ by this much. Small: a JWT that has expired ends its sockets within seconds too. */
const CLOCK_TOLERANCE_SECONDS = 2;
const MS_PER_SECOND = 1_000;
const ENDED = 'The JWT has expired. Sign in again.';

/** What a JWT has to be. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** How it may be signed, e.g. `RS256`. */
  readonly algorithms: readonly string[];
  readonly claims: ClaimNames;
}

/** Who comes with a JWT of the issuer the platform trusts. Nothing of it is kept: it counts until it expires. */
export class OidcService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly keys: Pick<IssuerKeys, 'keyOf'>,
    private readonly settings: OidcSettings,
  ) {}

  /**
   * Who a JWT is of. Its signature, issuer, audience and times are checked before any other claim is read.
   *
   * @throws GracelineError UNAUTHENTICATED with a sentence that says why, ISSUER_UNREACHABLE
   */
  async authenticate(jwt: string): Promise<Actor> {
    return this.actorOf(identityOf(await this.verified(jwt, this.settings.audience), this.settings.claims));
  }

  /**
   * Who signed in with the issuer, by what it tells the client that asked.
   *
   * @param clientId for whom it has to be
   * @throws GracelineError as {@link authenticate}
   */
  async identify(idToken: string, clientId: string): Promise<Identity> {
    return identityOf(await this.verified(idToken, clientId), this.settings.claims);
  }

  /**
   * Who somebody is whose claims were checked.
   *
   * @throws GracelineError UNAUTHENTICATED where there is no such administrator, or none any more
   */
  async actorOf(identity: Identity): Promise<Actor> {
    if (identity.role === 'OPERATOR') return { ...identity, administratorId: null, tokenId: null, scopes: [] };
    if (identity.role === 'PARTNER') return { ...identity, administratorId: null, tokenId: null };
    const administratorId = await findAdministratorByEmail(this.db, identity.email);
    if (administratorId === null)
      throw unauthenticated('There is no administrator of the address in the JWT. Ask an operator to create one.');
    return { role: 'ADMINISTRATOR', subject: identity.email, administratorId, tokenId: null, scopes: [] };
  }

  private async verified(jwt: string, audience: string): Promise<JWTPayload> {
    const { issuer, algorithms } = this.settings;
    try {
      const { payload } = await jwtVerify(jwt, this.keys.keyOf, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: this.clock.now(),
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unauthenticated(reasonOf(error), error);
      // To see that it has ended nobody needs the issuer, and its sockets are not to outlive it for as long as that is away.
      if (this.hasEnded(jwt)) throw unauthenticated(ENDED, error);
      throw error;
    }
  }

  /** By its own words, which may only be believed against it. */
  private hasEnded(jwt: string): boolean {
    try {
      const { exp } = decodeJwt(jwt);
      return exp !== undefined && exp + CLOCK_TOLERANCE_SECONDS <= this.clock.now().getTime() / MS_PER_SECOND;
    } catch {
      return false;
    }
  }
}

/** A sentence for whoever holds the JWT. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return ENDED;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The JWT is signed by an algorithm that is not accepted. See OIDC_ALGORITHMS.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the JWT is wrong. Sign in again.';
  if (error instanceof errors.JWTClaimValidationFailed) return reasonOfClaim(error.claim);
  if (error instanceof errors.JWKSNoMatchingKey) return 'The JWT is signed with a key its issuer does not have. Sign in again.';
  return 'The JWT cannot be read, or not verified. Send it whole and as the issuer gave it.';
}

function reasonOfClaim(claim: string): string {
  switch (claim) {
    case 'iss':
      return 'The JWT is of another issuer than the one accepted here. See OIDC_ISSUER.';
    case 'aud':
      return 'The JWT is for another audience. Ask the issuer for one for this API; see OIDC_AUDIENCE.';
    case 'nbf':
      return 'The JWT is not valid yet. Wait, or check the clock of its issuer.';
    default:
      return `The claim "${claim.slice(0, 80)}" of the JWT is missing or wrong. Sign in again.`;
  }
}

function unauthenticated(message: string, cause?: unknown): GracelineError {
  return new GracelineError('UNAUTHENTICATED', message, {}, { cause });
}
