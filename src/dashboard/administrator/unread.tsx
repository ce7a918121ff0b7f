/** How many notices are unread, in the navigation: right as they arrive. */
import { NoticeArrivedDocument, OwnAccountChangedDocument, UnreadNoticesDocument } from '../../../schema/generated/dashboard.ts';
import { useLive } from '../api/live.ts';
import { useRead } from '../api/read.ts';
import { formatCount } from '../format/numbers.ts';
import styles from './unread.module.css';

/** The number, where it is not zero. */
export function UnreadCount() {
  const { data, reread } = useRead(UnreadNoticesDocument, {}, { typenames: ['Notice'] });
  useLive(NoticeArrivedDocument, {}, { onMessage: reread, reread });
  // Opting in closes notices, which nothing else tells.
  useLive(OwnAccountChangedDocument, {}, { onMessage: reread, reread });
  if (!data || data.unreadNotices === 0) return null;
  return (
    <span className={styles['count']}>
      {formatCount(data.unreadNotices)}
      <span className="visually-hidden"> unread</span>
    </span>
  );
}
