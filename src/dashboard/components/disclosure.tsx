/** A part of a page that opens and closes; what is in it is made, and read, once it is opened. */
import { type ReactNode, useId, useState } from 'react';
import styles from './disclosure.module.css';

interface DisclosureProps {
  readonly title: string;
  readonly initiallyOpen?: boolean;
  readonly children: ReactNode;
}

/** A heading of the third level that is a button. */
export function Disclosure({ title, initiallyOpen = false, children }: DisclosureProps) {
  const [open, setOpen] = useState(initiallyOpen);
  const id = useId();
  return (
    <div className={styles['disclosure']}>
      <h3>
        <button type="button" className={styles['button']} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {title}
        </button>
      </h3>
      <div id={id} hidden={!open} className={styles['content']}>
        {open && children}
      </div>
    </div>
  );
}
