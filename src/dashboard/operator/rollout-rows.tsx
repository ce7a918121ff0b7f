/** The rows in sight of a list that may be very long; more are read as one comes near its end. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { Badge } from '../components/badge.tsx';
import { countOf } from '../format/numbers.ts';
import { Day } from '../format/time.tsx';
import { REASON } from '../format/words.ts';
import { accountPath } from './paths.ts';
import type { RolloutAccount } from './rollout-accounts.tsx';
import styles from './rollout-accounts.module.css';
import { PLATFORM } from './words.ts';

/** Of a row, in px; the style has the same. */
const ROW_PX = 56;
/** Of the box where there are more rows than fit, in px. */
const BOX_PX = 450;
const BORDERS_PX = 2;
/** Rows drawn beyond those in sight, for the keyboard and for fast scrolling. */
const OVERSCAN = 8;
/** So far from the end of what is read more is asked for. */
const AHEAD = 40;

interface RolloutRowsProps {
  readonly migration: string;
  readonly accounts: readonly RolloutAccount[];
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly more: () => void;
}

/** A box that scrolls. */
export function RolloutRows({ migration, accounts, hasMore, busy, more }: RolloutRowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: accounts.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const rows = virtualizer.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !busy && lastShown >= accounts.length - AHEAD) more();
  }, [hasMore, busy, lastShown, accounts.length, more]);
  return (
    <>
      <p className="soft small numeric" role="status">
        {countOf(accounts.length, 'account')}
        {hasMore && ' read so far; more follow as you scroll'}
      </p>
      <div
        ref={box}
        className={styles['box']}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that it can be scrolled by keyboard
        tabIndex={0}
        role="region"
        aria-label="Accounts of this migration"
        style={{ height: Math.min(BOX_PX, virtualizer.getTotalSize() + BORDERS_PX) }}
      >
        <ul className={styles['rows']} style={{ height: virtualizer.getTotalSize() }}>
          {rows.map(({ key, index, start }) => (
            <Row
              key={key}
              migration={migration}
              row={accounts[index]!}
              start={start}
              place={index + 1}
              of={hasMore ? -1 : accounts.length}
            />
          ))}
        </ul>
      </div>
    </>
  );
}

interface RowProps {
  readonly migration: string;
  readonly row: RolloutAccount;
  /** From the top of the list, in px. */
  readonly start: number;
  /** Counted from 1. */
  readonly place: number;
  /** How many there are; -1 while nobody knows. */
  readonly of: number;
}

const Row = memo(function Row({ migration, row: { account, state }, start, place, of }: RowProps) {
  const { id, name, platform, plan, region } = account;
  const reason = REASON[state.reason];
  const date = state.enabled ? state.since : state.deadline;
  return (
    <li className={styles['row']} style={{ transform: `translateY(${start}px)` }} aria-posinset={place} aria-setsize={of}>
      <div className={styles['who']}>
        <Link href={accountPath(id, migration)} className={styles['name']}>
          {name}
        </Link>
        <p className={styles['facts']}>{[id, PLATFORM[platform], plan, region].filter(Boolean).join(' · ')}</p>
      </div>
      <div className={styles['state']}>
        {date !== null && (
          <span className={styles['date']}>
            {state.enabled ? 'since ' : 'until '}
            <Day instant={date} />
          </span>
        )}
        <Badge tone={reason.tone}>{reason.label}</Badge>
      </div>
    </li>
  );
});
