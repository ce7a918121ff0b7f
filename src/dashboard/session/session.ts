/** The session of this browser as the API keeps it: a cookie that no script can read. */
import { changeFault, type Fault, faultOfResponse, unreachable } from '../api/errors.ts';

/** Somebody who is signed in. */
export interface Session {
  readonly role: string;
  /** As the event log names them. */
  readonly subject: string;
  readonly administratorId: string | null;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** What the dashboard knows before it shows anything. */
export interface Site {
  readonly session: Session | null;
  /** Whether people can sign in with the platform's identity provider. */
  readonly oidc: boolean;
  /** What the platform is called. */
  readonly platform: string;
  /** The time zone calendar dates are read in. */
  readonly timeZone: string;
  /** Whether this is somebody's own machine, with a mailbox page and a sample. */
  readonly development: boolean;
}

/** An answer, or why there is none. */
export type Answer = { readonly site: Site; readonly fault: null } | { readonly site: null; readonly fault: Fault };

const SESSION_PATH = '/session';

/** Asks who is signed in. */
export function readSession(): Promise<Answer> {
  return send('GET');
}

/** Signs in with a token. Faults: UNAUTHENTICATED for one that does not count, and limits. */
export async function signIn(token: string): Promise<Answer> {
  const answer = await send('POST', { token });
  return answer.fault === null ? answer : { site: null, fault: changeFault(answer.fault) };
}

/** Signs out. @returns why it could not */
export async function signOut(): Promise<Fault | null> {
  const response = await fetch(SESSION_PATH, { method: 'DELETE' }).catch(() => null);
  if (!response) return changeFault(unreachable());
  return response.ok ? null : changeFault(await faultOfResponse(response));
}

/** Where signing in with the identity provider begins; it leads back to the page at `path`. */
export function oidcAddress(path: string): string {
  return `${SESSION_PATH}/oidc?${new URLSearchParams({ to: path }).toString()}`;
}

async function send(method: string, body?: object): Promise<Answer> {
  const init = body ? { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : { method };
  const response = await fetch(SESSION_PATH, init).catch(() => null);
  if (!response) return { site: null, fault: unreachable() };
  if (!response.ok) return { site: null, fault: await faultOfResponse(response) };
  return { site: (await response.json()) as Site, fault: null };
}
