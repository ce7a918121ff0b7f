/** Keeps who is signed in, and everything that lives and dies with it: the client and the live connection. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { Provider as ClientProvider } from 'urql';
import { createApiClient } from '../api/client.ts';
import type { Fault } from '../api/errors.ts';
import { useHealing } from '../api/healing.ts';
import { LiveContext } from '../api/live.ts';
import { LiveConnection } from '../api/live-connection.ts';
import { type Answer, readSession, type Session, signOut, type Site } from './session.ts';

/** What pages can know and do about the session. */
interface SessionAccess {
  /** Undefined before the first answer. */
  readonly site: Site | undefined;
  /** Why there is no first answer. */
  readonly fault: Fault | null;
  /** Whether somebody was signed in here until the session ended by itself. */
  readonly expired: boolean;
  /** Asks anew who is signed in. */
  readonly reload: () => Promise<void>;
  /** Takes over what signing in answered. */
  readonly enter: (site: Site) => void;
  /** @returns why it could not */
  readonly leave: () => Promise<Fault | null>;
}

const SessionContext = createContext<SessionAccess | null>(null);
/** Timers that wait longer fire at once. In ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Everything below knows the session; see {@link useSession}. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [site, setSite] = useState<Site>();
  const [fault, setFault] = useState<Fault | null>(null);
  const [expired, setExpired] = useState(false);
  const accept = useCallback((answer: Answer) => {
    setFault(answer.fault);
    if (!answer.site) return;
    setSite((before) => {
      // The same person again must not lose the page they are on.
      if (before && JSON.stringify(before) === JSON.stringify(answer.site)) return before;
      setExpired(before?.session !== undefined && before.session !== null && answer.site.session === null);
      return answer.site;
    });
  }, []);
  const reload = useCallback(() => readSession().then(accept), [accept]);
  useEffect(() => void readSession().then(accept), [accept]);
  useHealing(site ? null : fault, () => void reload());
  useExpiry(site?.session ?? null, reload);
  const enter = useCallback((entered: Site) => {
    setExpired(false);
    setSite(entered);
  }, []);
  const leave = useCallback(async () => {
    const refused = await signOut();
    if (refused) return refused;
    setExpired(false);
    setSite((before) => before && { ...before, session: null });
    return null;
  }, []);
  const access = useMemo(() => ({ site, fault, expired, reload, enter, leave }), [site, fault, expired, reload, enter, leave]);
  return <SessionContext value={access}>{children}</SessionContext>;
}

/** Asks anew as soon as the session should have ended. */
function useExpiry(session: Session | null, reload: () => Promise<void>): void {
  useEffect(() => {
    if (!session) return undefined;
    const timer = setTimeout(
      () => void reload(),
      Math.min(LONGEST_TIMER_MS, Math.max(0, Date.parse(session.expiresAt) - Date.now())) + 1_000,
    );
    return () => clearTimeout(timer);
  }, [session, reload]);
}

/** The session and what can be done with it. */
export function useSession(): SessionAccess {
  const access = useContext(SessionContext);
  if (!access) throw new Error('There is no session outside of its provider.');
  return access;
}

/** Who is signed in; for pages, which are shown to nobody else. */
export function useReader(): Session & { readonly site: Site } {
  const { site } = useSession();
  if (!site?.session) throw new Error('Nobody is signed in.');
  return { ...site.session, site };
}

/** Gives the pages below a client and a live connection of their own, and shows them once nothing can be missed any more. */
export function SignedIn({ children, waiting }: { readonly children: ReactNode; readonly waiting: ReactNode }) {
  const { reload } = useSession();
  const [api, setApi] = useState<ReturnType<typeof createApi> | null>(null);
  useEffect(() => {
    const made = createApi(() => void reload());
    let stays = true;
    void made.live.noteCursor().then(() => stays && setApi(made));
    return () => {
      stays = false;
      made.live.close();
    };
  }, [reload]);
  if (!api) return waiting;
  return (
    <ClientProvider value={api.client}>
      <LiveContext value={api.live}>{children}</LiveContext>
    </ClientProvider>
  );
}

function createApi(onSignedOut: () => void) {
  const client = createApiClient(onSignedOut);
  return { client, live: new LiveConnection(client, onSignedOut) };
}
