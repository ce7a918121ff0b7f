/** A form that outlives a reload, a crash and an expired session: what is typed is kept in this browser until it is saved. */
import { useCallback, useEffect, useState } from 'react';
import { useReader } from '../session/session-provider.tsx';

/** See the top of this file. */
export interface KeptForm<Form> {
  readonly form: Form;
  readonly change: (part: Partial<Form>) => void;
  /** Whether what is shown was typed in an earlier visit. */
  readonly restored: boolean;
  /** Forgets what was typed, and begins with the initial form again. */
  readonly discard: () => void;
}

/**
 * Keeps what somebody types.
 *
 * @param name of the form, one for each thing that is written
 */
export function useKeptForm<Form extends object>(name: string, initial: Form): KeptForm<Form> {
  const { subject } = useReader();
  const key = `graceline.form.${subject}.${name}`;
  const [kept] = useState(() => read<Form>(key));
  const [form, setForm] = useState<Form>(() => ({ ...initial, ...kept }));
  const [restored, setRestored] = useState(kept !== null);
  const [dirty, setDirty] = useState(kept !== null);
  useEffect(() => {
    if (dirty) write(key, form);
  }, [key, form, dirty]);
  const change = useCallback((part: Partial<Form>) => {
    setDirty(true);
    setForm((before) => ({ ...before, ...part }));
  }, []);
  const discard = () => {
    write(key, null);
    setDirty(false);
    setRestored(false);
    setForm(initial);
  };
  return { form, change, restored, discard };
}

function read<Form>(key: string): Partial<Form> | null {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof parsed === 'object' && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

function write(key: string, form: object | null): void {
  try {
    if (form === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(form));
  } catch {
    // Storage can be forbidden or full; the form holds until the page is closed then.
  }
}
