/** Writes the catalogue as an HTML page that stands alone: no script, nothing else to load. */
import { precisionOf, TBD, type PartialDate } from './dates.rules.ts';
import { isSafeLink, renderMarkdown } from './markdown.ts';
import { capitalised, pageGroups, platformWording, type PageGroup, type PublishedMigration } from './page-render.ts';
import { PAGE_STYLE } from './page-style.ts';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * The HTML page. Each migration is at `#` and its key; the groups are at `#Active`, `#Upcoming` and `#Past`, which no
 * key is, because keys have no capitals.
 *
 * @param migrations newest first
 * @param platformName as customers know it; plain text
 */
export function renderPageHtml(migrations: readonly PublishedMigration[], platformName: string): string {
  const groups = pageGroups(migrations);
  const name = escaped(platformName);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Migrations: ${name}</title>
<meta name="description" content="Breaking changes of ${name} and the dates from which they are mandatory.">
<link rel="alternate" type="application/atom+xml" title="Migrations: ${name}" href="/migrations.atom">
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>Migrations</h1>
<p class="intro">Breaking changes of ${name} and the dates from which they are mandatory, newest first. An account can opt in as soon as the grace period starts; from the mandatory opt-in on, the change is on for every account it affects.</p>
${navigation(groups)}</header>
<main>
${groups.length === 0 ? '<p class="empty">There are no migrations at the moment.</p>\n' : groups.map(groupHtml).join('')}</main>
<footer>
<p>This page is also available <a href="/migrations.md">as Markdown</a>, and <a href="/migrations.atom">as an Atom feed</a>.</p>
</footer>
</body>
</html>
`;
}

function navigation(groups: readonly PageGroup[]): string {
  if (groups.length === 0) return '';
  const items = groups.map(
    ({ name, migrations }) =>
      `<li><a href="#${name}">${name}</a> <span>${migrations.length}</span>\n<ul>\n${migrations.map(indexEntry).join('')}</ul>\n</li>`,
  );
  return `<nav aria-label="Migrations on this page">\n<ul>\n${items.join('\n')}\n</ul>\n</nav>\n`;
}

function indexEntry({ key, title }: PublishedMigration): string {
  return `<li><a href="#${escaped(key)}">${escaped(title)}</a></li>\n`;
}

function groupHtml({ name, meaning, migrations }: PageGroup): string {
  return `<section id="${name}" aria-labelledby="${name}-heading">
<h2 id="${name}-heading">${name} <span>${migrations.length}</span></h2>
<p class="meaning">${meaning}</p>
${migrations.map(renderSectionHtml).join('')}</section>
`;
}

/** The section of one migration: an `article` without what is around it. */
export function renderSectionHtml(migration: PublishedMigration): string {
  const key = escaped(migration.key);
  return `<article id="${key}">
<h3><a href="#${key}">${escaped(migration.title)}</a></h3>
${bodyHtml(migration)}</article>
`;
}

/** What stands below the title of a migration: its facts, its description and the way to its guide. */
export function bodyHtml(migration: PublishedMigration): string {
  return `${factsHtml(migration)}<div class="description">
${renderMarkdown(migration.description)}</div>
${guideHtml(migration)}`;
}

function factsHtml({ severity, platforms, gracePeriodStart, mandatoryOptIn }: PublishedMigration): string {
  const facts = [
    ['Severity', `<span class="severity ${severity.toLowerCase()}">${capitalised(severity)}</span>`],
    ['Grace period start', dateHtml(gracePeriodStart)],
    ['Mandatory opt-in', dateHtml(mandatoryOptIn)],
  ];
  if (platforms.length > 0) facts.push(['Platforms', platformWording(platforms)]);
  return `<dl class="facts">\n${facts.map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>\n`).join('')}</dl>\n`;
}

function guideHtml({ guideUrl, title }: PublishedMigration): string {
  if (guideUrl === null || !isSafeLink(guideUrl)) return '';
  return `<p class="guide"><a href="${escaped(guideUrl)}" aria-label="Read the guide: ${escaped(title)}">Read the guide</a></p>\n`;
}

function dateHtml(date: PartialDate): string {
  const words = escaped(dateInWords(date));
  return date === TBD ? words : `<time datetime="${escaped(date)}">${words}</time>`;
}

/** `2016-06` as June 2016, `2016-06-20` as 20 June 2016, an instant with its time in UTC. */
export function dateInWords(date: PartialDate): string {
  if (date === TBD) return 'To be decided';
  const [year, month, day] = date.slice(0, 10).split('-').map(Number);
  const words = `${MONTHS[month! - 1]} ${year}`;
  const precision = precisionOf(date);
  if (precision === 'MONTH') return words;
  return precision === 'DAY' ? `${day} ${words}` : `${day} ${words}, ${date.slice(11, 16)} UTC`;
}

/** A text as HTML that says it, in elements and attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
