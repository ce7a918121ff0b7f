/** A long list with everything around it: nothing yet, nothing at all, a fault, and the way to more. */
import type { ReactNode } from 'react';
import type { Listing } from '../api/connection-pages.ts';
import { Button } from './button.tsx';
import { FaultNote, Skeleton } from './states.tsx';
import styles from './listing.module.css';

interface ListedProps<Node> {
  readonly listing: Listing<Node>;
  /** Shown where there is none. */
  readonly empty: ReactNode;
  readonly children: (nodes: readonly Node[]) => ReactNode;
}

/** The nodes read so far, and a button for the rest. */
export function Listed<Node>({ listing: { nodes, fault, hasMore, busy, more, reread }, empty, children }: ListedProps<Node>) {
  return (
    <>
      {fault && <FaultNote fault={fault} onRetry={reread} />}
      {nodes === undefined && !fault && <Skeleton lines={6} />}
      {nodes !== undefined && (nodes.length === 0 ? empty : children(nodes))}
      {hasMore && (
        <div className={styles['more']}>
          <Button onClick={more} busy={busy}>
            {busy ? 'Loading …' : 'Show more'}
          </Button>
        </div>
      )}
    </>
  );
}
