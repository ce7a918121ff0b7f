import type { Clock } from '../clock.ts';
import { html } from '../email/html.ts';
import { ERROR_STATUS, GracelineError } from '../errors.ts';
import { plainPage } from '../http/plain-page.ts';
import type { RouteRequest, RouteResponse, Routes } from '../http/route.ts';
import type { LoginCookie } from './login-cookie.ts';
import type { LoginService } from './login.service.ts';
import type { SessionCookie } from './session-cookie.ts';
import { CALLBACK_PATH, ownPath } from './session.rules.ts';
import { settingOf } from './sessions.routes.ts';

/** What these routes call. */
export interface LoginRoutesParts {
  /** Null where people sign in with tokens alone. */
  readonly login: LoginService | null;
  readonly loginCookie: LoginCookie;
  readonly sessionCookie: SessionCookie;
  readonly clock: Clock;
  readonly publicUrl: string;
}

/** Signing in to the dashboard with the issuer. People see these, so refusals are pages. */
export function loginRoutes({ login, loginCookie, sessionCookie, clock, publicUrl }: LoginRoutesParts): Routes {
  return {
    'GET /session/oidc': ({ query }: RouteRequest) =>
      asPage(async () => {
        const { url, checks } = await required(login).begin();
        const to = ownPath(query.get('to'), publicUrl);
        return { ...redirect(url), cookies: [loginCookie.setting({ ...checks, to })] };
      }),

    [`GET ${CALLBACK_PATH}`]: ({ method, headers, query, client }: RouteRequest) => {
      // What only looks must not use up the code.
      if (method === 'HEAD') return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
      return asPage(async () => {
        const underWay = loginCookie.read(headers);
        const opened = await required(login).finish(query, underWay, client());
        return { ...redirect(underWay!.to), cookies: [settingOf(opened, sessionCookie, clock), loginCookie.clearing()] };
      });
    },
  };
}

function required(login: LoginService | null): LoginService {
  if (login) return login;
  throw new GracelineError('NOT_FOUND', 'This platform has no issuer to sign in with. Sign in with a token.');
}

function redirect(location: string): RouteResponse {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' };
}

async function asPage(work: () => Promise<RouteResponse>): Promise<RouteResponse> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GracelineError) || ERROR_STATUS[error.code] === 500) throw error;
    const body = plainPage(
      'You are not signed in',
      html`<h1>You are not signed in</h1>
        <p>${error.message}</p>
        <p><a href="/">Back to the sign-in</a></p>`,
    );
    return { status: ERROR_STATUS[error.code], headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, body };
  }
}
