/**
 * Reads a Markdown page of migrations: each is a heading, a table of facts directly under it, and its description.
 * Nothing else on the page matters (front matter, an introduction, headings that group migrations).
 */
import { createHash } from 'node:crypto';
import type { Platform } from '../accounts/accounts.rules.ts';
import type { PartialDate } from './dates.rules.ts';
import type { Severity } from './lifecycle.rules.ts';
import {
  controlCharacterProblems,
  descriptionProblems,
  normaliseDescription,
  orderedProblems,
  withLineFeeds,
  type PageProblem,
} from './markdown.ts';
import { isTableOfFacts, parseFacts } from './page-facts.ts';
import { MAX_SECTIONS, outline, type PageSection } from './page-outline.ts';

/** A migration as a page states it. */
export interface PageMigration {
  /** The line of its heading, counted from 1. */
  readonly line: number;
  /** As its table says, else made from the title. */
  readonly key: string;
  /** Plain text. */
  readonly title: string;
  readonly severity: Severity;
  /** Empty means all. */
  readonly platforms: Platform[];
  /** Whether its table has the column; where not, an existing migration keeps its platforms. */
  readonly platformsGiven: boolean;
  readonly gracePeriodStart: PartialDate;
  readonly mandatoryOptIn: PartialDate;
  /** Markdown, as it stands on the page. */
  readonly description: string;
}

/** The largest page that is read, in bytes of UTF-8. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024;
const MAX_TITLE = 200;
const MAX_KEY = 80;
const NO_MIGRATION =
  'There is no migration on this page. Give each a heading and, directly under it, a table with the columns Severity, Grace Period Start and Mandatory Opt-In.';
/** Latin letters that Unicode does not take apart into a letter and a mark. */
const FOLDED: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i' };

/**
 * Reads a page.
 *
 * @param text Markdown
 * @returns the migrations in page order and everything that is wrong, in order of lines; with a problem the page is not
 *   to be imported, and a migration may have defaults for facts that could not be read
 */
export function parsePage(text: string): { migrations: PageMigration[]; problems: PageProblem[] } {
  if (Buffer.byteLength(text) > MAX_PAGE_BYTES) {
    return {
      migrations: [],
      problems: [{ line: 1, message: 'The page is larger than 2 MB. Split it, and import its parts one after the other.' }],
    };
  }
  const page = withLineFeeds(text.replace(/^\uFEFF/, ''));
  const lines = page.split('\n');
  const sections = outline(lines);
  if (sections.length > MAX_SECTIONS) {
    return {
      migrations: [],
      problems: [
        { line: 1, message: `The page has more than ${MAX_SECTIONS} headings. Split it, and import its parts one after the other.` },
      ],
    };
  }
  const found = migrationSections(sections, lines);
  const problems: PageProblem[] = [...controlCharacterProblems(page), ...headingsWithoutTable(sections, found)];
  const migrations = [...found].map((section) => parseMigration(section, lines, problems));
  if (migrations.length === 0) problems.push({ line: 1, message: NO_MIGRATION });
  problems.push(...doubledKeys(migrations));
  return { migrations, problems: orderedProblems(problems) };
}

/**
 * The key of a migration that was given none: its title in lower case ASCII letters and digits with single hyphens.
 *
 * @returns 1 to 80 characters; for a title without a letter or digit that ASCII knows, a hash of it
 */
export function keyOfTitle(title: string): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøđðþłı]/g, (letter) => FOLDED[letter]!)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, MAX_KEY)
    .replace(/-$/, '');
  return slug || `migration-${createHash('sha256').update(title).digest('hex').slice(0, 8)}`;
}

/** Sections that start with a table of facts. What stands below a migration's heading is its description, tables and all. */
function migrationSections(sections: readonly PageSection[], lines: readonly string[]): Set<PageSection> {
  const found = new Set<PageSection>();
  let end = 0;
  for (const section of sections) {
    if (section.headingLine < end || section.tableStart === section.bodyStart || !isTableOfFacts(lines[section.tableStart])) continue;
    found.add(section);
    end = section.end;
  }
  return found;
}

/** A heading among migrations, of their level and in the same section, is a migration whose table was forgotten. */
function headingsWithoutTable(sections: readonly PageSection[], found: ReadonlySet<PageSection>): PageProblem[] {
  const levels = new Map<PageSection | null, Set<number>>();
  for (const { parent, level } of found) levels.set(parent, (levels.get(parent) ?? new Set()).add(level));
  return sections
    .filter((section) => !found.has(section) && levels.get(section.parent)?.has(section.level))
    .map(({ headingLine, title }) => ({
      line: headingLine + 1,
      message: `"${title.slice(0, MAX_TITLE)}" has no table of facts directly under its heading, as the migrations beside it have. Add the table, or make it part of another section.`,
    }));
}

function parseMigration(section: PageSection, lines: readonly string[], problems: PageProblem[]): PageMigration {
  const line = section.headingLine + 1;
  const { title, tableStart, bodyStart, end } = section;
  if (title === '') problems.push({ line, message: 'The heading is empty. Give the migration a title.' });
  if (title.length > MAX_TITLE)
    problems.push({ line, message: `The title has ${title.length} characters. Shorten it to ${MAX_TITLE} at most.` });
  const { key, ...facts } = parseFacts(lines.slice(tableStart, bodyStart), tableStart + 1, problems);
  const body = lines.slice(bodyStart, end);
  const emptyLines = Math.max(
    0,
    body.findIndex((content) => content.trim() !== ''),
  );
  const description = normaliseDescription(body.join('\n'));
  for (const problem of descriptionProblems(description)) problems.push({ ...problem, line: problem.line + bodyStart + emptyLines });
  return { line, key: key ?? keyOfTitle(title), title, ...facts, description };
}

function doubledKeys(migrations: readonly PageMigration[]): PageProblem[] {
  const lineOf = new Map<string, number>();
  return migrations.flatMap(({ key, line }) => {
    const first = lineOf.get(key);
    lineOf.set(key, first ?? line);
    if (first === undefined) return [];
    return [
      {
        line,
        message: `Its key "${key.slice(0, MAX_KEY)}" is that of the migration in line ${first} too. Change the title, or give one of them a column Key with another.`,
      },
    ];
  });
}
