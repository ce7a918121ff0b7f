/** What failed for want of a connection is tried again, as the fault says. */
import { useEffect, useEffectEvent } from 'react';
import { type Fault, isUnreachable } from './errors.ts';

/** Soon enough for somebody who waits, and seldom enough for a service that comes back to many. In ms. */
const RETRY_MS = 3_000;

/**
 * Tries again, every three seconds, as long as there is a fault that heals by itself.
 *
 * @param fault null where there is none
 */
export function useHealing(fault: Fault | null, retry: () => void): void {
  const run = useEffectEvent(retry);
  const heals = fault !== null && isUnreachable(fault);
  useEffect(() => {
    if (!heals) return undefined;
    const timer = setInterval(() => run(), RETRY_MS);
    return () => clearInterval(timer);
  }, [heals]);
}
