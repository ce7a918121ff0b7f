import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AnnounceMigrationDocument,
  CreateMigrationDocument,
  EventsDocument,
  ImportMigrationPageDocument,
  MigrationDocument,
  MigrationsDocument,
  NoticesDocument,
} from '../../schema/generated/operations.ts';
import { PublicPages } from '../../src/migrations/public-pages.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { operator } from '../support/house.ts';
import { census, refusalOf, startService, type TestService } from '../support/service.ts';

const KEYS = [
  'tokens-of-identity-providers-leave-the-profile-and-id-token',
  'mail-from-one-address-the-from-field',
  'mail-from-the-built-in-provider-templates',
  'password-reset-that-is-safe-to-click',
] as const;
/** Between the two deadlines that have a day: one grace period is over, one runs. */
const NOW = '2016-05-01T12:00:00.000Z';

let service: TestService;
let olga: GraphqlClient;
let anna: GraphqlClient;
let seed: string;

const pageFile = (name: string) => readFile(new URL(`../support/pages/${name}`, import.meta.url), 'utf8');
const importPage = async (page: string) => (await olga.request(ImportMigrationPageDocument, { page })).importMigrationPage;
const catalogue = async () => (await olga.request(MigrationsDocument, { first: 100 })).migrations.edges.map(({ node }) => node);
const read = async (key: string) => (await olga.request(MigrationDocument, { key })).migration;
const published = async (path: string) => {
  const response = await fetch(`${service.url}${path}`);
  expect(response.status).toBe(200);
  return { text: await response.text(), type: response.headers.get('content-type') };
};

beforeAll(async () => {
  service = await startService(NOW, { PLATFORM_NAME: 'Acme Platform' });
  olga = service.operator;
  seed = await pageFile('seed-like.md');
  const { accounts } = service.house;
  const actor = { role: 'OPERATOR', subject: 'o', administratorId: null, tokenId: null, scopes: [] } as const;
  for (const id of ['cloud', 'appliance'])
    await accounts.createAccount(actor, {
      id,
      name: id,
      platform: id === 'cloud' ? 'CLOUD' : 'APPLIANCE',
      createdAt: new Date('2015-01-01'),
    });
  const { id } = await accounts.createAdministrator(actor, { email: 'anna@example.com', name: 'Anna', accounts: ['cloud', 'appliance'] });
  anna = await service.clientOf({ role: 'ADMINISTRATOR', subject: 'anna@example.com', administratorId: id });
});

describe('the seed’s page', () => {
  test('becomes exactly its four migrations, as it says them, newest first', async () => {
    expect(await importPage(seed)).toEqual({ created: KEYS, updated: [], unchanged: [] });
    expect(await catalogue()).toMatchObject([
      {
        key: KEYS[0],
        severity: 'MEDIUM',
        state: 'ANNOUNCED',
        gracePeriodStart: '2016-06',
        graceStartsAt: null,
        mandatoryOptIn: 'TBD',
        mandatoryAt: null,
      },
      {
        key: KEYS[1],
        severity: 'MEDIUM',
        state: 'MANDATORY',
        gracePeriodStart: '2016-04-20',
        mandatoryOptIn: '2016-04-27',
        mandatoryAt: '2016-04-27T00:00:00.000Z',
      },
      { key: KEYS[2], severity: 'MEDIUM', state: 'GRACE_PERIOD', gracePeriodStart: '2016-04-04', mandatoryOptIn: '2016-05-11' },
      {
        key: KEYS[3],
        severity: 'MEDIUM',
        state: 'GRACE_PERIOD',
        gracePeriodStart: '2016-03-22',
        graceStartsAt: '2016-03-22T00:00:00.000Z',
        mandatoryOptIn: 'TBD',
        mandatoryAt: null,
      },
    ]);
    expect(await catalogue()).toHaveLength(4);
    const affected = await Promise.all(KEYS.map(async (key) => (await read(key)).affects.platforms));
    expect(affected).toEqual([[], ['CLOUD'], ['CLOUD'], []]);
    expect((await read(KEYS[1])).title).toBe('Mail from one address: the "From" field');
    expect((await read(KEYS[3])).description).toContain('**NOTE**: The old way');
  });

  test('tells of a past deadline to nobody: no notice, reminder or mail, whatever is swept', async () => {
    await service.sweep();
    const about = (table: string) =>
      service.db.query<{ key: string }>(`select m.key from ${table} t join migration m on m.id = t.migration_id`);
    expect(await about('reminder')).toEqual([]);
    expect((await about('notice')).map(({ key }) => key)).not.toContain(KEYS[1]);
    expect(await service.db.query('select from mail')).toEqual([]);
    const { notices } = await anna.request(NoticesDocument, { includeClosed: true });
    expect(new Set(notices.edges.map(({ node }) => `${node.kind} ${node.migration.key}`))).toEqual(
      new Set([`OPEN ${KEYS[2]}`, `OPEN ${KEYS[3]}`]),
    );
    // A week later others are due their reminders; of this one there is still nothing to say.
    await service.setClock('2016-05-08T10:00:00Z');
    await service.sweep();
    expect(new Set((await about('reminder')).map(({ key }) => key))).toEqual(new Set([KEYS[2]]));
    await service.setClock(NOW);
    const { events } = await olga.request(EventsDocument, { first: 100, migration: KEYS[1] });
    expect(events.edges.map(({ node }) => node.type)).toEqual(['MIGRATION_IMPORTED']);
  });

  test('again changes nothing at all', async () => {
    const before = await census(service.db);
    expect(await importPage(seed)).toEqual({ created: [], updated: [], unchanged: KEYS });
    expect(await importPage(`\uFEFF${seed.replaceAll('\n', '\r\n')}`)).toEqual({ created: [], updated: [], unchanged: KEYS });
    expect(await census(service.db)).toEqual(before);
  });

  test('comes back from /migrations.md and reads as unchanged', async () => {
    const { text, type } = await published('/migrations.md');
    expect(type).toBe('text/markdown; charset=utf-8');
    const before = await census(service.db);
    const { unchanged, ...changed } = await importPage(text);
    expect(changed).toEqual({ created: [], updated: [] });
    expect(unchanged.toSorted()).toEqual(KEYS.toSorted());
    expect(await census(service.db)).toEqual(before);
    expect((await published('/migrations.md')).text).toBe(text);
  });

  test('is at /migrations as Active, Upcoming and Past, each migration at its key', async () => {
    const { text, type } = await published('/migrations');
    expect(type).toBe('text/html; charset=utf-8');
    const anchors = [...text.matchAll(/<(?:section|article) id="([^"]+)"/g)].map(([, id]) => id);
    expect(anchors).toEqual(['Active', KEYS[2], KEYS[3], 'Upcoming', KEYS[0], 'Past', KEYS[1]]);
    for (const id of anchors) expect(text).toContain(`href="#${id}"`);
    expect(text).toContain('June 2016');
    expect(text).toContain('Acme Platform');
    expect(text).not.toContain('<script');
    expect(await fetch(`${service.url}/migrations`, { method: 'POST' })).toMatchObject({ status: 405 });
  });
});

describe('a page that changed', () => {
  test('updates what differs, with a history for its dates, and leaves the rest', async () => {
    const page = seed.replace('Fetch it with a GET', 'From now on fetch it with a GET').replace('2016-05-11', '2016-05-31');
    expect(await importPage(page)).toEqual({ created: [], updated: [KEYS[0], KEYS[2]], unchanged: [KEYS[1], KEYS[3]] });
    expect((await read(KEYS[0])).description).toContain('From now on fetch');
    expect(await read(KEYS[2])).toMatchObject({
      mandatoryOptIn: '2016-05-31',
      reschedules: [{ status: 'APPLIED', oldMandatoryOptIn: '2016-05-11', newMandatoryOptIn: '2016-05-31' }],
    });
    expect(await importPage(page)).toMatchObject({ updated: [] });
  });

  test('publishes a draft of the same key, because what stands on the page is public', async () => {
    await olga.request(CreateMigrationDocument, { input: { key: 'prepared', title: 'Prepared', severity: 'LOW' } });
    const page =
      '# Prepared\n| Severity | Grace Period Start | Mandatory Opt-In |\n| --- | --- | --- |\n| Low | 2016-06-01 | 2016-07-01 |\n\nText.\n';
    expect(await importPage(page)).toEqual({ created: [], updated: ['prepared'], unchanged: [] });
    expect(await read('prepared')).toMatchObject({ state: 'ANNOUNCED', gracePeriodStart: '2016-06-01', description: 'Text.' });
    await refusalOf(olga.request(AnnounceMigrationDocument, { key: 'prepared' }), 'WRONG_STATE');
  });

  test('that gives a mandatory migration other platforms is refused by line: nobody there was told', async () => {
    const page = (platforms: string) =>
      `# Over\n| Severity | Platforms | Grace Period Start | Mandatory Opt-In |\n| --- | --- | --- | --- |\n| Low | ${platforms} | 2016-03-01 | 2016-04-01 |\n\nText.\n`;
    await importPage(page('Cloud'));
    const refusal = await refusalOf(importPage(page('Appliance')), 'INVALID_PAGE');
    expect(refusal.message).toMatch(/line 1: .*Publish a new migration/);
  });

  test('that would move what is history is refused by line, and changes nothing else on it either', async () => {
    const before = await census(service.db);
    const page = seed
      .replace('Fetch it', 'Take it')
      .replace('2016-05-11', '2016-05-31')
      .replace('2016-04-27', '2016-09-27')
      .replace('2016-03-22', '2016-08-22');
    const { extensions } = await refusalOf(importPage(page), 'INVALID_PAGE');
    const lineOf = (title: string) => page.slice(0, page.indexOf(title)).split('\n').length;
    expect(extensions['details']).toMatchObject({
      problems: [
        { line: lineOf('### Mail from one address'), message: expect.stringContaining('mandatory already') },
        { line: lineOf('### Password reset'), message: expect.stringContaining('2016-03-22') },
      ],
    });
    expect(await census(service.db)).toEqual(before);
  });
});

describe('a bad page', () => {
  test('is refused with every problem by its line, and nothing is changed', async () => {
    const before = await census(service.db);
    const refusal = await refusalOf(importPage(await pageFile('faulty.md')), 'INVALID_PAGE');
    const { problems } = refusal.extensions['details'] as { problems: { line: number; message: string }[] };
    expect(new Set(problems.map(({ line }) => line))).toEqual(new Set([1, 5, 7, 12, 17, 20, 22, 25, 28, 36, 44, 46, 48, 50, 55]));
    for (const { line, message } of problems) expect(refusal.message).toContain(`line ${line}: ${message}`);
    expect(await census(service.db)).toEqual(before);
  });

  test.each([
    ['empty', '', 'no migration'],
    ['without a table', '# Migrations\n\nNone yet.\n', 'no migration'],
    ['with good and bad ones', '# Good\n| Severity |\n| --- |\n| Low |\n\n# Bad\n| Severity |\n| --- |\n| Worst |\n', 'line 9: "Worst"'],
    ['with a NUL', '# Good\n| Severity |\n| --- |\n| Low |\n\nText\0\n', ''],
    ['of one endless table row', `# A\n|${' Severity |'.repeat(50_000)}\n`, 'line 2'],
  ])('%s is refused and changes nothing', async (_what, page, named) => {
    const before = await census(service.db);
    const refusal = await importPage(page).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: expect.stringMatching(/^INVALID_/), message: expect.stringContaining(named) });
    expect(await census(service.db)).toEqual(before);
  });
});

test('imported by five at once, a new page is created once and then unchanged', async () => {
  const page = ['one', 'two', 'three']
    .map((title) => `# At once ${title}\n| Severity | Grace Period Start |\n| --- | --- |\n| Low | 2016-09-01 |\n`)
    .join('\n');
  const reports = await Promise.all(Array.from({ length: 5 }, () => importPage(page)));
  expect(reports.filter(({ created }) => created.length === 3)).toHaveLength(1);
  expect(reports.filter(({ unchanged }) => unchanged.length === 3)).toHaveLength(4);
  // Of equal dates the first on the page is the newest.
  expect((await catalogue()).filter(({ key }) => key.startsWith('at-once')).map(({ key }) => key)).toEqual([
    'at-once-one',
    'at-once-two',
    'at-once-three',
  ]);
});

describe('the public page', () => {
  test('is rendered once, however many ask', async () => {
    const { migrations, clock, follower } = service.house;
    let rendered = 0;
    const counting = { published: () => (rendered++, migrations.published()) };
    const pages = new PublicPages({ migrations: counting, clock, commits: follower, platformName: 'Acme' });
    const crowd = async () => {
      const before = rendered;
      const texts = await Promise.all(Array.from({ length: 50 }, () => pages.html()));
      return { texts: new Set(texts).size, rendered: rendered - before };
    };
    // Of what was committed just now it may be told between the two.
    await expect.poll(crowd).toEqual({ texts: 1, rendered: 0 });
  });

  test('shows what was edited and cancelled, and what another instant makes of it', async () => {
    const { migrations } = service.house;
    const shown = async (path: string) => (await published(path)).text;
    const group = async () => /## (\w+)\n\n[^#]*### TLS/.exec(await shown('/migrations.md'))?.[1];
    await migrations.createMigration(operator(), { key: 'tls', title: 'TLS 1', severity: 'LOW', gracePeriodStart: '2017-05-01' });
    await migrations.announceMigration(operator(), 'tls');
    await expect.poll(group).toBe('Upcoming');
    await migrations.editMigration(operator(), 'tls', { title: 'TLS 1.1' });
    await expect.poll(() => shown('/migrations')).toContain('TLS 1.1');
    await service.setClock('2017-05-02T00:00:00Z');
    expect(await group()).toBe('Active');
    await service.setClock(NOW);
    expect(await group()).toBe('Upcoming');
    await migrations.cancelMigration(operator(), 'tls', 'Not needed.');
    for (const path of ['/migrations', '/migrations.md']) await expect.poll(() => shown(path)).not.toContain('TLS 1.1');
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
