/** The whole: who is signed in decides which pages there are. A deep link stays in the address until it can be shown. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { ADMINISTRATOR_PAGES } from './administrator/pages.tsx';
import { Button } from './components/button.tsx';
import { FaultNote, Skeleton } from './components/states.tsx';
import { ToastProvider } from './components/toast.tsx';
import { OPERATOR_PAGES } from './operator/pages.tsx';
import type { RolePages } from './pages.ts';
import { SessionProvider, SignedIn, useSession } from './session/session-provider.tsx';
import { SignIn } from './session/sign-in.tsx';
import { Bare } from './shell/bare.tsx';
import { Shell } from './shell/shell.tsx';

const PAGES: Readonly<Record<string, RolePages>> = { ADMINISTRATOR: ADMINISTRATOR_PAGES, OPERATOR: OPERATOR_PAGES };

/** The dashboard. */
export function App() {
  return (
    // The content security policy forbids style elements; what they would hold is in our own files.
    <CSPProvider disableStyleElements>
      <ToastProvider>
        <SessionProvider>
          <Entrance />
        </SessionProvider>
      </ToastProvider>
    </CSPProvider>
  );
}

function Entrance() {
  const { site, fault, reload } = useSession();
  if (!site) return <Bare>{fault ? <FaultNote fault={fault} onRetry={() => void reload()} /> : <Skeleton />}</Bare>;
  if (!site.session) return <SignIn />;
  const pages = PAGES[site.session.role];
  if (!pages) return <NoPages />;
  const { role, subject } = site.session;
  return (
    <SignedIn
      key={`${role} ${subject}`}
      waiting={
        <Bare>
          <Skeleton />
        </Bare>
      }
    >
      <Shell pages={pages} />
    </SignedIn>
  );
}

/** For tokens of programs. */
function NoPages() {
  const { site, leave } = useSession();
  return (
    <Bare>
      <h1>This token is not for people</h1>
      <p>
        It belongs to {site?.session?.subject}, a program. The dashboard is for operators and administrators; sign in with a token of one of
        these.
      </p>
      <div>
        <Button look="primary" onClick={() => void leave()}>
          Sign out
        </Button>
      </div>
    </Bare>
  );
}
