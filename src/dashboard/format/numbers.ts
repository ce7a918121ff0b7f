/** Numbers as the reader's region writes them. */
import { LOCALE } from './locale.ts';

const INTEGER = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const PLURALS = new Intl.PluralRules(LOCALE);

/** E.g. `50,000`. */
export function formatCount(count: number): string {
  return INTEGER.format(count);
}

/** A count with its word, e.g. `1 account`, `3 accounts`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${PLURALS.select(count) === 'one' ? one : many}`;
}
