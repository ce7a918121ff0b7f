import { GracelineError } from '../errors.ts';
import { type Budgets, chargeStranger } from '../http/budgets.ts';
import { requiredText } from '../http/fields.ts';
import { json, type RouteRequest, type RouteResponse, type Routes } from '../http/route.ts';
import type { Clock } from '../clock.ts';
import type { SessionCookie } from './session-cookie.ts';
import { pageOriginOf } from './session.rules.ts';
import type { OpenedSession, Session, SessionsService } from './sessions.service.ts';

/** The most characters of a pasted token, with whatever was pasted around it. */
const TOKEN_LENGTH = 1_000;

/** What the routes of sessions call, and what they tell the dashboard about the platform. */
export interface SessionsRoutesParts {
  readonly sessions: SessionsService;
  readonly cookie: SessionCookie;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly publicUrl: string;
  readonly facts: PlatformFacts;
}

/** What the dashboard shows before anybody has signed in. */
export interface PlatformFacts {
  /** Whether people can sign in with an issuer. */
  readonly oidc: boolean;
  /** The name of the platform. */
  readonly platform: string;
  /** In which the days of migrations begin. */
  readonly timeZone: string;
  readonly development: boolean;
}

/** Signing in to the dashboard with a token, who is signed in, and signing out. */
export function sessionsRoutes({ sessions, cookie, budgets, clock, publicUrl, facts }: SessionsRoutesParts): Routes {
  const answer = (status: number, session: Session | null): RouteResponse => json(status, { session, ...facts });
  return {
    'GET /session': async ({ headers, client }: RouteRequest) => {
      const id = cookie.idOf(headers);
      if (id === null) return answer(200, null);
      const session = await sessions.find(id);
      if (session) return answer(200, session);
      await chargeStranger(budgets, client);
      return { ...answer(200, null), cookies: [cookie.clearing()] };
    },

    'POST /session': async ({ headers, body, client }: RouteRequest) => {
      requireOurForm(headers, publicUrl);
      const opened = await sessions.signIn(requiredText(body, 'token', TOKEN_LENGTH), client());
      const before = cookie.idOf(headers);
      if (before !== null) await sessions.end(before);
      return { ...answer(201, opened.session), cookies: [settingOf(opened, cookie, clock)] };
    },

    'DELETE /session': async ({ method, headers }: RouteRequest) => {
      const id = cookie.idOf(headers);
      // Asked for its refusal: a page of somebody else must not sign anybody out.
      cookie.authorizationOf({ method, headers: { ...headers, authorization: undefined } });
      if (id !== null) await sessions.end(id);
      return { status: 204, headers: { 'cache-control': 'no-store' }, body: '', cookies: [cookie.clearing()] };
    },
  };
}

/** The cookie of a session that was opened just now. */
export function settingOf({ id, session }: OpenedSession, cookie: SessionCookie, clock: Clock): string {
  return cookie.setting(id, Math.ceil((session.expiresAt.getTime() - clock.now().getTime()) / 1_000));
}

/** A page of somebody else must not sign people in as whom it likes: what they then enter would be theirs to read. */
function requireOurForm(headers: RouteRequest['headers'], publicUrl: string): void {
  if (!headers['content-type']?.toLowerCase().startsWith('application/json'))
    throw new GracelineError('UNSUPPORTED_CONTENT', 'Send {"token": "gl_…"} with the header "Content-Type: application/json".');
  if (pageOriginOf(headers, publicUrl) === 'foreign')
    throw new GracelineError('FORBIDDEN', 'This came from a page of another site. Sign in on the page of the dashboard itself.');
}
