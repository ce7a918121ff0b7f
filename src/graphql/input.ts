/** An input in which null says the same as leaving out; see {@link withoutNulls}. */
type WithoutNulls<T> = { [Name in keyof T]: Exclude<T[Name], null> };

/**
 * An input without the fields that were given as null. GraphQL lets clients give null for every field that may be left
 * out, and many do for what they have no value for; resolvers pass on only what says something.
 */
export function withoutNulls<T extends object>(input: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as WithoutNulls<T>;
}
