import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import type { MigrationDraft, MigrationPreview } from '../../src/migrations/preview.service.ts';
import { call, createCustomer, OPERATOR } from '../support/platform.ts';
import { census, refusalOf, startService, type TestService } from '../support/service.ts';

const NOW = '2016-03-01T09:00:00.000Z';
const ZONE = 'Europe/Berlin';
let service: TestService;
const OTTO: Actor = { ...OPERATOR, subject: 'otto@platform.example' };

/** Each part has a world of its own: its clock only goes on, or mails of one day would keep those of another waiting. */
async function begin(): Promise<void> {
  service = await startService(NOW, { PLATFORM_TIME_ZONE: ZONE, REMINDER_HOUR: '9' });
  for (const id of ['a', 'b', 'c']) await createCustomer(service, id, new Date('2015-01-01'));
  const { accounts } = service.house;
  await accounts.createAccount(OPERATOR, {
    id: 'own',
    name: 'own',
    platform: 'APPLIANCE',
    usesBuiltInEmail: false,
    attributes: { tier: 'gold' },
  });
  const { edges } = await accounts.administrators(OPERATOR, {}, { first: 100, after: null });
  const zones = [ZONE, 'America/New_York', 'Asia/Tokyo'];
  for (const [i, { node }] of edges.entries()) await accounts.editAdministrator(OPERATOR, node.id, { timeZone: zones[i]! });
  await accounts.createAdministrator(OPERATOR, { email: 'idle@nobody.example', name: 'Idle', accounts: [] });
}

async function preview(draft: Partial<MigrationDraft>, editing: string | null = null) {
  const shown = await service.house.previews.migration(OPERATOR, { title: 'Other tokens', severity: 'HIGH', ...draft }, editing);
  return { ...shown, affectedAccounts: await shown.affectedAccounts() };
}
const problems = ({ problems: all }: Pick<MigrationPreview, 'problems'>) => all.map(({ field, code, line }) => [field, code, line]);

describe('a migration that is still being written', () => {
  beforeAll(begin);

  test('is shown with its dates, its section of the page, whom it touches, and when people are mailed: as it then comes', async () => {
    const draft = {
      title: 'New *tokens*',
      severity: 'HIGH' as const,
      gracePeriodStart: '2016-04-01',
      description: 'Get **new** ones.',
      affects: { platforms: ['CLOUD' as const] },
    };
    const before = await census(service.db);
    const shown = await preview(draft);
    expect(await census(service.db)).toEqual(before);
    expect(shown).toMatchObject({ key: 'new-tokens', timeZone: ZONE, mandatoryOptIn: '2016-05-01', affectedAccounts: 3, problems: [] });
    expect(shown.mandatoryAt).toEqual(new Date('2016-04-30T22:00:00Z'));

    await service.house.migrations.createMigration(OPERATOR, draft);
    const { id } = await service.house.migrations.announceMigration(OPERATOR, 'new-tokens');
    expect(await (await call(service.url, '/migrations')).text()).toContain(shown.html);
    const { migration } = await service.operator.request<{ migration: { descriptionHtml: string } }, unknown>(
      '{ migration(key: "new-tokens") { descriptionHtml } }',
    );
    expect(migration.descriptionHtml).toBe('<p>Get <strong>new</strong> ones.</p>\n');
    expect(shown.html).toContain(migration.descriptionHtml);
    expect((await service.house.rollouts.progress(OPERATOR, id)).affected).toBe(shown.affectedAccounts);
    for (const { at } of shown.reminders) {
      await service.setClock(new Date(at.getTime() + 60_000).toISOString());
      await service.sweep();
    }
    const reminded = await service.db.query<{ milestone: string; due_at: Date }>(
      `select r.milestone, r.due_at from reminder r join administrator p on p.id = r.administrator_id
        where r.migration_id = $1 and p.time_zone = $2 order by r.due_at`,
      [id, ZONE],
    );
    expect(shown.reminders.map(({ at }) => at)).toEqual(reminded.map(({ due_at }) => due_at));
    expect(shown.reminders.map(({ kind, daysBefore }) => daysBefore ?? kind)).toEqual(['START', 30, 14, 7, 3, 1, 'ON']);
    await service.setClock(NOW);
  });

  test('has all of its faults listed, each with its field, and goes on being shown', async () => {
    const shown = await preview({
      key: 'No Key',
      title: ' ',
      description: 'Fine.\n\n# Too high\n\n<script>alert(1)</script>',
      gracePeriodStart: '2016-0',
      mandatoryOptIn: 'soon',
      guideUrl: 'javascript:alert(1)',
      affects: { attributes: { nested: {} }, accounts: ['a', 'nobody'] },
    });
    expect(problems(shown)).toEqual([
      ['title', 'INVALID_INPUT', null],
      ['key', 'INVALID_INPUT', null],
      ['gracePeriodStart', 'INVALID_DATE', null],
      ['mandatoryOptIn', 'INVALID_DATE', null],
      ['attributes', 'INVALID_INPUT', null],
      ['description', 'INVALID_MARKDOWN', 3],
      ['description', 'INVALID_MARKDOWN', 5],
      ['guideUrl', 'INVALID_INPUT', null],
    ]);
    expect(shown).toMatchObject({ gracePeriodStart: null, mandatoryOptIn: null, reminders: [], affectedAccounts: 0 });
    expect(shown.html).not.toMatch(/<script|javascript:/);
    expect(problems(await preview({ gracePeriodStart: '2016-05-02', mandatoryOptIn: '2016-05-01' }))).toEqual([
      ['mandatoryOptIn', 'DEADLINE_BEFORE_START', null],
    ]);
    expect(problems(await preview({ gracePeriodStart: '2016-02-29' }))).toEqual([['gracePeriodStart', 'DATE_IN_PAST', null]]);
    expect(problems(await preview({ gracePeriodStart: '2016-03-01' }))).toEqual([]);
    expect(problems(await preview({ title: '' }))).toEqual([['title', 'INVALID_INPUT', null]]);
    expect(problems(await preview({ affects: { accounts: ['nobody'] } }))).toEqual([['accounts', 'NOT_FOUND', null]]);
    const tooMany = await preview({ affects: { accounts: Array.from({ length: 10_001 }, (_, i) => String(i)) } });
    expect(problems(tooMany)).toEqual([['accounts', 'TOO_LARGE', null]]);
    expect((await preview({ description: 'x'.repeat(200_000) })).html).not.toContain('xxx');
  });

  test('touches whom its conditions say, its list included', async () => {
    const touched = async (affects: MigrationDraft['affects']) => (await preview({ affects })).affectedAccounts;
    expect(await touched(undefined)).toBe(4);
    expect(await touched({ builtInEmailOnly: true })).toBe(3);
    expect(await touched({ attributes: { tier: 'gold' } })).toBe(1);
    expect(await touched({ platforms: ['CLOUD'], accounts: ['a', 'own', 'b'] })).toBe(2);
    expect(await touched({ accounts: [] })).toBe(0);
  });

  test('has a key of its own while it is edited, and touches whom it did where nothing else is said', async () => {
    await service.house.migrations.createMigration(OPERATOR, {
      key: 'listed',
      title: 'Listed',
      severity: 'LOW',
      affects: { accounts: ['a', 'b'] },
    });
    expect(problems(await preview({ key: 'listed' }))).toEqual([['key', 'KEY_TAKEN', null]]);
    expect(await preview({ title: 'Renamed' }, 'listed')).toMatchObject({
      key: 'listed',
      affectedAccounts: 2,
      gracePeriodStart: 'TBD',
      problems: [],
    });
    expect((await preview({ affects: { accounts: null } }, 'listed')).affectedAccounts).toBe(4);
    const graceless = { key: 'graceless', gracePeriodStart: '2016-05-01', mandatoryOptIn: '2016-05-01' };
    await service.house.migrations.createMigration(OPERATOR, { title: 'Graceless', severity: 'CRITICAL', ...graceless });
    expect(problems(await preview({ severity: 'LOW' }, 'graceless'))).toEqual([['severity', 'DEADLINE_BEFORE_START', null]]);
    await expect(preview({}, 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('with an open end is shown the next reminders only, and one without a day none', async () => {
    const { reminders } = await preview({ gracePeriodStart: '2016-04-01', mandatoryOptIn: 'TBD' });
    expect(reminders.map(({ kind, at }) => `${kind} ${at.toISOString()}`)).toEqual([
      'START 2016-04-01T07:00:00.000Z',
      'CADENCE 2016-05-01T07:00:00.000Z',
      'CADENCE 2016-05-31T07:00:00.000Z',
    ]);
    expect((await preview({ gracePeriodStart: '2016-04', mandatoryOptIn: '2016-06' })).reminders).toEqual([]);
  });
});

describe('dates that are still being written', () => {
  beforeAll(begin);

  const ask = async (key: string, dates: object) => {
    const shown = await service.house.reschedulePreviews.preview(OPERATOR, key, dates);
    const { administrators, firstAt: firstMailAt, lastAt: lastMailAt } = await shown.mails();
    return { ...shown, administrators, firstMailAt, lastMailAt };
  };
  let count = 0;
  const announced = async (gracePeriodStart = '2016-03-05', mandatoryOptIn = '2016-06-01') => {
    await service.setClock(NOW);
    const key = `dated-${(count += 1)}`;
    await service.house.migrations.createMigration(OPERATOR, { key, title: key, severity: 'LOW', gracePeriodStart, mandatoryOptIn });
    const { id } = await service.house.migrations.announceMigration(OPERATOR, key);
    await service.setClock('2016-03-10T12:00:00.000Z');
    await service.sweep();
    return { key, id };
  };

  test('are shown with the mails that then leave', async () => {
    const { key, id } = await announced();
    await service.house.rollouts.optIn(OPERATOR, 'c', key);
    const before = await census(service.db);
    const shown = await ask(key, { mandatoryOptIn: '2016-07-01' });
    expect(await census(service.db)).toEqual(before);
    expect(shown).toMatchObject({ needsSecondOperator: false, secondOperatorReason: null, administrators: 2, problems: [] });
    expect(shown.mandatoryAt).toEqual(new Date('2016-06-30T22:00:00Z'));

    await service.house.reschedules.reschedule(OPERATOR, key, { mandatoryOptIn: '2016-07-01' });
    for (const at of [shown.firstMailAt!, shown.lastMailAt!]) {
      await service.setClock(new Date(at.getTime() + 60_000).toISOString());
      await service.sweep();
    }
    const mails = await service.db.query<{ due_at: Date }>(
      `select due_at from reminder where migration_id = $1 and milestone like 'RESCHEDULED%' order by due_at`,
      [id],
    );
    expect([mails.length, mails[0]!.due_at, mails.at(-1)!.due_at]).toEqual([shown.administrators, shown.firstMailAt, shown.lastMailAt]);
    expect(shown.reminders[0]).toMatchObject({ kind: 'CADENCE', daysBefore: 60 });
  });

  test('need a second operator exactly where they would wait for one', async () => {
    const { key } = await announced();
    for (const mandatoryOptIn of ['2016-05-01', '2016-06-01T00:00:00Z', '2016-08-01']) {
      const shown = await ask(key, { mandatoryOptIn });
      const { id, status } = await service.house.reschedules.reschedule(OPERATOR, key, { mandatoryOptIn, reason: 'why' });
      expect([mandatoryOptIn, shown.needsSecondOperator]).toEqual([mandatoryOptIn, status === 'PENDING']);
      if (status !== 'PENDING') continue;
      expect(shown.secondOperatorReason).toContain('2016-06-01');
      expect(problems(await ask(key, { mandatoryOptIn }))).toEqual([[null, 'CONFLICT', null]]);
      await service.house.reschedules.reject(OTTO, id);
    }
  });

  test('have the faults listed that the change would be refused for', async () => {
    const { key } = await announced();
    for (const dates of [
      { mandatoryOptIn: '2016-03-09' },
      { mandatoryOptIn: '2016-03-01' },
      { gracePeriodStart: '2016-03-20' },
      { mandatoryOptIn: '2016-06-01' },
      { mandatoryOptIn: '2016-13-01' },
    ]) {
      const [problem] = (await ask(key, dates)).problems;
      await expect(service.house.reschedules.reschedule(OPERATOR, key, dates)).rejects.toMatchObject({
        code: problem!.code,
        message: problem!.message,
      });
    }
    expect(problems(await ask(key, { gracePeriodStart: 'x', mandatoryOptIn: 'y' }))).toEqual([
      ['gracePeriodStart', 'INVALID_DATE', null],
      ['mandatoryOptIn', 'INVALID_DATE', null],
    ]);
    await service.house.migrations.cancelMigration(OPERATOR, key, 'why');
    expect(problems(await ask(key, { mandatoryOptIn: '2016-09-01' }))).toEqual([[null, 'WRONG_STATE', null]]);
    await expect(ask('nothing', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('of a draft, or before the grace period starts, mail nobody at once', async () => {
    await service.setClock(NOW);
    await service.house.migrations.createMigration(OPERATOR, {
      key: 'early',
      title: 'early',
      severity: 'LOW',
      gracePeriodStart: '2016-04-10',
    });
    expect(await ask('early', { gracePeriodStart: '2016-04-20' })).toMatchObject({ administrators: 0, firstMailAt: null, problems: [] });
    await service.house.migrations.announceMigration(OPERATOR, 'early');
    expect(await ask('early', { gracePeriodStart: '2016-03-01' })).toMatchObject({ administrators: 3, problems: [] });
    expect(await ask('early', { gracePeriodStart: '2016-04-20', mandatoryOptIn: '2016-09-01' })).toMatchObject({
      administrators: 0,
      lastMailAt: null,
    });
  });
});

test('operators preview by the API, texts that are no dates included', async () => {
  const query = `query ($input: MigrationDraft!) { previewMigration(input: $input) {
    key gracePeriodStart mandatoryOptIn mandatoryAt affectedAccounts html reminders { kind daysBefore at } problems { field code message line } } }`;
  const input = {
    title: 'Typing',
    severity: 'CRITICAL',
    gracePeriodStart: '2016-1',
    description: null,
    guideUrl: null,
    affects: { platforms: null, accounts: null },
  };
  const { previewMigration } = await service.operator.request<{ previewMigration: MigrationPreview }, object>(query, { input });
  expect(previewMigration).toMatchObject({ key: 'typing', gracePeriodStart: null, mandatoryOptIn: 'TBD', affectedAccounts: 4 });
  expect(problems(previewMigration)).toEqual([['gracePeriodStart', 'INVALID_DATE', null]]);
  const admin = await service.clientOf({ role: 'PARTNER', subject: 'Co', allAccounts: true, scopes: ['migrations:read'] });
  await refusalOf(admin.request(query, { input }), 'FORBIDDEN');
  const dates =
    'query ($dates: DatesDraft!) { previewReschedule(key: "early", dates: $dates) { administrators firstMailAt lastMailAt problems { code } } }';
  expect(await service.operator.request(dates, { dates: { gracePeriodStart: '2016-03-01' } })).toEqual({
    previewReschedule: { administrators: 3, firstMailAt: '2016-03-01T14:00:00.000Z', lastMailAt: '2016-03-02T08:00:00.000Z', problems: [] },
  });
  expect(service.defects).toEqual([]);
});
