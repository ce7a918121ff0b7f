import { GracelineError } from './errors.ts';
import { isUuid } from './ids.ts';

/** Which part of a list is asked for, Relay style: the first so many after a cursor. */
export interface PageRequest {
  /** How many at most; see {@link pageSize}. */
  readonly first: number;
  /** The cursor of the last item seen; null for the beginning. */
  readonly after: string | null;
}

/** One part of a list. */
export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly hasNextPage: boolean;
  /** Where to go on, where that is not behind the last item: a list may have looked further than it found anything. */
  readonly endCursor?: string;
}

/** The most items one request may ask for. */
export const MAX_PAGE_SIZE = 100;

/**
 * Bounds what a caller asks for.
 *
 * @throws GracelineError INVALID_INPUT
 */
export function pageSize(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= MAX_PAGE_SIZE) return first;
  throw new GracelineError('INVALID_INPUT', `"first" is ${first}; ask for 1 to ${MAX_PAGE_SIZE} at a time and go on with "after".`);
}

/**
 * Makes a page of rows that were read with one more than asked for, which tells whether there is a next page.
 *
 * @param rows at most `first + 1` rows
 * @param keyOf the values the list is ordered by, from which the next page goes on
 */
export function pageOf<Row, T>(
  rows: readonly Row[],
  first: number,
  keyOf: (row: Row) => readonly (string | number)[],
  nodeOf: (row: Row) => T,
): Page<T> {
  return {
    edges: rows.slice(0, first).map((row) => ({ cursor: cursorOf(keyOf(row)), node: nodeOf(row) })),
    hasNextPage: rows.length > first,
  };
}

/** The cursor of a place in a list: the values it is ordered by, as {@link cursorKey} takes them apart. */
export function cursorOf(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** What a value of a cursor must be, so that the database can look for it. */
type KeyType = 'string' | 'number' | 'uuid';

/**
 * The values a cursor of {@link pageOf} goes on from.
 *
 * @param types the type of each value, in the order of the list's `keyOf`
 * @returns null where the list is to begin at its beginning
 * @throws GracelineError INVALID_CURSOR where it is not one of this list
 */
export function cursorKey(after: string | null, types: readonly KeyType[]): (string | number)[] | null {
  if (after === null) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(key) && key.length === types.length && key.every((value, i) => isOfType(value, types[i]!)))
      return key as (string | number)[];
  } catch {
    // Not ours; said below like any other cursor that does not fit.
  }
  throw new GracelineError(
    'INVALID_CURSOR',
    'The cursor does not belong to this list. Use the "endCursor" of the page before, or leave it out to begin at the start.',
  );
}

function isOfType(value: unknown, type: KeyType): boolean {
  if (type === 'number') return typeof value === 'number';
  // PostgreSQL holds no NUL in a text and would refuse to look.
  return typeof value === 'string' && (type === 'uuid' ? isUuid(value) : !value.includes('\0'));
}
