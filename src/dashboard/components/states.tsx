/** What a page shows instead of its content: nothing yet, nothing at all, or that it failed. */
import type { ReactNode } from 'react';
import type { Fault } from '../api/errors.ts';
import type { Reading } from '../api/read.ts';
import { Button } from './button.tsx';
import styles from './states.module.css';

/** Grey lines where content will be, said aloud as "Loading". */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div className={styles['skeleton']} role="status">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles['bone']} />
      ))}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  /** Why there is nothing, and what to do if there should be something. */
  readonly children?: ReactNode;
}

/** That there is nothing to show, which is no fault. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className={styles['empty']}>
      <p className={styles['title']}>{title}</p>
      {children !== undefined && <div className={styles['text']}>{children}</div>}
    </div>
  );
}

interface FaultNoteProps {
  readonly fault: Fault;
  /** Tries again; a button offers it. */
  readonly onRetry?: () => void;
}

/** Why something is not there, in the words of the API. */
export function FaultNote({ fault, onRetry }: FaultNoteProps) {
  return (
    <div className={styles['fault']} role="alert">
      <p className={styles['faultText']}>{fault.message}</p>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

interface LoadedProps<Data> {
  readonly reading: Reading<Data>;
  /** Lines of the skeleton meanwhile. */
  readonly lines?: number;
  readonly children: (data: Data) => ReactNode;
}

/** The content of a reading once it is there; before that a skeleton or the fault. An old answer stays, with the fault above. */
export function Loaded<Data>({ reading: { data, fault, reread }, lines = 6, children }: LoadedProps<Data>) {
  return (
    <>
      {fault && <FaultNote fault={fault} onRetry={reread} />}
      {data === undefined ? !fault && <Skeleton lines={lines} /> : children(data)}
    </>
  );
}
