import type { OidcService } from '../auth/oidc.service.ts';
import { GracelineError } from '../errors.ts';
import type { IssuerLogin, LoginChecks } from './issuer-login.provider.ts';
import type { OpenedSession, SessionsService } from './sessions.service.ts';

/** Signs people in to the dashboard with the issuer, who are then whoever a JWT of theirs would say. */
export class LoginService {
  /** @param clientId for whom an id_token has to be */
  constructor(
    private readonly issuer: Pick<IssuerLogin, 'begin' | 'finish'>,
    private readonly jwts: Pick<OidcService, 'identify'>,
    private readonly sessions: Pick<SessionsService, 'signInAs' | 'countFailure'>,
    private readonly clientId: string,
  ) {}

  /**
   * Where to send somebody, and what their browser is to keep until they come back.
   *
   * @throws GracelineError ISSUER_UNREACHABLE
   */
  begin(): Promise<{ readonly url: string; readonly checks: LoginChecks }> {
    return this.issuer.begin();
  }

  /**
   * Opens a session for whoever comes back.
   *
   * @param query of the address they came back to
   * @param checks what their browser kept; null where it kept nothing
   * @param address whose attempt it is, to count those that fail
   * @throws GracelineError UNAUTHENTICATED, FORBIDDEN for a partner, RATE_LIMITED, ISSUER_UNREACHABLE
   */
  async finish(query: URLSearchParams, checks: LoginChecks | null, address: string): Promise<OpenedSession> {
    try {
      if (!checks) throw notBegun();
      const idToken = await this.issuer.finish(query, checks);
      return await this.sessions.signInAs(await this.jwts.identify(idToken, this.clientId));
    } catch (error) {
      if (error instanceof GracelineError && error.code !== 'ISSUER_UNREACHABLE') await this.sessions.countFailure(address);
      throw error;
    }
  }
}

function notBegun(): GracelineError {
  return new GracelineError(
    'UNAUTHENTICATED',
    'No sign-in is under way in this browser, or it took longer than ten minutes. Sign in again, and let it keep cookies.',
  );
}
