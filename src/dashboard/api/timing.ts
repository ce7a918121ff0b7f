/** Doing less often what is asked often. */
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';

/** A value as it was when it last stayed the same for a while. @param value compared by its JSON */
export function useSettled<Value>(value: Value, afterMs: number): Value {
  const key = JSON.stringify(value);
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), afterMs);
    return () => clearTimeout(timer);
  }, [key, afterMs]);
  return JSON.parse(settled) as Value;
}

/**
 * Calls that come in a row become one, so many ms after the first: a decision for 50,000 accounts is as many messages.
 *
 * @returns a function that stays the same
 */
export function useGathered(act: () => void, withinMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const run = useEffectEvent(act);
  useEffect(() => () => clearTimeout(timer.current), []);
  // An effect event may be called by effects alone, which the timer of one is.
  const [asked, ask] = useState(0);
  useEffect(() => {
    if (asked > 0) run();
  }, [asked]);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      ask((times) => times + 1);
    }, withinMs);
  }, [withinMs]);
}

/** Calls again and again while the page is looked at, and at once when somebody comes back to it. */
export function useEvery(act: () => void, everyMs: number): void {
  const run = useEffectEvent(act);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') run();
    };
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [everyMs]);
}
