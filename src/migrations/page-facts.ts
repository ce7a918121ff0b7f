/** The table of facts under a migration's heading: its columns and what may stand in them. */
import { PLATFORMS, type Platform } from '../accounts/accounts.rules.ts';
import { parsePartialDate, precisionOf, TBD, type PartialDate } from './dates.rules.ts';
import { scheduleRefusal, SEVERITIES, type Schedule, type Severity } from './lifecycle.rules.ts';
import type { PageProblem } from './markdown.ts';

/** What a table of facts says, with the defaults for columns it does not have. */
export interface PageFacts {
  /** Null where the table has no such column. */
  key: string | null;
  severity: Severity;
  /** Empty means all. */
  platforms: Platform[];
  platformsGiven: boolean;
  gracePeriodStart: PartialDate;
  mandatoryOptIn: PartialDate;
}

/** The columns a table of facts may have, as the page is written. */
export const COLUMNS = ['Severity', 'Platforms', 'Grace Period Start', 'Mandatory Opt-In', 'Key'] as const;

type Column = (typeof COLUMNS)[number];

const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_KEY = 80;
/** No time zone is further from UTC, so that days and instants can be compared without knowing the platform's. */
const MAX_OFFSET_MS = 16 * 3_600_000;

/**
 * The cells of a table row, trimmed. `\|` is a pipe inside a cell.
 *
 * @param row a line that starts with a pipe; the one at its end may be missing
 */
export function cellsOf(row: string): string[] {
  const cells = row
    .trim()
    .slice(1)
    .split(/(?<!\\)\|/);
  if (cells.at(-1)?.trim() === '' && cells.length > 1) cells.pop();
  return cells.map((cell) => cell.replaceAll('\\|', '|').replace(/\s+/g, ' ').trim());
}

/** Whether a table is one of facts: at least one of its columns is known. */
export function isTableOfFacts(header: string | undefined): boolean {
  return header !== undefined && cellsOf(header).some((cell) => columnOf(cell) !== null);
}

/**
 * Reads a table of facts.
 *
 * @param rows its lines
 * @param firstLine the line number of the first, counted from 1
 * @param problems gets what is wrong with it
 * @returns the facts, with the default for each that could not be read
 */
export function parseFacts(rows: readonly string[], firstLine: number, problems: PageProblem[]): PageFacts {
  const facts: PageFacts = {
    key: null,
    severity: 'MEDIUM',
    platforms: [],
    platformsGiven: false,
    gracePeriodStart: TBD,
    mandatoryOptIn: TBD,
  };
  const columns = parseHeader(rows[0] ?? '', firstLine, problems);
  const hasSeparator = rows[1] !== undefined && cellsOf(rows[1]).every((cell) => /^:?-+:?$/.test(cell));
  if (!hasSeparator)
    problems.push({
      line: firstLine,
      message: 'The table has no separator under its column names. Put a line such as | --- | --- | there.',
    });
  const [data, extra] = rows.slice(hasSeparator ? 2 : 1);
  const dataLine = firstLine + (hasSeparator ? 2 : 1);
  if (data === undefined) {
    problems.push({ line: firstLine, message: 'The table has no row of facts. Add one under the separator.' });
    return facts;
  }
  if (extra !== undefined)
    problems.push({ line: dataLine + 1, message: 'The table has more than one row of facts. Keep one: a migration has one set of dates.' });
  const cells = cellsOf(data);
  if (cells.length !== columns.length) {
    problems.push({
      line: dataLine,
      message: `This row has ${counted(cells.length)}, but the table has ${columns.length} columns. Give each column its cell.`,
    });
    return facts;
  }
  columns.forEach((column, index) => {
    const problem = column && setFact(facts, column, cells[index]!);
    if (problem) problems.push({ line: dataLine, message: problem });
  });
  const refusal = scheduleRefusal(facts.severity, lenientSchedule(facts));
  if (refusal && !isEnforcedAtOnce(facts)) problems.push({ line: dataLine, message: refusal.message });
  return facts;
}

function parseHeader(header: string, line: number, problems: PageProblem[]): (Column | null)[] {
  const cells = cellsOf(header);
  const columns = cells.map(columnOf);
  // Nobody needs the same sentence a thousand times.
  for (const cell of cells.filter((_cell, index) => !columns[index]).slice(0, COLUMNS.length)) {
    problems.push({ line, message: `There is no column "${shown(cell)}". A table of facts may have: ${COLUMNS.join(', ')}.` });
  }
  const twice = columns.find((column, index) => column && columns.indexOf(column) !== index);
  if (twice) problems.push({ line, message: `The column "${twice}" stands twice in this table. Keep one.` });
  return columns;
}

function columnOf(cell: string): Column | null {
  return COLUMNS.find((column) => column.toLowerCase() === cell.toLowerCase()) ?? null;
}

/** @returns what is wrong with the cell, or null */
function setFact(facts: PageFacts, column: Column, cell: string): string | null {
  switch (column) {
    case 'Severity': {
      const severity = SEVERITIES.find((known) => known === cell.toUpperCase());
      facts.severity = severity ?? facts.severity;
      return severity ? null : `"${shown(cell)}" is no severity. Write Low, Medium, High or Critical.`;
    }
    case 'Platforms': {
      const platforms = parsePlatforms(cell);
      facts.platforms = platforms ?? [];
      facts.platformsGiven = true;
      return platforms ? null : `"${shown(cell)}" names no platforms. Write Cloud Only, Appliance Only, "Cloud, Appliance" or All.`;
    }
    case 'Grace Period Start':
      return setDate(facts, 'gracePeriodStart', cell);
    case 'Mandatory Opt-In':
      return setDate(facts, 'mandatoryOptIn', cell);
    case 'Key':
      facts.key = cell;
      return KEY.test(cell) && cell.length <= MAX_KEY
        ? null
        : `"${shown(cell)}" is no key. A key has 1 to ${MAX_KEY} lower case letters, digits and single hyphens, e.g. email-from-address.`;
  }
}

function setDate(facts: PageFacts, field: 'gracePeriodStart' | 'mandatoryOptIn', cell: string): string | null {
  const date = parsePartialDate(cell);
  facts[field] = date ?? TBD;
  return date ? null : `"${shown(cell)}" is no date of the calendar. Write a day (2016-06-20), a month (2016-06-XX) or TBD.`;
}

/**
 * The platforms a cell names, e.g. `All`, `Auth0 Cloud Only`, `Cloud and Appliance`.
 *
 * @returns them in their usual order, empty for all; null where the wording is unknown
 */
function parsePlatforms(cell: string): Platform[] | null {
  if (/^all( platforms)?$/i.test(cell)) return [];
  const whole = platformOf(cell);
  if (whole) return [whole];
  const named = cell.split(/\s*(?:,|&|\band\b)\s*/i).map(platformOf);
  return named.includes(null) ? null : PLATFORMS.filter((platform) => named.includes(platform));
}

function platformOf(wording: string): Platform | null {
  const [, prefix = '', name = ''] = /^(.*?)\s*\b(cloud|appliance)(?: only)?$/i.exec(wording) ?? [];
  // A name before it ("Auth0 Cloud Only") must not turn it round ("All but Cloud Only", "Appliance or Cloud Only").
  const isPlain =
    prefix === '' || (/ only$/i.test(wording) && !/\b(cloud|appliance|all|any|but|except|without|not?|non|and|or)\b|[,&-]$/i.test(prefix));
  return PLATFORMS.find((platform) => isPlain && platform === name.toUpperCase()) ?? null;
}

/** The dates as far apart as any time zone of the platform makes them, so that only what is wrong everywhere is refused. */
function lenientSchedule({ gracePeriodStart, mandatoryOptIn }: PageFacts): Schedule {
  const precisions = [precisionOf(gracePeriodStart), precisionOf(mandatoryOptIn)];
  if (precisions.includes('TBD') || precisions.includes('MONTH')) {
    return { gracePeriodStart, graceStartsAt: null, mandatoryOptIn, mandatoryAt: null };
  }
  const isMixed = precisions[0] !== precisions[1];
  const slack = (precision: string | undefined): number => (isMixed && precision === 'DAY' ? MAX_OFFSET_MS : 0);
  return {
    gracePeriodStart,
    graceStartsAt: new Date(Date.parse(gracePeriodStart) - slack(precisions[0])),
    mandatoryOptIn,
    mandatoryAt: new Date(Date.parse(mandatoryOptIn) + slack(precisions[1])),
  };
}

/** An emergency starts and ends at one instant, whatever its severity. */
function isEnforcedAtOnce({ gracePeriodStart, mandatoryOptIn }: PageFacts): boolean {
  return gracePeriodStart === mandatoryOptIn && precisionOf(gracePeriodStart) === 'INSTANT';
}

function counted(cells: number): string {
  return cells === 1 ? '1 cell' : `${cells} cells`;
}

function shown(cell: string): string {
  return cell.length > 60 ? `${cell.slice(0, 60)}…` : cell;
}
