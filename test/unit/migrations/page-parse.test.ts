import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { keyOfTitle, parsePage } from '../../../src/migrations/page.ts';

const fixture = (name: string): string => readFileSync(new URL(`../../support/pages/${name}`, import.meta.url), 'utf8');

/** A page of one migration with this table; its heading is line 1, the table starts in line 2. */
const pageWith = (...rows: string[]): string => ['# A change', ...rows, '', 'Text.'].join('\n');
const problemsOf = (text: string): [number, string][] => parsePage(text).problems.map(({ line, message }) => [line, message]);
const messagesOf = (text: string): string =>
  problemsOf(text)
    .map(([line, message]) => `${line}: ${message}`)
    .join('\n');

describe('a page as people keep it', () => {
  const { migrations, problems } = parsePage(fixture('seed-like.md'));

  test('has its four migrations in page order, and no problem', () => {
    expect(problems).toEqual([]);
    expect(migrations.map(({ description: _description, ...facts }) => facts)).toEqual([
      {
        line: 20,
        key: 'tokens-of-identity-providers-leave-the-profile-and-id-token',
        title: 'Tokens of identity providers leave the profile and id_token',
        severity: 'MEDIUM',
        platforms: [],
        platformsGiven: false,
        gracePeriodStart: '2016-06',
        mandatoryOptIn: 'TBD',
      },
      {
        line: 34,
        key: 'mail-from-one-address-the-from-field',
        title: 'Mail from one address: the "From" field',
        severity: 'MEDIUM',
        platforms: ['CLOUD'],
        platformsGiven: true,
        gracePeriodStart: '2016-04-20',
        mandatoryOptIn: '2016-04-27',
      },
      {
        line: 44,
        key: 'mail-from-the-built-in-provider-templates',
        title: 'Mail from the built-in provider: templates',
        severity: 'MEDIUM',
        platforms: ['CLOUD'],
        platformsGiven: true,
        gracePeriodStart: '2016-04-04',
        mandatoryOptIn: '2016-05-11',
      },
      {
        line: 54,
        key: 'password-reset-that-is-safe-to-click',
        title: 'Password reset that is safe to click',
        severity: 'MEDIUM',
        platforms: [],
        platformsGiven: false,
        gracePeriodStart: '2016-03-22',
        mandatoryOptIn: 'TBD',
      },
    ]);
  });

  test('gives descriptions as they stand there, odd spaces, notes and relative links too', () => {
    expect(migrations[0]!.description).toMatch(/^The first entry of `identities`/);
    expect(migrations[0]!.description).toContain(
      'needs  `read:user_idp_tokens`.\n\nMore about it: [tokens of identity providers](/tokens/providers).\n\n**NOTE:**',
    );
    expect(migrations[3]!.description).toMatch(/working\. \n\n\*\*NOTE\*\*: .*change_password\)\.\)$/s);
  });

  test('reads the same with CRLF, a byte order mark and no line end at its end', () => {
    const text = fixture('seed-like.md').trimEnd();
    expect(parsePage(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual({ migrations, problems });
  });
});

describe('what counts as a migration', () => {
  test('a heading in a code block or in a comment is none', () => {
    const inside = pageWith('| Severity |', '|---|', '| Low |');
    const { migrations, problems } = parsePage(
      `# Page\n\n\`\`\`\n${inside}\n\`\`\`\n\n<!--\n${inside}\n-->\n\n## Real\n| Severity |\n|---|\n| High |\n`,
    );
    expect(problems).toEqual([]);
    expect(migrations.map(({ title, line }) => [title, line])).toEqual([['Real', 21]]);
  });

  test('deeper headings, tables of facts included, belong to the description', () => {
    const { migrations, problems } = parsePage(
      '### A\n| Severity |\n|-|\n| Low |\n#### Details\n| Severity |\n|-|\n| odd |\n\n## B\nText\n',
    );
    expect(problems).toEqual([]);
    expect(migrations).toMatchObject([{ title: 'A', description: '#### Details\n| Severity |\n|-|\n| odd |' }]);
  });

  test('a table of something else does not make one', () => {
    expect(parsePage(`# Contacts\n| Name |\n|---|\n| Ann |\n\n## X\n| KEY |\n|---|\n| x-y |\n`)).toMatchObject({
      migrations: [{ key: 'x-y' }],
      problems: [],
    });
  });

  test('an underlined heading and markup in a title read as plain text', () => {
    const { migrations } = parsePage('A *new* `id_token`,\n[signed](/x) &amp; \\*sealed\\*\n===\n| Severity |\n|--|\n| Low |\n');
    expect(migrations[0]!.title).toBe('A new id_token, signed & *sealed*');
  });

  test('none at all is a problem of the page', () => {
    for (const text of ['', '# Only a title\n\nText.', '---\ntitle: x\n---\n']) {
      expect(parsePage(text)).toEqual({ migrations: [], problems: [{ line: 1, message: expect.stringContaining('no migration') }] });
    }
  });
});

describe('the table of facts', () => {
  test('lacking columns have defaults, names and values may be in any case, cells may be padded', () => {
    expect(parsePage(pageWith('|  mandatory   OPT-IN\u00A0|', '| :-: | - |', '| tbd |'))).toMatchObject({
      problems: [],
      migrations: [
        {
          key: 'a-change',
          severity: 'MEDIUM',
          platforms: [],
          platformsGiven: false,
          gracePeriodStart: 'TBD',
          mandatoryOptIn: 'TBD',
          description: 'Text.',
        },
      ],
    });
  });

  test.each([
    ['Auth0 Cloud Only', ['CLOUD']],
    ['Cloud', ['CLOUD']],
    ['cloud only', ['CLOUD']],
    ['Appliance', ['APPLIANCE']],
    ['Acme, Inc. Appliance Only', ['APPLIANCE']],
    ['All', []],
    ['Cloud, Appliance', ['CLOUD', 'APPLIANCE']],
    ['Appliance and Cloud', ['CLOUD', 'APPLIANCE']],
    ['Appliance and Cloud Only', ['CLOUD', 'APPLIANCE']],
  ])('platforms "%s"', (wording, platforms) => {
    expect(parsePage(pageWith('| Platforms |', '|---|', `| ${wording} |`))).toMatchObject({
      problems: [],
      migrations: [{ platforms, platformsGiven: true }],
    });
  });

  test.each(['', 'Not Cloud Only', 'All but Cloud Only', 'Appliance or Cloud Only', 'Some Cloud', 'Mainframe', 'Cloud, '])(
    '"%s" names no platforms',
    (wording) => {
      expect(messagesOf(pageWith('| Platforms |', '|---|', `| ${wording} |`))).toMatch(/^4: ".*" names no platforms\. Write/);
    },
  );

  test('an escaped pipe stays in its cell', () => {
    expect(messagesOf(pageWith('| Severity |', '|---|', String.raw`| a\|b |`))).toBe(
      '4: "a|b" is no severity. Write Low, Medium, High or Critical.',
    );
  });

  test.each([
    ['Low', '2016-05-01', '2016-05-01', false],
    ['Critical', '2016-05-01', '2016-05-01', true],
    ['Low', '2016-05-XX', '2016-04-30', false],
    ['Low', '2016-05-XX', '2016-05-31', true],
    ['Low', '2016-05-30', '2016-05', true],
    ['Low', '2016-05-31', '2016-05', false],
    ['Low', 'TBD', '2016-05-31', true],
    ['Low', '2016-05-01', '2016-05-01T09:00:00Z', true],
    ['Low', '2016-05-03', '2016-05-01T09:00:00Z', false],
    ['Low', '2016-05-01T10:00:00Z', '2016-05-01T09:00:00Z', false],
    // An emergency was enforced at one instant.
    ['Low', '2016-05-01T10:00:00Z', '2016-05-01T10:00:00Z', true],
  ])('%s from %s to %s', (severity, start, deadline, fits) => {
    const messages = messagesOf(
      pageWith('| Severity | Grace Period Start | Mandatory Opt-In |', '|---|', `| ${severity} | ${start} | ${deadline} |`),
    );
    expect(messages.replace(/^(4: The mandatory opt-in) .* must come after .*$/, '$1')).toBe(fits ? '' : '4: The mandatory opt-in');
  });
});

describe('problems', () => {
  test('of a page are told all at once, each with its line', () => {
    expect(problemsOf(fixture('faulty.md'))).toEqual([
      [1, expect.stringContaining('"Changes" has no table of facts')],
      [5, expect.stringContaining('no column "Colour"')],
      [7, expect.stringContaining('"Urgent" is no severity')],
      [7, expect.stringContaining('"Mainframe" names no platforms')],
      [7, expect.stringContaining('"2016-02-30" is no date')],
      [7, expect.stringContaining('"soon" is no date')],
      [12, expect.stringContaining('must come after')],
      [17, 'This row has 3 cells, but the table has 2 columns. Give each column its cell.'],
      [20, expect.stringContaining('"Severity" stands twice')],
      [20, expect.stringContaining('no separator')],
      [22, expect.stringContaining('more than one row')],
      [25, expect.stringContaining('no row of facts')],
      [28, expect.stringContaining('"Five" has no table of facts')],
      [36, expect.stringContaining('that of the migration in line 9')],
      [44, expect.stringContaining('"Not A Key" is no key')],
      [46, expect.stringContaining('Use #### or deeper')],
      [48, expect.stringContaining('<script>')],
      [50, expect.stringContaining('heading is empty')],
      [55, expect.stringContaining('has no end')],
    ]);
  });

  test('a title of more than 200 characters', () => {
    expect(messagesOf(pageWith('| Severity |', '|-|', '| Low |').replace('A change', 'x'.repeat(201)))).toMatch(
      /^1: The title has 201 characters/,
    );
  });

  test('control characters, once a line', () => {
    expect(problemsOf(pageWith('| Severity |', '|-|', '| Low |').replace('Text.', 'T\0e\0xt\n\nand \u001b[1m'))).toEqual([
      [6, expect.stringContaining('U+0000')],
      [8, expect.stringContaining('U+001B')],
    ]);
  });

  test('a page of more than 2 MiB is not looked into', () => {
    expect(problemsOf('é'.repeat(1024 * 1024 + 1))).toEqual([[1, expect.stringContaining('larger than 2 MB')]]);
  });

  test('of a page that is none are counted past the first hundred', () => {
    const problems = problemsOf('\u0001\n'.repeat(500));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)![1]).toContain('401 more');
  });

  test.each([
    ['rows of pipes', `# a\n${'|'.repeat(400_000)}\n|-|\n${'|'.repeat(100_000)}`],
    ['headings', '# a\n## b\n'.repeat(20_000)],
    ['unclosed comments', '<!-- '.repeat(100_000)],
    ['brackets', `# ${'['.repeat(20_000)}\n| Severity |\n|-|\n| Low |\n\n${'['.repeat(20_000)}`],
    ['quotes', '>'.repeat(200_000)],
    ['spaces in a title', `# a${' '.repeat(1_000_000)}b`],
  ])('a hostile page of %s is answered in time', (_name, text) => {
    const started = performance.now();
    expect(parsePage(text).problems).not.toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('the key of a title', () => {
  test.each([
    ['Email Delivery Changes: "From" Address', 'email-delivery-changes-from-address'],
    ['  Ünïcode – Größe & Łódź №1 ', 'unicode-grosse-lodz-no1'],
    ['--a--b--', 'a-b'],
    ['ǅ İstanbul ﬁ', 'dz-istanbul-fi'],
    [`${'a'.repeat(79)} b`, 'a'.repeat(79)],
  ])('%s', (title, key) => {
    expect(keyOfTitle(title)).toBe(key);
  });

  test('is never empty, and differs for titles that ASCII cannot spell', () => {
    const keys = ['移行', '移动', '🚀', ''].map(keyOfTitle);
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(/^migration-[0-9a-f]{8}$/);
  });
});
