/** Dialogs over the page: focus goes in, stays in, and returns to where it came from. */
import { Dialog as Primitive } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';

interface DialogProps {
  readonly open: boolean;
  /** Called with false by Escape, a click outside, or the button that closes. */
  readonly onOpenChange: (open: boolean) => void;
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** Its buttons, the one that goes on last. */
  readonly actions: ReactNode;
}

/** A dialog that the page controls. What is in it is made anew each time it opens. */
export function Dialog({ open, onOpenChange, title, children, actions }: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Primitive.Portal>
        <Primitive.Backdrop className={styles['backdrop']} />
        <Primitive.Popup className={styles['popup']}>
          <Primitive.Title className={styles['title']}>{title}</Primitive.Title>
          <div className={styles['content']}>{children}</div>
          <div className={styles['actions']}>{actions}</div>
        </Primitive.Popup>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
