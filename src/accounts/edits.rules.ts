/** What an edit is made of. */

/** What is given of a patch: undefined means "left out", null is a value. */
export function given<T extends object>(patch: T): T {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as T;
}

/** The fields that differ, as they were and as they are. */
export function difference<T extends object>(before: T, after: T): { before: Partial<T>; after: Partial<T> } {
  const differing = (Object.keys(after) as (keyof T)[]).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  const pick = (of: T) => Object.fromEntries(differing.map((key) => [key, of[key]])) as Partial<T>;
  return { before: pick(before), after: pick(after) };
}
