/** Shown in place of any page while nobody is signed in; the page that was asked for follows. */
import { type SyntheticEvent, useEffect, useId, useState } from 'react';
import { useLocation } from 'wouter';
import type { Fault } from '../api/errors.ts';
import { Button } from '../components/button.tsx';
import { Field, TextInput } from '../components/field.tsx';
import { Bare } from '../shell/bare.tsx';
import { oidcAddress, signIn, type Site } from './session.ts';
import { useSession } from './session-provider.tsx';
import styles from './sign-in.module.css';

/** The sign-in page. */
export function SignIn() {
  const { site, expired } = useSession();
  const [path] = useLocation();
  useEffect(() => {
    document.title = `Sign in – ${site?.platform ?? 'Graceline'}`;
  }, [site]);
  if (!site) return null;
  return (
    <Bare>
      <div className={styles['heading']}>
        <h1>Sign in to {site.platform}</h1>
        <p className="soft">Breaking changes, what they mean for your accounts, and how long there is.</p>
      </div>
      {expired && (
        <p role="status" className={styles['expired']}>
          Your session ended. Sign in again to go on where you were.
        </p>
      )}
      {site.oidc && (
        <>
          <a className={styles['oidc']} href={oidcAddress(`${path}${location.search}`)}>
            Continue with {site.platform}
          </a>
          <p className={styles['or']}>or with a token</p>
        </>
      )}
      <TokenForm />
      <Origin site={site} />
      <p className={styles['public']}>
        <a href="/migrations">The public list of migrations</a> needs no sign-in.
      </p>
    </Bare>
  );
}

function TokenForm() {
  const { enter } = useSession();
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const inputId = useId();
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (token.trim() === '') {
      setFault({ code: 'INVALID_INPUT', message: 'Paste a token first.', details: {} });
      document.getElementById(inputId)?.focus();
      return;
    }
    setBusy(true);
    const answer = await signIn(token.trim());
    setBusy(false);
    if (answer.site) return enter(answer.site);
    setFault(answer.fault);
    document.getElementById(inputId)?.focus();
  };
  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)} noValidate>
      <Field label="Token" error={fault?.message ?? null}>
        <TextInput
          id={inputId}
          type="password"
          name="token"
          autoComplete="off"
          spellCheck={false}
          value={token}
          onChange={(event) => {
            setToken(event.target.value);
            setFault(null);
          }}
        />
      </Field>
      <Button look="primary" type="submit" busy={busy}>
        {busy ? 'Signing in …' : 'Sign in'}
      </Button>
    </form>
  );
}

/** Where tokens come from. */
function Origin({ site }: { readonly site: Site }) {
  return (
    <details className={styles['origin']} open={site.development}>
      <summary>Where do I get a token?</summary>
      {site.development ? (
        <p>
          <code>npm start</code> prints one of an operator and one of an administrator once it is ready, and keeps both in{' '}
          <code>.data/sample-tokens.json</code>. More are made by <code>npm run graceline -- token --help</code>.
        </p>
      ) : (
        <p>
          An operator of {site.platform} makes it for you, and it is shown to them once. It begins the session here and is not kept by this
          browser.
        </p>
      )}
    </details>
  );
}
