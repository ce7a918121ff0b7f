/** A form over something that is saved, and may be saved again while somebody types in it. */
import { useState } from 'react';

/** See {@link useSavedForm}. */
export interface SavedForm<Form> {
  readonly form: Form;
  readonly change: (part: Partial<Form>) => void;
  /** Called with what was sent once it is saved, or given up: of what is read next, fields are taken over that still say that. */
  readonly settle: (sent: Form) => void;
}

/**
 * Begins with what is saved. What is read anew is taken over, except in fields in which somebody typed since.
 *
 * @param saved fields are compared by identity
 * @param version changes where `saved` does; null before it was first saved
 */
export function useSavedForm<Form extends object>(saved: Form, version: string | null): SavedForm<Form> {
  const [base, setBase] = useState({ version, form: saved });
  const [form, setForm] = useState(saved);
  if (version !== base.version) {
    setBase({ version, form: saved });
    setForm(takenOver(form, base.form, saved));
  }
  const change = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }));
  const settle = (sent: Form) => setBase((before) => ({ ...before, form: sent }));
  return { form, change, settle };
}

function takenOver<Form extends object>(form: Form, base: Form, saved: Form): Form {
  const typed = Object.entries(form).filter(([name, value]) => value !== base[name as keyof Form]);
  return { ...saved, ...Object.fromEntries(typed) };
}
