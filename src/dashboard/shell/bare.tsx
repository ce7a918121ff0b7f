/** A page without navigation: before somebody is signed in. */
import type { ReactNode } from 'react';
import { useSession } from '../session/session-provider.tsx';
import { Brand } from './brand.tsx';
import styles from './bare.module.css';

/** One sheet in the middle. */
export function Bare({ children }: { readonly children: ReactNode }) {
  const { site } = useSession();
  return (
    <div className={styles['bare']}>
      <header>
        <Brand platform={site?.platform} />
      </header>
      <main className={styles['sheet']}>{children}</main>
    </div>
  );
}
