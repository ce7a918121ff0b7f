/**
 * Texts that cannot be kept, refused at the edge for every field there is: PostgreSQL holds no NUL, and half a surrogate
 * pair is no character of UTF-8.
 */
import { GraphQLError, type ValidationRule } from 'graphql';
import { GracelineError } from '../errors.ts';

/** Refuses texts that are written into an operation; those in variables are {@link refuseUnkeepable}'s. */
export const textsRule: ValidationRule = (context) => ({
  StringValue(node) {
    if (isKeepable(node.value)) return;
    const refusal = unkeepable('A text of the operation', 'query');
    context.reportError(new GraphQLError(refusal.message, { nodes: node, originalError: refusal }));
  },
});

/**
 * Looks through the variables of an operation, names of attributes included, however deep they are.
 *
 * @throws GracelineError INVALID_INPUT that names the place, e.g. `input.name`
 */
export function refuseUnkeepable(variables: Readonly<Record<string, unknown>>): void {
  // A stack of our own, because a request has room for more levels than the machine's.
  const waiting: { value: unknown; path: string }[] = [{ value: variables, path: '' }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && !isKeepable(value)) throw unkeepable(`"${path}"`, path);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      if (!isKeepable(name)) throw unkeepable(`A name in "${path}"`, path);
      waiting.push({ value: inner, path: path === '' ? name : `${path}.${name}` });
    }
  }
}

function isKeepable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function unkeepable(place: string, field: string): GracelineError {
  return new GracelineError(
    'INVALID_INPUT',
    `${place} holds a NUL character or half a surrogate pair, which no text may hold. Remove it.`,
    { field },
  );
}
