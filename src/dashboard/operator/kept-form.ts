/**
 * A form that outlives a reload, a crash and an expired session: what is typed is kept in this browser until it is saved. Only
 * that is: the rest is as it is when the form is opened again, with what somebody else changed meanwhile.
 */
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
 * @param initial counts as it is at first: what is given later does not change the form
 */
export function useKeptForm<Form extends object>(name: string, initial: Form): KeptForm<Form> {
  const { subject } = useReader();
  const key = `graceline.form.${subject}.${name}`;
  const [begun] = useState(initial);
  const [kept] = useState(() => read<Form>(key));
  const [form, setForm] = useState<Form>(() => ({ ...initial, ...kept }));
  const [restored, setRestored] = useState(kept !== null);
  const [dirty, setDirty] = useState(kept !== null);
  useEffect(() => {
    if (dirty) write(key, typedIn(form, begun));
  }, [key, form, begun, dirty]);
  const change = useCallback((part: Partial<Form>) => {
    setDirty(true);
    setForm((before) => ({ ...before, ...part }));
  }, []);
  const discard = () => {
    write(key, null);
    setDirty(false);
    setRestored(false);
    setForm(begun);
  };
  return { form, change, restored, discard };
}

/** The fields that differ from what the form began with; null where none does. */
function typedIn<Form extends object>(form: Form, begun: Form): Partial<Form> | null {
  const typed = Object.entries(form).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(begun[name as keyof Form]));
  return typed.length === 0 ? null : (Object.fromEntries(typed) as Partial<Form>);
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
