/** Filters that stand in the address, so that a link shows what its sender saw. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';

/** Somebody who still types is not asked for; a pause of so many ms is. */
const TYPING_MS = 250;

/** A parameter of the address, empty where it is absent, and a way to set it that makes no entry of the history. */
export function useAddressValue(name: string): readonly [value: string, set: (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === '') after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      ),
    [name, setParams],
  );
  return [params.get(name) ?? '', set];
}

/** As {@link useAddressValue} for one of a few; anything else in the address is the first of them, which is not written. */
export function useAddressChoice<Value extends string>(name: string, values: readonly [Value, ...Value[]]) {
  const [text, setText] = useAddressValue(name);
  const value = values.find((each) => each === text) ?? values[0];
  return [value, (chosen: Value) => setText(chosen === values[0] ? '' : chosen)] as const;
}

/** A text that is typed. */
export interface AddressText {
  /** As the input has it. */
  readonly typed: string;
  readonly type: (text: string) => void;
  /** As the address has it: what to ask for. */
  readonly settled: string;
}

/** As {@link useAddressValue} for an input. */
export function useAddressText(name: string): AddressText {
  const [settled, settle] = useAddressValue(name);
  const [typed, type] = useState(settled);
  const written = useRef(settled);
  useEffect(() => {
    // Going back, or following a link, changes it from outside.
    if (settled === written.current) return;
    written.current = settled;
    type(settled);
  }, [settled]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const text = typed.trim();
      if (text === written.current) return;
      written.current = text;
      settle(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, settle]);
  return { typed, type, settled };
}
