import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PLATFORMS } from '../../../src/accounts/accounts.rules.ts';
import { LIFECYCLE_STATES, SEVERITIES } from '../../../src/migrations/lifecycle.rules.ts';
import { descriptionProblems, normaliseDescription } from '../../../src/migrations/markdown.ts';
import { renderPageHtml } from '../../../src/migrations/page-html.ts';
import { renderPage, type PublishedMigration } from '../../../src/migrations/page-render.ts';
import { keyOfTitle, parsePage } from '../../../src/migrations/page.ts';

const SAMPLE: PublishedMigration = {
  key: 'a-change',
  title: 'A change',
  severity: 'HIGH',
  platforms: [],
  gracePeriodStart: '2016-06',
  mandatoryOptIn: 'TBD',
  description: 'What **changes**.',
  state: 'GRACE_PERIOD',
  guideUrl: null,
};

const markup = fc.constantFrom(
  '"',
  '*',
  '**',
  '_',
  '__',
  '`',
  '``',
  '|',
  '#',
  ' #',
  '\\',
  '[',
  '](x)',
  '![',
  '<b>',
  '<!--',
  '&amp;',
  '&',
  '&#35;',
  '~~',
  '  ',
  'a',
  'Ä',
  '移',
  '🚀',
  '1. ',
  '- ',
  '> ',
  '\u00A0',
  '\u2028',
  "'",
);
const title = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.array(fc.oneof(markup, fc.string({ maxLength: 3 })), { maxLength: 20 }).map((parts) => parts.join('')),
  )
  .map((text) => text.replace(/\p{Cc}/gu, '').trim())
  .filter((text) => text !== '' && text.length <= 200);

const block = fc.oneof(
  fc.constantFrom(
    'Plain text.',
    '| Severity | Key |\n| --- | --- |\n| Low | x |',
    '| not | closed',
    '- one\n- two\n\n  | a |\n  |---|',
    '```\n### no heading\n```',
    '~~~ md\n| Severity |\n~~~',
    '    # code',
    '#### Details',
    '###### Deep #',
    '> quoted\n> text',
    '[ref]: /somewhere',
    '<details>\ntext',
    '<!-- a\n\n# comment -->',
    '***',
    'hard  \nbreak\\\nthere',
    '**NOTE:** [link](/relative)',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.array(fc.oneof(markup, fc.constantFrom('\n', '\n\n', '```', '---', '===')), { maxLength: 12 }).map((parts) => parts.join('')),
);
const description = fc
  .array(block, { maxLength: 5 })
  .map((blocks) => normaliseDescription(blocks.join('\n\n')))
  .filter((text) => descriptionProblems(text).length === 0);

const dates = fc.constantFrom(
  ['TBD', 'TBD'],
  ['2016-06', 'TBD'],
  ['2016-06', '2016-06'],
  ['2016-06-20', '2016-09-18'],
  ['2016-06-20', '2016-06-20T09:30:00Z'],
  ['2016-06-20T09:30:00.123Z', '2016-06-20T09:30:00.123Z'],
  ['TBD', '2016-06-20'],
);

const migration: fc.Arbitrary<PublishedMigration> = fc
  .record({
    title,
    ownKey: fc.option(fc.constantFrom('a', 'own-key', 'key-2')),
    severity: fc.constantFrom(...SEVERITIES),
    platforms: fc.subarray([...PLATFORMS]),
    dates,
    description,
    state: fc.constantFrom(...LIFECYCLE_STATES),
    guideUrl: fc.constantFrom(null, 'https://docs.example.com/a?b=1&c="2"'),
  })
  .map(({ ownKey, dates: [gracePeriodStart, mandatoryOptIn], ...rest }) => ({
    key: ownKey ?? keyOfTitle(rest.title),
    gracePeriodStart,
    mandatoryOptIn,
    ...rest,
  }));
const catalogue = fc.uniqueArray(migration, { selector: ({ key }) => key, maxLength: 6 });

/** What a page carries of migrations, in the order of its parts. */
function onPage(migrations: readonly PublishedMigration[]): object[] {
  return ['GRACE_PERIOD', 'ANNOUNCED', 'MANDATORY'].flatMap((state) =>
    migrations
      .filter((one) => one.state === state)
      .map(({ state: _state, guideUrl: _guide, ...facts }) => ({ ...facts, platformsGiven: facts.platforms.length > 0 })),
  );
}

test('what is written is read back as it was', () => {
  fc.assert(
    fc.property(catalogue, fc.oneof(title, fc.constant('Acme')), (migrations, platformName) => {
      const { migrations: read, problems } = parsePage(renderPage(migrations, platformName));
      const expected = onPage(migrations);
      expect(read.map(({ line: _line, ...facts }) => facts)).toEqual(expected);
      expect(problems.map(({ message }) => message.slice(0, 21))).toEqual(expected.length === 0 ? ['There is no migration'] : []);
    }),
    { numRuns: 200 },
  );
});

test('the page reads like one written by hand', () => {
  const upcoming = {
    ...SAMPLE,
    key: 'other',
    title: 'Mail: "From" & snake_case *now* #',
    platforms: ['CLOUD' as const],
    state: 'ANNOUNCED' as const,
    description: '',
  };
  const draft = { ...SAMPLE, key: 'draft', title: 'Secret', state: 'DRAFT' as const };
  expect(renderPage([draft, upcoming, SAMPLE], 'Acme')).toBe(`# Migrations

Breaking changes of Acme and the dates from which they are mandatory, newest first.

## Active

In their grace period: accounts can opt in now.

### A change

| Severity | Grace Period Start | Mandatory Opt-In |
| --- | --- | --- |
| High | 2016-06-XX | TBD |

What **changes**.

## Upcoming

Announced: the grace period has not started yet.

### Mail: "From" & snake_case \\*now\\* \\#

| Severity | Platforms | Grace Period Start | Mandatory Opt-In | Key |
| --- | --- | --- | --- | --- |
| High | Cloud Only | 2016-06-XX | TBD | other |
`);
});

test('line ends and control characters of a title cannot add a heading', () => {
  const page = renderPage([{ ...SAMPLE, title: 'A\r\n# B\u0000C' }], 'P\n# Q');
  expect(page.match(/^#.*$/gm)).toEqual(['# Migrations', '## Active', '### A # B C']);
});

/** Every tag of the page; whatever else looks like one makes the test fail. */
function tagsOf(html: string): string[] {
  const tag = /<\/?[a-z][a-z0-9]*(?: [a-z-]+(?:="[^"<>]*")?)*>/g;
  const body = html.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/, '');
  expect(body.replace(tag, '')).not.toMatch(/[<>]/);
  return body.match(tag) ?? [];
}

/** Where the links of some HTML lead, as it is written. */
function linksOf(html: string): string[] {
  return [...html.matchAll(/ href="([^"]*)"/g)].map(([, href]) => href!);
}

test('the HTML page is well formed, has no script and loads nothing, whatever it shows', () => {
  fc.assert(
    fc.property(catalogue, title, (migrations, platformName) => {
      const open: string[] = [];
      for (const tag of tagsOf(renderPageHtml(migrations, platformName))) {
        const name = /[a-z][a-z0-9]*/.exec(tag)![0];
        expect(['script', 'iframe', 'object', 'form']).not.toContain(name);
        // An alternate is somewhere else; a style sheet would be loaded.
        if (name === 'link') expect(tag).toMatch(/^<link rel="alternate" type="application\/atom\+xml" /);
        expect(tag).not.toMatch(/ on[a-z]+=|(?:href|src)="(?:javascript|data|vbscript):/i);
        if (tag.startsWith('</') && open.at(-1) === name) open.pop();
        else if (!['meta', 'link', 'br', 'hr', 'img'].includes(name)) open.push(name);
      }
      expect(open).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('every link within the HTML page has its place, and no two places share a name', () => {
  fc.assert(
    fc.property(catalogue, title, (migrations, platformName) => {
      const html = renderPageHtml(migrations, platformName);
      const places = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => `#${id}`);
      expect(new Set(places).size).toBe(places.length);
      const links = linksOf(/<nav.*<\/nav>/s.exec(html)?.[0] ?? '');
      expect(links.filter((href) => !places.includes(href))).toEqual([]);
      const shown = migrations.filter(({ state }) => state !== 'CANCELLED' && state !== 'DRAFT');
      expect(shown.map(({ key }) => `#${key}`).filter((href) => !links.includes(href))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('on paper the page has neither what is clicked nor what lies behind it, and says where links lead', () => {
  const [, print] = /@media print \{(.*)\n\}/s.exec(renderPageHtml([SAMPLE], 'Acme'))!;
  expect(print).toMatch(/nav, footer \{ display: none; \}/);
  expect(print).toContain('color-scheme: light');
  expect(print).toContain('attr(href)');
});

test('the HTML page has a place for each migration, its facts in words, and parts to jump to', () => {
  const past = {
    ...SAMPLE,
    key: 'past-one',
    title: '<Old> & "new"',
    severity: 'LOW' as const,
    platforms: ['APPLIANCE' as const],
    gracePeriodStart: '2016-04-04',
    mandatoryOptIn: '2016-05-11T09:30:00Z',
    state: 'MANDATORY' as const,
    guideUrl: 'https://docs.example.com/?a=1&b="2"',
  };
  const html = renderPageHtml([SAMPLE, past, { ...SAMPLE, key: 'gone', title: 'Gone', state: 'CANCELLED' }], 'Acme & <Sons>');
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html).toContain('<title>Migrations: Acme &amp; &lt;Sons&gt;</title>');
  const [, index] = /<nav[^>]*>(.*?)<\/nav>/s.exec(html)!;
  expect(linksOf(index!)).toEqual(['#Active', '#a-change', '#Past', '#past-one']);
  expect(index).toContain('<a href="#past-one">&lt;Old&gt; &amp; &quot;new&quot;</a>');
  expect(html).toContain('<article id="past-one">\n<h3><a href="#past-one">&lt;Old&gt; &amp; &quot;new&quot;</a></h3>');
  expect(html).toContain('<time datetime="2016-06">June 2016</time>');
  expect(html).toContain('<dd>To be decided</dd>');
  expect(html).toContain('<time datetime="2016-04-04">4 April 2016</time>');
  expect(html).toContain('<time datetime="2016-05-11T09:30:00Z">11 May 2016, 09:30 UTC</time>');
  expect(html).toContain('<dt>Platforms</dt><dd>Appliance Only</dd>');
  expect(html).toContain('href="https://docs.example.com/?a=1&amp;b=&quot;2&quot;"');
  expect(html).toContain('<p>What <strong>changes</strong>.</p>');
  expect(html).not.toContain('Gone');
  expect(html).not.toContain('id="Upcoming"');
});

test('an address that is no guide is not linked to', () => {
  expect(renderPageHtml([{ ...SAMPLE, guideUrl: 'java\tscript:alert(1)' }], 'Acme')).not.toContain('alert');
});

test('an empty catalogue says so on both pages', () => {
  expect(renderPage([], 'Acme')).toBe('# Migrations\n\nThere are no migrations of Acme at the moment.\n');
  const html = renderPageHtml([], 'Acme');
  expect(html).toContain('There are no migrations at the moment.');
  expect(html).not.toContain('<nav');
});
