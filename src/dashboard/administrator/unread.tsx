/** How many notices are unread, in the navigation: right as they arrive. */
import { NoticeArrivedDocument, UnreadNoticesDocument } from '../../../schema/generated/dashboard.ts';
import { useLive } from '../api/live.ts';
import { useRead } from '../api/read.ts';
import { useEvery } from '../api/timing.ts';
import { formatCount } from '../format/numbers.ts';
import styles from './unread.module.css';

/** A number that is late by more is wrong for whoever looks at it. In ms. */
const CLOSED_WITHIN_MS = 15_000;

/** The number, where it is not zero. */
export function UnreadCount() {
  const { data, reread } = useRead(UnreadNoticesDocument, {}, { typenames: ['Notice'] });
  useLive(NoticeArrivedDocument, {}, { onMessage: reread, reread });
  // A worker closes notices some time after the last decision, which nothing tells.
  useEvery(reread, CLOSED_WITHIN_MS);
  if (!data || data.unreadNotices === 0) return null;
  return (
    <span className={styles['count']}>
      {formatCount(data.unreadNotices)}
      <span className="visually-hidden"> unread</span>
    </span>
  );
}
