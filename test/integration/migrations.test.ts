import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AnnounceMigrationDocument,
  CancelMigrationDocument,
  CreateMigrationDocument,
  EditMigrationDocument,
  EnforceMigrationDocument,
  EventsDocument,
  MigrationDocument,
  MigrationsDocument,
  type MigrationsQuery,
  type NewMigration,
} from '../../schema/generated/operations.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { census, OLGA, refusalOf, startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
let service: TestService;
let olga: GraphqlClient;
let partner: GraphqlClient;

beforeAll(async () => {
  service = await startService(NOW);
  olga = service.operator;
  await service.db.query(
    `insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at) values ('acme', 'Acme', 'CLOUD', 'UTC', true, '{}', '2015-01-01', '2015-01-01')`,
  );
  partner = await service.clientOf({
    role: 'PARTNER',
    subject: 'Backup Co',
    accounts: ['acme'],
    scopes: ['migrations:read', 'events:read'],
  });
});

const create = async (key: string, input: Partial<NewMigration> = {}) =>
  (await olga.request(CreateMigrationDocument, { input: { key, title: `Title of ${key}`, severity: 'MEDIUM', ...input } })).createMigration;
const announce = async (key: string) => (await olga.request(AnnounceMigrationDocument, { key })).announceMigration;
const read = async (key: string, as = olga) => (await as.request(MigrationDocument, { key })).migration;
const eventsOf = async (key: string) =>
  (await olga.request(EventsDocument, { migration: key, first: 100 })).events.edges.map(({ node }) => node);

describe('a new migration', () => {
  test.each([
    ['LOW', '2016-04-20', '2016-07-19'],
    ['MEDIUM', '2016-04-20', '2016-07-19'],
    ['HIGH', '2016-04-20', '2016-05-20'],
    ['CRITICAL', '2016-04-20', '2016-04-20'],
    ['HIGH', '2016-04', 'TBD'],
    ['HIGH', undefined, 'TBD'],
  ] as const)('of severity %s that starts %s has its deadline %s', async (severity, start, deadline) => {
    const created = await create(`grace-${severity.toLowerCase()}-${start ?? 'none'}`, {
      severity,
      ...(start && { gracePeriodStart: start }),
    });
    expect(created).toMatchObject({ state: 'DRAFT', gracePeriodStart: start ?? 'TBD', mandatoryOptIn: deadline, reversible: true });
  });

  test('takes an explicit deadline before the default of its severity', async () => {
    expect(await create('explicit', { severity: 'CRITICAL', gracePeriodStart: '2016-04-20', mandatoryOptIn: '2016-12-24' })).toMatchObject({
      mandatoryOptIn: '2016-12-24',
      mandatoryAt: '2016-12-24T00:00:00.000Z',
    });
  });

  test('gets its key from its title, and leaves one event that says who', async () => {
    const { createMigration } = await olga.request(CreateMigrationDocument, {
      input: { title: 'Tokens: the Größe & the "id_token"', severity: 'LOW' },
    });
    expect(createMigration.key).toBe('tokens-the-grosse-the-id-token');
    expect(await eventsOf(createMigration.key)).toMatchObject([{ type: 'MIGRATION_CREATED', actor: OLGA, actorRole: 'OPERATOR', at: NOW }]);
  });

  test.each([
    ['KEY_TAKEN', 'explicit', {}],
    ['DEADLINE_BEFORE_START', '2016-04-19', { gracePeriodStart: '2016-04-20', mandatoryOptIn: '2016-04-19' }],
    ['DEADLINE_BEFORE_START', '2016-04-20', { gracePeriodStart: '2016-04-20', mandatoryOptIn: '2016-04-20' }],
    ['INVALID_DATE', '2016-02-30', { gracePeriodStart: '2016-02-30' }],
    ['INVALID_INPUT', 'hyphens', { key: 'Not A Key' }],
    ['INVALID_INPUT', '201', { key: 'long', title: 'x'.repeat(201) }],
    ['INVALID_INPUT', 'one line', { key: 'lines', title: 'one\ntwo' }],
    ['INVALID_INPUT', 'https', { key: 'guide', guideUrl: 'javascript:alert(1)' }],
    ['INVALID_INPUT', 'Attributes', { key: 'nested', affects: { attributes: { deep: { er: 1 } } } }],
    ['NOT_FOUND', '"ghost"', { key: 'listed', affects: { accounts: ['acme', 'ghost'] } }],
    ['TOO_LARGE', '10001', { key: 'long-list', affects: { accounts: Array.from({ length: 10_001 }, (_, i) => `a${i}`) } }],
  ] as const)('is refused as %s, naming %j, and nothing is written', async (code, named, input) => {
    const before = await census(service.db);
    const refusal = await refusalOf(create('explicit', input), code);
    expect(refusal.message).toContain(named);
    expect(await census(service.db)).toEqual(before);
  });

  test('asked for by twenty at once is created once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => create('contended')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'KEY_TAKEN' });
    expect(await eventsOf('contended')).toHaveLength(1);
  });
});

describe('a draft', () => {
  test('is nobody’s but the operators’: elsewhere it reads as missing, word for word', async () => {
    await create('secret');
    expect(await read('secret')).toMatchObject({ state: 'DRAFT' });
    const hidden = await refusalOf(read('secret', partner), 'NOT_FOUND');
    const missing = await refusalOf(read('nothing', partner), 'NOT_FOUND');
    expect(hidden.message.replaceAll('secret', 'nothing')).toBe(missing.message);
    const hiddenEvents = await refusalOf(partner.request(EventsDocument, { migration: 'secret' }), 'NOT_FOUND');
    expect(hiddenEvents.message).toBe(hidden.message);
    const { migrations } = await partner.request(MigrationsDocument, { first: 100, states: ['DRAFT', 'CANCELLED'] });
    expect(migrations.edges).toEqual([]);
  });

  test('that is cancelled stays hidden, since nobody was told of it', async () => {
    await create('stillborn');
    await olga.request(CancelMigrationDocument, { key: 'stillborn', reason: 'Changed our mind.' });
    expect(await read('stillborn')).toMatchObject({ state: 'CANCELLED' });
    await refusalOf(read('stillborn', partner), 'NOT_FOUND');
  });

  test('that is announced is there for all, in the state its dates say', async () => {
    await create('upcoming', { gracePeriodStart: '2016-04-20' });
    await create('running', { gracePeriodStart: '2016-04-01', mandatoryOptIn: 'TBD' });
    expect(await announce('upcoming')).toMatchObject({ state: 'ANNOUNCED' });
    expect(await announce('running')).toMatchObject({ state: 'GRACE_PERIOD' });
    expect(await read('running', partner)).toMatchObject({ state: 'GRACE_PERIOD' });
  });

  test('whose deadline has passed is not announced', async () => {
    await create('late', { gracePeriodStart: '2016-01-01', mandatoryOptIn: '2016-03-31' });
    const refusal = await refusalOf(announce('late'), 'DATE_IN_PAST');
    expect(refusal.message).toContain('2016-03-31');
    expect(await read('late')).toMatchObject({ state: 'DRAFT' });
  });

  test('whose grace period began before today is not announced: it would be on at once, for good, for accounts created since', async () => {
    await create('begun', { gracePeriodStart: '2016-03-31', mandatoryOptIn: '2016-06-20' });
    const refusal = await refusalOf(announce('begun'), 'DATE_IN_PAST');
    expect(refusal.message).toMatch(/2016-03-31.*Reschedule/);
    expect(refusal.extensions['details']).toEqual({ field: 'gracePeriodStart' });
    expect(await read('begun')).toMatchObject({ state: 'DRAFT' });
  });

  test('that twenty announce at once is announced once, with one event', async () => {
    await create('once', { gracePeriodStart: '2016-05-01' });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => announce('once')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'WRONG_STATE' });
    expect((await eventsOf('once')).map(({ type }) => type)).toEqual(['MIGRATION_ANNOUNCED', 'MIGRATION_CREATED']);
  });

  test('can be enforced at once in an emergency, with a reason, and only a draft can', async () => {
    await create('emergency', { severity: 'CRITICAL' });
    await refusalOf(olga.request(EnforceMigrationDocument, { key: 'emergency', reason: '  ' }), 'REASON_NEEDED');
    expect(await read('emergency')).toMatchObject({ state: 'DRAFT', mandatoryOptIn: 'TBD' });
    const { enforceMigration } = await olga.request(EnforceMigrationDocument, { key: 'emergency', reason: 'Tokens leak.' });
    expect(enforceMigration).toMatchObject({ state: 'MANDATORY', mandatoryAt: NOW, graceStartsAt: NOW });
    expect(await eventsOf('emergency')).toMatchObject([
      { type: 'MIGRATION_ENFORCED', data: { reason: 'Tokens leak.' } },
      { type: 'MIGRATION_CREATED' },
    ]);
    await refusalOf(olga.request(EnforceMigrationDocument, { key: 'upcoming', reason: 'Hurry.' }), 'WRONG_STATE');
  });
});

describe('an edit', () => {
  test('changes what it names, and its event holds the difference alone', async () => {
    await create('edited', { description: 'Old.', guideUrl: 'https://docs.example/old', gracePeriodStart: '2016-05-01' });
    const { editMigration } = await olga.request(EditMigrationDocument, {
      key: 'edited',
      input: { title: 'New title', description: 'New.\n\n', guideUrl: null },
    });
    expect(editMigration).toMatchObject({ title: 'New title', description: 'New.', severity: 'MEDIUM' });
    expect(await read('edited')).toMatchObject({ guideUrl: null, mandatoryOptIn: '2016-07-30' });
    expect((await eventsOf('edited'))[0]).toMatchObject({
      type: 'MIGRATION_EDITED',
      data: {
        before: { title: 'Title of edited', description: 'Old.', guideUrl: 'https://docs.example/old' },
        after: { title: 'New title', description: 'New.', guideUrl: null },
      },
    });
  });

  test('that gives null where nothing can be nothing leaves it as it is', async () => {
    await create('nulls', {
      description: 'Kept.',
      severity: 'HIGH',
      reversible: false,
      affects: { platforms: ['CLOUD'], builtInEmailOnly: true },
    });
    const input = {
      title: null,
      description: null,
      severity: null,
      reversible: null,
      affects: { platforms: null, builtInEmailOnly: null, attributes: null },
    };
    await olga.request(EditMigrationDocument, { key: 'nulls', input });
    expect(await read('nulls')).toMatchObject({
      title: 'Title of nulls',
      description: 'Kept.',
      severity: 'HIGH',
      reversible: false,
      affects: { platforms: ['CLOUD'], builtInEmailOnly: true },
    });
    expect(
      await create('null-input', {
        key: null,
        description: null,
        gracePeriodStart: null,
        mandatoryOptIn: null,
        reversible: null,
        guideUrl: null,
        affects: null,
      }),
    ).toMatchObject({ mandatoryOptIn: 'TBD', reversible: true });
  });

  test('of whom it touches is refused once it is mandatory: it would be on for accounts that nobody told', async () => {
    await create('for-clouds', { affects: { platforms: ['CLOUD'] } });
    await olga.request(EnforceMigrationDocument, { key: 'for-clouds', reason: 'Tokens leak.' });
    const edit = (input: object) => olga.request(EditMigrationDocument, { key: 'for-clouds', input });
    for (const affects of [{ platforms: [] }, { builtInEmailOnly: false }, { attributes: {} }, { accounts: null }, { usedWithinDays: 5 }]) {
      const refusal = await refusalOf(edit({ title: 'Wider', affects }), 'WRONG_STATE');
      expect(refusal.message).toContain('Publish a new migration');
    }
    await edit({ title: 'Clouds', affects: { platforms: null } });
    expect(await read('for-clouds')).toMatchObject({ title: 'Clouds', affects: { platforms: ['CLOUD'] } });
  });

  test('of a severity that grants grace is refused where the dates leave none', async () => {
    const at = { gracePeriodStart: '2016-05-01', mandatoryOptIn: '2016-05-01' };
    await create('graceless', { severity: 'CRITICAL', ...at });
    const edit = (severity: 'LOW' | 'HIGH' | 'CRITICAL', key = 'graceless') =>
      olga.request(EditMigrationDocument, { key, input: { title: `As ${severity}`, severity } });
    for (const severity of ['LOW', 'HIGH'] as const) await refusalOf(edit(severity), 'DEADLINE_BEFORE_START');
    expect(await read('graceless')).toMatchObject({ severity: 'CRITICAL', title: 'Title of graceless' });
    await service.db.query(`update migration set severity = 'LOW' where key = 'graceless'`);
    await refusalOf(announce('graceless'), 'DEADLINE_BEFORE_START');
    // What it has already is no change, and what is mandatory has had its grace.
    await edit('LOW');
    await edit('HIGH', 'for-clouds');
  });

  test('of one that was cancelled is refused', async () => {
    await expect(olga.request(EditMigrationDocument, { key: 'stillborn', input: { title: 'Again' } })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
  });
});

describe('a partial date', () => {
  test('never fires: the migration stays where it is', async () => {
    await create('month', { gracePeriodStart: '2016-05', mandatoryOptIn: '2016-06' });
    await create('open', { gracePeriodStart: '2016-04-10', mandatoryOptIn: 'TBD' });
    await announce('month');
    await announce('open');
    await service.setClock('2020-01-01T00:00:00Z');
    await service.house.calendar.advance();
    expect(await read('month')).toMatchObject({ state: 'ANNOUNCED', gracePeriodStart: '2016-05', graceStartsAt: null, mandatoryAt: null });
    expect(await read('open')).toMatchObject({ state: 'GRACE_PERIOD', mandatoryOptIn: 'TBD', mandatoryAt: null });
    expect((await eventsOf('month')).map(({ type }) => type)).toEqual(['MIGRATION_ANNOUNCED', 'MIGRATION_CREATED']);
    expect((await eventsOf('open')).map(({ type }) => type)).toEqual(['GRACE_PERIOD_STARTED', 'MIGRATION_ANNOUNCED', 'MIGRATION_CREATED']);
    await service.setClock(NOW);
  });
});

describe('cancelling', () => {
  test('needs a reason, is final, and is not for what is mandatory', async () => {
    await refusalOf(olga.request(CancelMigrationDocument, { key: 'running', reason: '' }), 'REASON_NEEDED');
    await olga.request(CancelMigrationDocument, { key: 'running', reason: 'A better way was found.' });
    expect(await read('running', partner)).toMatchObject({ state: 'CANCELLED' });
    await refusalOf(olga.request(CancelMigrationDocument, { key: 'running', reason: 'Again.' }), 'WRONG_STATE');
    await refusalOf(announce('running'), 'WRONG_STATE');
    await refusalOf(olga.request(CancelMigrationDocument, { key: 'emergency', reason: 'Oops.' }), 'WRONG_STATE');
    expect((await eventsOf('running'))[0]).toMatchObject({
      type: 'MIGRATION_CANCELLED',
      data: { reason: 'A better way was found.', from: 'GRACE_PERIOD' },
    });
  });

  test('at the very deadline comes too late, with every worker down', async () => {
    await create('too-late', { gracePeriodStart: '2016-04-02', mandatoryOptIn: '2016-04-03' });
    await announce('too-late');
    await service.setClock('2016-04-03T00:00:00.000Z');
    await expect(olga.request(CancelMigrationDocument, { key: 'too-late', reason: 'Stop!' })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    await service.setClock(NOW);
  });
});

describe('the catalogue', () => {
  async function walk(first: number, as = olga, states?: 'ANNOUNCED'[]): Promise<MigrationsQuery['migrations']['edges'][number]['node'][]> {
    const nodes = [];
    for (let after: string | null = null; ;) {
      const { migrations }: MigrationsQuery = await as.request(MigrationsDocument, { first, after, ...(states && { states }) });
      nodes.push(...migrations.edges.map(({ node }) => node));
      if (!migrations.pageInfo.hasNextPage) return nodes;
      expect(migrations.edges).toHaveLength(first);
      after = migrations.pageInfo.endCursor;
    }
  }

  test('lists the newest first, in pages of any size without gap or double', async () => {
    for (let i = 0; i < 5; i++) await create(`same-day-${i}`, { gracePeriodStart: '2016-08-01' });
    const whole = await walk(100);
    const starts = whole.map(({ gracePeriodStart }) => gracePeriodStart);
    expect(starts).toEqual(starts.toSorted().toReversed());
    expect(new Set(whole.map(({ key }) => key)).size).toBe(whole.length);
    // Of equal starts the one created later is newer.
    expect(whole.filter(({ key }) => key.startsWith('same-day')).map(({ key }) => key)).toEqual(
      [4, 3, 2, 1, 0].map((i) => `same-day-${i}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length + 1 }), async (first) => {
        expect(await walk(first)).toEqual(whole);
      }),
      { numRuns: 6 },
    );
  });

  test('can be narrowed to states at the present instant, page by page', async () => {
    const announced = (await walk(100)).filter(({ state }) => state === 'ANNOUNCED');
    expect(announced.length).toBeGreaterThan(1);
    expect(await walk(1, olga, ['ANNOUNCED'])).toEqual(announced);
    expect((await walk(2, partner)).map(({ key }) => key)).not.toContain('secret');
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
