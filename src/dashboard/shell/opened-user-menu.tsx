/** The user menu once somebody has opened it. Load this module then: it brings what places a menu and walks it by keys. */
import { useRef } from 'react';
import { Menu } from '@base-ui/react/menu';
import { Instant } from '../format/time.tsx';
import { useReader, useSession } from '../session/session-provider.tsx';
import { useToasts } from '../components/toast.tsx';
import { chooseTheme, THEMES, type Theme, useTheme } from '../theme/theme.ts';
import { Subject } from './subject.tsx';
import styles from './user-menu.module.css';

const LABELS: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };
const ROLES: Readonly<Record<string, string>> = { ADMINISTRATOR: 'Administrator', OPERATOR: 'Operator' };

/** Open from the start; it closes and opens again by itself. */
export function OpenedUserMenu() {
  const { role, subject, expiresAt, site } = useReader();
  const { leave } = useSession();
  const { failed } = useToasts();
  const theme = useTheme();
  // While it closes it still has the focus: who presses Escape and Enter at once has left it, and does not sign out.
  const isOpen = useRef(true);
  const signOut = async () => {
    if (!isOpen.current) return;
    const fault = await leave();
    if (fault) failed(`You are still signed in. ${fault.message}`);
  };
  return (
    <Menu.Root
      modal={false}
      defaultOpen
      onOpenChange={(open) => {
        isOpen.current = open;
      }}
    >
      <Menu.Trigger className={styles['trigger']}>
        <Subject />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles['positioner']} align="end" sideOffset={6}>
          <Menu.Popup className={styles['popup']}>
            <div className={styles['who']}>
              <p className={styles['name']}>{subject}</p>
              <p>
                {ROLES[role] ?? role} of {site.platform}
              </p>
              <p>
                Signed in until <Instant instant={expiresAt} />
              </p>
            </div>
            <Menu.Group className={styles['group']}>
              <Menu.GroupLabel className={styles['label']}>Theme</Menu.GroupLabel>
              <Menu.RadioGroup value={theme} onValueChange={(chosen: Theme) => chooseTheme(chosen)}>
                {THEMES.map((each) => (
                  <Menu.RadioItem key={each} value={each} className={styles['item']}>
                    <span className={styles['tick']}>
                      <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
                    </span>
                    {LABELS[each]}
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            {site.development && <Menu.Item className={styles['item']} render={<a href="/mailbox">Mailbox of this machine</a>} />}
            <Menu.Item className={styles['item']} onClick={() => void signOut()}>
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
