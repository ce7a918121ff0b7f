/** Writes the catalogue as a Markdown page that `parsePage` reads back as it was. */
import { PLATFORMS, type Platform } from '../accounts/accounts.rules.ts';
import { precisionOf, type PartialDate } from './dates.rules.ts';
import type { LifecycleState, Severity } from './lifecycle.rules.ts';
import { normaliseDescription } from './markdown.ts';
import { keyOfTitle } from './page.ts';

/** What the page shows of a migration. */
export interface PublishedMigration {
  readonly key: string;
  /** Plain text. */
  readonly title: string;
  readonly severity: Severity;
  /** Empty means all. */
  readonly platforms: readonly Platform[];
  readonly gracePeriodStart: PartialDate;
  readonly mandatoryOptIn: PartialDate;
  /** Markdown. */
  readonly description: string;
  /** The state at the instant of rendering. */
  readonly state: LifecycleState;
  /** Shown on the HTML page only: the Markdown page has no column for it. */
  readonly guideUrl: string | null;
}

/** A part of the page. */
export interface PageGroup {
  readonly name: 'Active' | 'Upcoming' | 'Past';
  /** One sentence for readers who do not know the words. */
  readonly meaning: string;
  readonly migrations: readonly PublishedMigration[];
}

const GROUPS: readonly (Omit<PageGroup, 'migrations'> & { readonly state: LifecycleState })[] = [
  { name: 'Active', state: 'GRACE_PERIOD', meaning: 'In their grace period: accounts can opt in now.' },
  { name: 'Upcoming', state: 'ANNOUNCED', meaning: 'Announced: the grace period has not started yet.' },
  { name: 'Past', state: 'MANDATORY', meaning: 'Mandatory: on for every account they affect.' },
];

/** The parts of the page that have migrations, each in the order given. Drafts and cancelled migrations are in none. */
export function pageGroups(migrations: readonly PublishedMigration[]): PageGroup[] {
  return GROUPS.map(({ state, ...group }) => ({
    ...group,
    migrations: migrations.filter((migration) => migration.state === state),
  })).filter((group) => group.migrations.length > 0);
}

/**
 * The Markdown page.
 *
 * @param migrations newest first
 * @param platformName as customers know it; plain text
 */
export function renderPage(migrations: readonly PublishedMigration[], platformName: string): string {
  const groups = pageGroups(migrations);
  const intro =
    groups.length === 0
      ? `There are no migrations of ${inlineMarkdown(platformName)} at the moment.`
      : `Breaking changes of ${inlineMarkdown(platformName)} and the dates from which they are mandatory, newest first.`;
  const sections = groups.flatMap((group) => [`## ${group.name}`, group.meaning, ...group.migrations.map(migrationMarkdown)]);
  return `${['# Migrations', intro, ...sections].join('\n\n')}\n`;
}

function migrationMarkdown(migration: PublishedMigration): string {
  const blocks = [`### ${headingText(migration.title)}`, factsTable(migration), normaliseDescription(migration.description)];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function factsTable({ key, title, severity, platforms, gracePeriodStart, mandatoryOptIn }: PublishedMigration): string {
  const facts: [column: string, cell: string][] = [['Severity', capitalised(severity)]];
  if (platforms.length > 0) facts.push(['Platforms', platformWording(platforms)]);
  facts.push(['Grace Period Start', pageDate(gracePeriodStart)], ['Mandatory Opt-In', pageDate(mandatoryOptIn)]);
  if (key !== keyOfTitle(title)) facts.push(['Key', key]);
  return [row(facts.map(([column]) => column)), row(facts.map(() => '---')), row(facts.map(([, cell]) => cell))].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** How the page names platforms: `Cloud Only`, or `Cloud, Appliance`; `All` for none in particular. */
export function platformWording(platforms: readonly Platform[]): string {
  const names = PLATFORMS.filter((platform) => platforms.includes(platform)).map(capitalised);
  if (names.length === 0) return 'All';
  return names.length === 1 ? `${names[0]} Only` : names.join(', ');
}

/** A word in capitals as people write it: `CRITICAL` as `Critical`. */
export function capitalised(word: string): string {
  return word.charAt(0) + word.slice(1).toLowerCase();
}

function pageDate(date: PartialDate): string {
  return precisionOf(date) === 'MONTH' ? `${date}-XX` : date;
}

function headingText(title: string): string {
  // A heading may close with number signs; the last one of a title must not be taken for that.
  return inlineMarkdown(title).replace(/#$/, '\\#');
}

/** Plain text as Markdown within a line. Only what would be read as markup is escaped, so that titles stay legible. */
function inlineMarkdown(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .replace(/[\\`*[<~]/g, String.raw`\$&`)
    .replace(/&(?=[#\w])/g, String.raw`\&`)
    .replace(
      /((?<=[\p{L}\p{N}])_+(?=[\p{L}\p{N}]))|_+/gu,
      (run: string, withinWord: string | undefined) => withinWord ?? run.replaceAll('_', String.raw`\_`),
    );
}
