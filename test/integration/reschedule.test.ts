import { beforeAll, describe, expect, test } from 'vitest';
import {
  AnnounceMigrationDocument,
  ApproveRescheduleDocument,
  CreateMigrationDocument,
  EventsDocument,
  ImportMigrationPageDocument,
  MigrationDocument,
  type NewDates,
  RejectRescheduleDocument,
  RescheduleMigrationDocument,
} from '../../schema/generated/operations.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { census, OLGA, OTTO, refusalOf, startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
let service: TestService;
let olga: GraphqlClient;
let otto: GraphqlClient;
let count = 0;

beforeAll(async () => {
  service = await startService(NOW);
  ({ operator: olga, secondOperator: otto } = service);
});

/** An announced migration of its own for a test; the clock is set back. */
async function announced(gracePeriodStart = '2016-04-20', mandatoryOptIn = '2016-06-20'): Promise<string> {
  await service.setClock(NOW);
  const key = `migration-${++count}`;
  await olga.request(CreateMigrationDocument, { input: { key, title: key, severity: 'MEDIUM', gracePeriodStart, mandatoryOptIn } });
  await olga.request(AnnounceMigrationDocument, { key });
  return key;
}

const reschedule = async (key: string, dates: NewDates, as = olga) =>
  (await as.request(RescheduleMigrationDocument, { key, dates })).rescheduleMigration;
const approve = async (id: string, as = otto) => (await as.request(ApproveRescheduleDocument, { id })).approveReschedule;
const reject = async (id: string, as = otto) => (await as.request(RejectRescheduleDocument, { id })).rejectReschedule;
const read = async (key: string) => (await olga.request(MigrationDocument, { key })).migration;
const typesOf = async (key: string) =>
  (await olga.request(EventsDocument, { migration: key, first: 100 })).events.edges.map(({ node }) => node.type);
const shorter = { mandatoryOptIn: '2016-05-20', reason: 'The hole is being used.' };

describe('a later deadline', () => {
  test('needs neither reason nor second operator, applies at once, and its history says who moved what', async () => {
    const key = await announced();
    expect(await reschedule(key, { mandatoryOptIn: '2016-07-20' })).toMatchObject({
      status: 'APPLIED',
      newMandatoryOptIn: '2016-07-20',
      reason: null,
    });
    await service.setClock('2016-04-02T09:00:00Z');
    await reschedule(key, { mandatoryOptIn: '2016-08-20', reason: '  Customers asked.  ' }, otto);
    const migration = await read(key);
    expect(migration).toMatchObject({
      mandatoryOptIn: '2016-08-20',
      mandatoryAt: '2016-08-20T00:00:00.000Z',
      gracePeriodStart: '2016-04-20',
    });
    expect(migration.reschedules).toMatchObject([
      {
        status: 'APPLIED',
        oldMandatoryOptIn: '2016-07-20',
        newMandatoryOptIn: '2016-08-20',
        requestedBy: OTTO,
        reason: 'Customers asked.',
      },
      { status: 'APPLIED', oldMandatoryOptIn: '2016-06-20', newMandatoryOptIn: '2016-07-20', requestedBy: OLGA, reason: null },
    ]);
    expect(await typesOf(key)).toEqual(['RESCHEDULE_APPLIED', 'RESCHEDULE_APPLIED', 'MIGRATION_ANNOUNCED', 'MIGRATION_CREATED']);
  });

  test('and the first one after TBD, and TBD again, are as free', async () => {
    const key = await announced('2016-04-20', 'TBD');
    expect(await reschedule(key, { mandatoryOptIn: '2016-04-21' })).toMatchObject({ status: 'APPLIED' });
    expect(await reschedule(key, { mandatoryOptIn: 'TBD' })).toMatchObject({ status: 'APPLIED' });
  });
});

describe('an earlier deadline', () => {
  test('needs a reason', async () => {
    const key = await announced();
    const before = await census(service.db);
    for (const reason of [undefined, null, '', ' \n '])
      await refusalOf(reschedule(key, { mandatoryOptIn: '2016-05-20', reason }), 'REASON_NEEDED');
    expect(await census(service.db)).toEqual(before);
  });

  test('waits for a second operator: whoever asked cannot approve, another can, and until then the promise holds', async () => {
    const key = await announced();
    const { id, status } = await reschedule(key, shorter);
    expect(status).toBe('PENDING');
    expect(await read(key)).toMatchObject({ mandatoryOptIn: '2016-06-20', reschedules: [{ status: 'PENDING', decidedBy: null }] });
    const refusal = await refusalOf(approve(id, olga), 'SECOND_OPERATOR_NEEDED');
    expect(refusal.message).toContain('Another operator');
    expect(await read(key)).toMatchObject({ mandatoryOptIn: '2016-06-20' });
    expect(await approve(id)).toMatchObject({ status: 'APPLIED', decidedBy: OTTO });
    expect(await read(key)).toMatchObject({
      mandatoryOptIn: '2016-05-20',
      reschedules: [{ status: 'APPLIED', requestedBy: OLGA, decidedBy: OTTO, reason: shorter.reason }],
    });
    expect(await typesOf(key)).toEqual(['RESCHEDULE_APPLIED', 'RESCHEDULE_REQUESTED', 'MIGRATION_ANNOUNCED', 'MIGRATION_CREATED']);
    await refusalOf(approve(id), 'WRONG_STATE');
    await refusalOf(reject(id), 'WRONG_STATE');
  });

  test('asked for with another token of the same operator is still the same operator', async () => {
    const { id } = await reschedule(await announced(), shorter);
    const sameOperator = await service.clientOf({ role: 'OPERATOR', subject: OLGA });
    await expect(approve(id, sameOperator)).rejects.toMatchObject({ code: 'SECOND_OPERATOR_NEEDED' });
  });

  test('cannot be had by way of TBD: what was promised last still counts', async () => {
    const key = await announced();
    expect(await reschedule(key, { mandatoryOptIn: 'TBD' })).toMatchObject({ status: 'APPLIED' });
    await refusalOf(reschedule(key, { mandatoryOptIn: '2016-05-20' }), 'REASON_NEEDED');
    expect(await reschedule(key, shorter)).toMatchObject({ status: 'PENDING' });
    expect(await reschedule(key, { mandatoryOptIn: '2016-06-20' })).toMatchObject({ status: 'APPLIED' });
  });

  test('asked for by the same name in other letters is still the same operator', async () => {
    const { id } = await reschedule(await announced(), shorter);
    await refusalOf(approve(id, await service.clientOf({ role: 'OPERATOR', subject: OLGA.toUpperCase() })), 'SECOND_OPERATOR_NEEDED');
  });

  test('can be rejected, also by whoever asked, and then nothing has changed', async () => {
    const key = await announced();
    expect(await reject((await reschedule(key, shorter)).id, olga)).toMatchObject({ status: 'REJECTED', decidedBy: OLGA });
    expect(await reject((await reschedule(key, shorter)).id)).toMatchObject({ status: 'REJECTED', decidedBy: OTTO });
    expect(await read(key)).toMatchObject({ mandatoryOptIn: '2016-06-20' });
    expect((await typesOf(key)).filter((type) => type === 'RESCHEDULE_REJECTED')).toHaveLength(2);
  });

  test('is refused while another waits, and approving one asked for from other dates is a CONFLICT', async () => {
    const key = await announced();
    const { id } = await reschedule(key, shorter);
    await refusalOf(reschedule(key, { mandatoryOptIn: '2016-05-01', reason: 'Faster.' }, otto), 'CONFLICT');
    await reschedule(key, { mandatoryOptIn: '2016-07-20' });
    const refusal = await refusalOf(approve(id), 'CONFLICT');
    expect(refusal.message).toContain('changed since');
    expect(await read(key)).toMatchObject({ mandatoryOptIn: '2016-07-20' });
  });

  test('approved after it would have passed comes too late', async () => {
    const key = await announced();
    const { id } = await reschedule(key, shorter);
    await service.setClock('2016-05-20T00:00:00.000Z');
    const refusal = await refusalOf(approve(id), 'DATE_IN_PAST');
    expect(refusal.message).toContain('2016-05-20');
    expect(await read(key)).toMatchObject({ state: 'GRACE_PERIOD', mandatoryOptIn: '2016-06-20' });
  });

  test('approved by ten at once is applied once', async () => {
    const key = await announced();
    const { id } = await reschedule(key, shorter);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => approve(id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await typesOf(key)).filter((type) => type === 'RESCHEDULE_APPLIED')).toHaveLength(1);
  });

  test('asked for by ten at once waits once', async () => {
    const key = await announced();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => reschedule(key, shorter)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
    expect((await read(key)).reschedules).toHaveLength(1);
  });

  test('does not slip in by the page', async () => {
    const key = await announced();
    const page = `# ${key}\n| Severity | Grace Period Start | Mandatory Opt-In |\n| --- | --- | --- |\n| Medium | 2016-04-20 | 2016-05-20 |\n`;
    const refusal = await refusalOf(olga.request(ImportMigrationPageDocument, { page }), 'INVALID_PAGE');
    expect(refusal.message).toMatch(/line 1: .*second operator/);
    expect(await read(key)).toMatchObject({ mandatoryOptIn: '2016-06-20', reschedules: [] });
  });

  test('of a draft nobody was promised anything about is free', async () => {
    await olga.request(CreateMigrationDocument, {
      input: { key: 'draft', title: 'Draft', severity: 'LOW', gracePeriodStart: '2016-04-20' },
    });
    expect(await reschedule('draft', { mandatoryOptIn: '2016-04-21' })).toMatchObject({ status: 'APPLIED' });
  });
});

describe('new dates', () => {
  test.each([
    ['INVALID_INPUT', 'dates it has already', { mandatoryOptIn: '2016-06-20' }],
    ['INVALID_INPUT', 'dates it has already', {}],
    ['INVALID_INPUT', 'dates it has already', { gracePeriodStart: null, mandatoryOptIn: null, reason: null }],
    ['DEADLINE_BEFORE_START', '2016-06-20', { gracePeriodStart: '2016-06-21' }],
    ['DEADLINE_BEFORE_START', '2016-04-20', { mandatoryOptIn: '2016-04-20', reason: 'Now.' }],
    ['DATE_IN_PAST', '2016-03-31', { gracePeriodStart: '2016-03-31' }],
    ['INVALID_DATE', 'someday', { mandatoryOptIn: 'someday' }],
    ['INVALID_INPUT', '2000', { mandatoryOptIn: '2016-05-20', reason: 'x'.repeat(2_001) }],
  ] as const)('are refused as %s, naming %j', async (code, named, dates) => {
    const key = await announced();
    const before = await census(service.db);
    const refusal = await refusalOf(reschedule(key, dates), code);
    expect(refusal.message).toContain(named);
    expect(await census(service.db)).toEqual(before);
  });

  test('may let the grace period start today', async () => {
    const key = await announced();
    expect(await reschedule(key, { gracePeriodStart: '2016-04-01' })).toMatchObject({ status: 'APPLIED' });
    expect(await read(key)).toMatchObject({ state: 'GRACE_PERIOD' });
  });

  test('leave the start alone once it has come, with no worker to say so', async () => {
    const key = await announced();
    await service.setClock('2016-04-20T00:00:00.000Z');
    const refusal = await refusalOf(
      reschedule(key, { gracePeriodStart: '2016-05-01', mandatoryOptIn: '2016-09-01' }),
      'GRACE_PERIOD_STARTED',
    );
    expect(refusal.message).toContain('2016-04-20');
    expect(await reschedule(key, { mandatoryOptIn: '2016-09-01' })).toMatchObject({ status: 'APPLIED' });
  });

  test('come too late at the very deadline, and for what is cancelled or unknown', async () => {
    const key = await announced();
    await service.setClock('2016-06-20T00:00:00.000Z');
    await refusalOf(reschedule(key, { mandatoryOptIn: '2016-09-01' }), 'WRONG_STATE');
    expect((await refusalOf(reschedule('unknown', { mandatoryOptIn: '2016-09-01' }), 'NOT_FOUND')).message).toContain('"unknown"');
    for (const id of ['x', '00000000-0000-7000-8000-000000000000']) await refusalOf(approve(id), 'NOT_FOUND');
  });
});

describe('the old date', () => {
  test('never fires: what passes is what was promised last', async () => {
    const key = await announced('2016-04-20', '2016-04-27');
    await reschedule(key, { gracePeriodStart: '2016-05-20', mandatoryOptIn: '2016-06-27' });
    for (const [instant, state, types] of [
      ['2016-04-20T00:00:00.000Z', 'ANNOUNCED', []],
      ['2016-04-27T00:00:00.000Z', 'ANNOUNCED', []],
      ['2016-05-20T00:00:00.000Z', 'GRACE_PERIOD', ['GRACE_PERIOD_STARTED']],
      ['2016-06-26T23:59:59.999Z', 'GRACE_PERIOD', ['GRACE_PERIOD_STARTED']],
      ['2016-06-27T00:00:00.000Z', 'MANDATORY', ['DEADLINE_PASSED', 'GRACE_PERIOD_STARTED']],
      ['2017-01-01T00:00:00.000Z', 'MANDATORY', ['DEADLINE_PASSED', 'GRACE_PERIOD_STARTED']],
    ] as const) {
      await service.setClock(instant);
      await service.house.calendar.advance();
      expect(await read(key)).toMatchObject({ state });
      expect((await typesOf(key)).filter((type) => type === 'GRACE_PERIOD_STARTED' || type === 'DEADLINE_PASSED')).toEqual(types);
    }
  });

  test('does not fire either where the new one is TBD', async () => {
    const key = await announced('2016-04-20', '2016-04-27');
    await reschedule(key, { mandatoryOptIn: 'TBD' });
    await service.setClock('2018-01-01T00:00:00Z');
    await service.house.calendar.advance();
    expect(await read(key)).toMatchObject({ state: 'GRACE_PERIOD' });
    expect(await typesOf(key)).not.toContain('DEADLINE_PASSED');
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
