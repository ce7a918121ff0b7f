/** Says that what is shown may be out of date, and until when. */
import { useEffect, useState } from 'react';
import { useConnectionState } from '../api/live.ts';
import styles from './offline-bar.module.css';

/** A reconnect that takes no longer than this is nobody's business. In ms. */
const QUIET_MS = 1_500;

/** Shown while the live connection is lost. */
export function OfflineBar() {
  const lost = useConnectionState() === 'LOST';
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(lost), lost ? QUIET_MS : 0);
    return () => clearTimeout(timer);
  }, [lost]);
  return (
    <div role="status">
      {told && (
        <p className={styles['bar']}>
          Connection lost. What you see may be out of date; it goes on by itself as soon as there is one again.
        </p>
      )}
    </div>
  );
}
