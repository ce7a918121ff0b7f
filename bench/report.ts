import { cpus, totalmem } from 'node:os';
import type { Figure } from './benchmark.ts';

const HEAD = ['name', 'value', 'unit', 'peer', 'peer value', 'ratio', 'target', 'holds'];
const NUMERIC = new Set([1, 4, 5]);

/** A figure as one line of JSON. */
export function jsonLine({ name, value, unit, peer, peerValue, ratio, target, holds }: Figure): string {
  return JSON.stringify({ name, value, unit, peer, peerValue, ratio, target, holds });
}

/** Figures as a table for people, a line each under a line of names. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (text: string, column: number) => (NUMERIC.has(column) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!));
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
