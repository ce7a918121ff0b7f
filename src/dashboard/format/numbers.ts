/** Numbers as the reader's region writes them. */
import { LOCALE } from './locale.ts';

const INTEGER = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
const PLURALS = new Intl.PluralRules(LOCALE);
const MILLISECONDS = new Intl.NumberFormat(LOCALE, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 });
const SECONDS = new Intl.NumberFormat(LOCALE, { style: 'unit', unit: 'second', maximumFractionDigits: 1 });

/** E.g. `50,000`. */
export function formatCount(count: number): string {
  return INTEGER.format(count);
}

/** E.g. `41.5%`. @param percent 0 to 100 */
export function formatPercent(percent: number): string {
  return PERCENT.format(percent / 100);
}

/** A count with its word, e.g. `1 account`, `3 accounts`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${PLURALS.select(count) === 'one' ? one : many}`;
}

/** E.g. `12 ms`, `3.4 s`. */
export function formatDuration(ms: number): string {
  return ms < 1_000 ? MILLISECONDS.format(ms) : SECONDS.format(ms / 1_000);
}
