import { cpus, totalmem } from 'node:os';
import type { Figure } from './benchmark.ts';

const HEAD = ['name', 'value', 'unit', 'peer', 'peer value', 'ratio', 'target', 'holds'];
const NUMERIC = new Set([1, 4, 5]);
const SUMMARY_HEAD = ['benchmark', 'targets that hold', 'minutes', 'missed'];
const SUMMARY_NUMERIC = new Set([2]);

/** A figure as one line of JSON. */
export function jsonLine({ name, value, unit, peer, peerValue, ratio, target, holds }: Figure): string {
  return JSON.stringify({ name, value, unit, peer, peerValue, ratio, target, holds });
}

/** What came of a benchmark. */
export interface Outcome {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Why there are none, or null. */
  readonly fault: Error | null;
  readonly seconds: number;
}

/** Figures as a table for people, a line each under a line of names. */
export function table(figures: readonly Figure[]): string {
  return aligned([HEAD, ...figures.map(cells)], NUMERIC);
}

/** A line for each benchmark of several: how many of its targets hold, the ratios that miss theirs, and how long it took. */
export function summary(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ name, figures, fault, seconds }) => {
    const asked = figures.filter(({ target }) => target !== 'none');
    const missed = asked.filter(({ holds }) => !holds);
    const said = missed.map((one) => `${one.name}: ${formatted(one.ratio)}, target ${one.target}`);
    const held = fault ? 'none measured' : `${asked.length - missed.length} of ${asked.length}`;
    return [name, held, (seconds / 60).toFixed(1), fault?.message.split('\n', 1)[0] ?? said.join('; ')];
  });
  return aligned([SUMMARY_HEAD, ...rows], SUMMARY_NUMERIC);
}

function aligned(rows: readonly (readonly string[])[], numeric: ReadonlySet<number>): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (text: string, column: number) => (numeric.has(column) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!));
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** Three significant digits, or all of a whole number, in groups of three. */
export function formatted(value: number): string {
  const digits = Math.abs(value) >= 1_000 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(digits, 6) });
}

/** What the figures were measured on. */
export function machine(): string {
  const processors = cpus();
  return `${processors[0]?.model.trim() ?? 'unknown CPU'}, ${processors.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
}

function cells({ name, value, unit, peer, peerValue, ratio, target, holds }: Figure): string[] {
  return [name, formatted(value), unit, peer, formatted(peerValue), formatted(ratio), target, holds ? 'yes' : 'NO'];
}
