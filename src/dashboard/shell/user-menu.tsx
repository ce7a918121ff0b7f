/** Who is signed in, and what concerns this browser alone: the theme, and leaving. */
import { type ComponentType, type KeyboardEvent, useState } from 'react';
import { useToasts } from '../components/toast.tsx';
import { Subject } from './subject.tsx';
import styles from './user-menu.module.css';

/** The menu itself, which no page needs to be shown. */
const load = () => import('./opened-user-menu.tsx');

/** The menu at the end of the header. It is fetched as somebody reaches for it, by pointer or key, and there when they press. */
export function UserMenu() {
  const [Opened, setOpened] = useState<ComponentType | null>(null);
  const { failed } = useToasts();
  if (Opened) return <Opened />;
  const reach = () => void load().catch(() => undefined);
  const open = () =>
    void load().then(
      ({ OpenedUserMenu }) => setOpened(() => OpenedUserMenu),
      () => failed('The menu could not be fetched. Check your connection, or reload the page.'),
    );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    open();
  };
  return (
    <button
      type="button"
      className={styles['trigger']}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={reach}
      onFocus={reach}
      onClick={open}
      onKeyDown={onKeyDown}
    >
      <Subject />
    </button>
  );
}
