/** What stands on the button of the user menu, before it is opened as after. */
import { useReader } from '../session/session-provider.tsx';
import styles from './user-menu.module.css';

/** Who is signed in. */
export function Subject() {
  return (
    <>
      <span className={styles['subject']}>{useReader().subject}</span>
      <span className={styles['arrow']} aria-hidden="true" />
    </>
  );
}
