/**
 * The whole story of two migrations, told through the public API, real workers and real mail: three administrators in
 * three time zones, two of which change to summer time on the way, and four accounts.
 */
import { beforeAll, expect, test, vi } from 'vitest';
import {
  AccountDocument,
  AccountMigrationChangedDocument,
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateMigrationDocument,
  EventsDocument,
  GrantAdministrationDocument,
  MailsDocument,
  MigrationChangedDocument,
  type NewMigration,
  OptInDocument,
  OptOutDocument,
  type Platform,
  ProgressDocument,
  RescheduleMigrationDocument,
  RolloutProgressDocument,
} from '../../schema/generated/operations.ts';
import { ADA, BEN, CHIYO, createAdministrator, dismissNotices, heard, noticesOf, PEOPLE, ZONES } from '../support/cast.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import {
  accountChangeText,
  changeText,
  inShort,
  expectServiceMail,
  localTime,
  noticeText,
  progressText,
  stateText,
  toldBy,
} from '../support/reading.ts';
import { createWorld, type World } from '../support/world.ts';

vi.setConfig({ testTimeout: LONG_TEST_LIMIT_MS });

/** The migration of the story: for accounts on the shared cloud. */
const SENDER = { key: 'one-sender', title: 'One sender address' };
/** One that begins while the first is under way: for every account. */
const TEMPLATE = { key: 'one-template', title: 'One template' };

let world: World;
let url: string;
let olga: GraphqlClient;
let readMails = 0;

beforeAll(async () => {
  world = await createWorld('2026-02-23T10:00:00Z');
  const processes = await Promise.all([world.startApi(), world.startWorker(), world.startWorker()]);
  await Promise.all(processes.map((process) => process.ready()));
  ({ url } = processes[0]);
  olga = graphqlClient(url, await world.createToken({ name: 'story', role: 'OPERATOR', subject: 'olga@platform.example' }));
});

test('a migration from its announcement to sixty days after it became mandatory', async () => {
  const catalogue = olga.subscribe(MigrationChangedDocument, {});
  await catalogue.subscribed;
  // 23 February. Ada administers acme, Ben birch, and Chiyo cobalt, which runs on an appliance of its own.
  await createAccount('acme', 'CLOUD', '2019-05-01T00:00:00Z');
  await createAccount('birch', 'CLOUD', '2021-01-01T00:00:00Z');
  await createAccount('cobalt', 'APPLIANCE', '2020-01-01T00:00:00Z');
  const ada = await createAdministrator(olga, url, ADA, 'acme');
  const ben = await createAdministrator(olga, url, BEN, 'birch');
  const chiyo = await createAdministrator(olga, url, CHIYO, 'cobalt');
  const grace = { gracePeriodStart: '2026-03-02', mandatoryOptIn: '2026-04-06' };
  await heard([catalogue], () => createMigration({ ...SENDER, ...grace, affects: { platforms: ['CLOUD'] } }));
  const rollout = olga.subscribe(RolloutProgressDocument, { migration: SENDER.key });
  const ofAcme = ada.api.subscribe(AccountMigrationChangedDocument, { account: 'acme' });
  const ofBirch = ben.api.subscribe(AccountMigrationChangedDocument, { account: 'birch' });
  const ofCobalt = chiyo.api.subscribe(AccountMigrationChangedDocument, { account: 'cobalt' });
  await Promise.all([rollout, ofAcme, ofBirch, ofCobalt, ada.notices, ben.notices, chiyo.notices].map(({ subscribed }) => subscribed));
  // A draft is nobody's business yet.
  expect([await statesOf('acme'), await statesOf('birch'), await statesOf('cobalt')]).toEqual([{}, {}, {}]);

  await olga.request(AnnounceMigrationDocument, { key: SENDER.key });
  await world.settle();
  expect(await statesOf('acme')).toEqual({ [SENDER.key]: 'off: NOT_STARTED; deadline 2026-04-05T22:00:00.000Z' });
  expect(await statesOf('birch')).toEqual({ [SENDER.key]: 'off: NOT_STARTED; deadline 2026-04-05T22:00:00.000Z' });
  expect(await statesOf('cobalt')).toEqual({ [SENDER.key]: 'off: NOT_AFFECTED' });
  await expect(ben.api.request(OptInDocument, { account: 'birch', migration: SENDER.key })).rejects.toMatchObject({ code: 'NOT_STARTED' });
  await expect(ben.api.request(AccountDocument, { id: 'acme' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await progressOf(SENDER)).toEqual('affected 2, pending 2; 0 %');

  // 2 March begins in Berlin, where the platform is: so does the grace period, and each is told in their own morning.
  await world.walkTo('2026-03-01T22:59:59.999Z', ZONES);
  expect([await statesOf('acme'), newMails()]).toEqual([{ [SENDER.key]: 'off: NOT_STARTED; deadline 2026-04-05T22:00:00.000Z' }, []]);
  await world.moveTo('2026-03-01T23:00:00Z');
  expect(await statesOf('acme')).toEqual({ [SENDER.key]: 'off: PENDING; deadline 2026-04-05T22:00:00.000Z; may opt in' });
  await world.settle();
  expect(await noticesOf(ada)).toEqual(['OPEN one-sender on 1']);
  expect(await noticesOf(ben)).toEqual(['OPEN one-sender on 1']);
  expect(await noticesOf(chiyo)).toEqual([]);
  expect(newMails()).toEqual([]);
  await world.walkTo('2026-03-10T09:00:00Z', ZONES);
  expect(newMails()).toEqual([
    'Ben at 2026-03-02 09:20: ACTION NEEDED: One sender address (birch)',
    'Ada at 2026-03-02 09:20: ACTION NEEDED: One sender address (acme)',
    // 30 days before a deadline that is 6 April in Berlin, and still the afternoon of the 5th in Los Angeles.
    'Ada at 2026-03-06 09:20: ACTION NEEDED: One sender address (acme)',
    'Ben at 2026-03-07 09:20: ACTION NEEDED: One sender address (birch)',
  ]);

  // 10 March. Dune is founded and has the migration from birth; Ada takes it on. She dismisses her notice.
  await createAccount('dune', 'CLOUD');
  await olga.request(GrantAdministrationDocument, { administrator: ada.id, account: 'dune' });
  await world.settle();
  const born = { [SENDER.key]: 'on: NEW_ACCOUNT since 2026-03-10T09:00:00.000Z; deadline 2026-04-05T22:00:00.000Z' };
  expect(await statesOf('dune')).toEqual(born);
  expect(await progressOf(SENDER)).toEqual('affected 3, new 1, pending 2; 33.3 %');
  await dismissNotices(ada);
  expect(await noticesOf(ada)).toEqual(['OPEN one-sender on 1, dismissed']);

  // 12 March. Ben opts birch in early, out again and in for good; his last mail comes the next morning, and his notice goes.
  const birch = { account: 'birch', migration: SENDER.key };
  for (const [at, decide, watchers] of [
    ['10:30', () => ben.api.request(OptInDocument, birch), [ofBirch, rollout]],
    // The notice that opens again says how many accounts are open when it is told: before birch is in again.
    ['10:40', () => ben.api.request(OptOutDocument, birch), [ofBirch, rollout, ben.notices]],
    ['10:50', () => ben.api.request(OptInDocument, birch), [ofBirch, rollout]],
  ] as const) {
    await world.walkTo(`2026-03-12T${at}:00Z`, ZONES);
    await heard(watchers, async () => {
      await decide();
      await world.settle();
    });
  }
  await ben.api.request(OptInDocument, birch);
  const optedIn = 'on: OPTED_IN since 2026-03-12T10:50:00.000Z; deadline 2026-04-05T22:00:00.000Z; may opt out';
  expect(await statesOf('birch')).toEqual({ [SENDER.key]: optedIn });
  expect(await progressOf(SENDER)).toEqual('affected 3, optedIn 1, new 1, pending 1; 66.7 %');
  await world.walkTo('2026-03-16T12:00:00Z', ZONES);
  expect(await noticesOf(ben)).toEqual([]);
  expect(newMails()).toEqual(['Ben at 2026-03-13 09:20: NOW ON: One sender address (birch)']);

  // 16 March. A second migration is announced, for every account there is; one mail speaks of both.
  await heard([catalogue], () => createMigration({ ...TEMPLATE, severity: 'HIGH', gracePeriodStart: '2026-03-18' }));
  await olga.request(AnnounceMigrationDocument, { key: TEMPLATE.key });
  await world.walkTo('2026-03-25T12:00:00Z', ZONES);
  expect(newMails()).toEqual([
    'Chiyo at 2026-03-18 09:20: ACTION NEEDED: One template (cobalt)',
    'Ben at 2026-03-18 09:20: ACTION NEEDED: One template (birch)',
    'Ada at 2026-03-18 09:20: ACTION NEEDED: One sender address (acme), One template (acme, dune)',
    'Ada at 2026-03-22 09:20: ACTION NEEDED: One sender address (acme), One template (acme, dune)',
  ]);
  expect(await noticesOf(ada)).toEqual(['OPEN one-template on 2', 'OPEN one-sender on 1, dismissed']);

  // 25 March. The operator gives everybody two weeks more; the deadline of before never comes.
  const dates = { mandatoryOptIn: '2026-04-20', reason: 'Two weeks more, because of Easter' };
  const { rescheduleMigration } = await olga.request(RescheduleMigrationDocument, { key: SENDER.key, dates });
  expect(rescheduleMigration.status).toBe('APPLIED');
  await world.settle();
  expect(await noticesOf(ada)).toEqual(['RESCHEDULED one-sender on 1', 'OPEN one-template on 2', 'OPEN one-sender on 1, dismissed']);
  await world.walkTo('2026-04-06T00:00:00Z', ZONES);
  expect(await statesOf('acme')).toEqual({
    [SENDER.key]: 'off: PENDING; deadline 2026-04-19T22:00:00.000Z; may opt in',
    [TEMPLATE.key]: 'off: PENDING; deadline 2026-04-16T22:00:00.000Z; may opt in',
  });
  expect(newMails()).toEqual([
    'Ada at 2026-03-25 09:20: RESCHEDULED: One sender address (acme); ACTION NEEDED: One template (acme, dune)',
    'Ada at 2026-04-02 09:20: ACTION NEEDED: One template (acme, dune), One sender address (acme)',
    'Chiyo at 2026-04-03 09:20: ACTION NEEDED: One template (cobalt)',
    'Ben at 2026-04-03 09:20: ACTION NEEDED: One template (birch)',
    'Ada at 2026-04-05 09:20: ACTION NEEDED: One template (acme, dune), One sender address (acme)',
  ]);

  // 17 April begins in Berlin: the second migration is mandatory, to the millisecond.
  await world.walkTo('2026-04-16T21:59:59.999Z', ZONES);
  expect(await statesOf('cobalt')).toEqual({
    [SENDER.key]: 'off: NOT_AFFECTED',
    [TEMPLATE.key]: 'off: PENDING; deadline 2026-04-16T22:00:00.000Z; may opt in',
  });
  await world.moveTo('2026-04-16T22:00:00Z');
  const templateOn = 'on: MANDATORY since 2026-04-16T22:00:00.000Z; deadline 2026-04-16T22:00:00.000Z';
  expect(await statesOf('cobalt')).toEqual({ [SENDER.key]: 'off: NOT_AFFECTED', [TEMPLATE.key]: templateOn });
  await world.settle();
  expect(await progressOf(TEMPLATE)).toEqual('affected 4, mandatory 4; 100 %');
  expect(await noticesOf(chiyo)).toEqual(['ON one-template on 0']);

  // 20 April begins in Berlin: so is the first, for acme, which did nothing.
  await world.walkTo('2026-04-19T21:59:59.999Z', ZONES);
  expect(newMails()).toEqual([
    'Ada at 2026-04-09 09:20: ACTION NEEDED: One template (acme, dune), One sender address (acme)',
    'Chiyo at 2026-04-10 09:20: ACTION NEEDED: One template (cobalt)',
    'Ben at 2026-04-10 09:20: ACTION NEEDED: One template (birch)',
    'Ada at 2026-04-12 09:20: ACTION NEEDED: One template (acme, dune), One sender address (acme)',
    'Ada at 2026-04-13 09:20: ACTION NEEDED: One template (acme, dune), One sender address (acme)',
    'Chiyo at 2026-04-14 09:20: ACTION NEEDED: One template (cobalt)',
    'Ben at 2026-04-14 09:20: ACTION NEEDED: One template (birch)',
    'Ada at 2026-04-15 09:20: ACTION NEEDED: One template (acme, dune), One sender address (acme)',
    'Chiyo at 2026-04-16 09:20: ACTION NEEDED: One template (cobalt)',
    'Ben at 2026-04-16 09:20: ACTION NEEDED: One template (birch)',
    'Ada at 2026-04-16 09:20: ACTION NEEDED: One template (acme, dune), One sender address (acme)',
    'Chiyo at 2026-04-17 09:20: NOW ON: One template (cobalt)',
    'Ben at 2026-04-17 09:20: NOW ON: One template (birch)',
    'Ada at 2026-04-17 09:20: ACTION NEEDED: One sender address (acme); NOW ON: One template (acme, dune)',
    'Ada at 2026-04-18 09:20: ACTION NEEDED: One sender address (acme)',
  ]);
  expect((await statesOf('acme'))[SENDER.key]).toBe('off: PENDING; deadline 2026-04-19T22:00:00.000Z; may opt in');
  expect((await statesOf('birch'))[SENDER.key]).toBe(
    'on: OPTED_IN since 2026-03-12T10:50:00.000Z; deadline 2026-04-19T22:00:00.000Z; may opt out',
  );
  expect(await progressOf(SENDER)).toEqual('affected 3, optedIn 1, new 1, pending 1; 66.7 %');
  await world.moveTo('2026-04-19T22:00:00Z');
  expect(await statesOf('acme')).toEqual({
    [SENDER.key]: 'on: MANDATORY since 2026-04-19T22:00:00.000Z; deadline 2026-04-19T22:00:00.000Z',
    [TEMPLATE.key]: templateOn,
  });
  await expect(ada.api.request(OptInDocument, { account: 'acme', migration: SENDER.key })).rejects.toMatchObject({
    code: 'DEADLINE_PASSED',
  });
  await expect(ben.api.request(OptOutDocument, { account: 'birch', migration: SENDER.key })).rejects.toMatchObject({
    code: 'DEADLINE_PASSED',
  });
  await world.walkTo('2026-04-21T00:00:00Z', ZONES);
  expect(newMails()).toEqual(['Ada at 2026-04-20 09:20: NOW ON: One sender address (acme)']);

  // Sixty days later nothing has come any more, and everything stands as it did.
  await world.walkTo('2026-06-20T00:00:00Z', ZONES);
  expect(newMails()).toEqual([]);
  expect(await statesOf('acme')).toEqual({
    [SENDER.key]: 'on: MANDATORY since 2026-04-19T22:00:00.000Z; deadline 2026-04-19T22:00:00.000Z',
    [TEMPLATE.key]: templateOn,
  });
  expect(await statesOf('birch')).toEqual({
    [SENDER.key]: 'on: OPTED_IN since 2026-03-12T10:50:00.000Z; deadline 2026-04-19T22:00:00.000Z',
    [TEMPLATE.key]: templateOn,
  });
  expect(await statesOf('cobalt')).toEqual({ [SENDER.key]: 'off: NOT_AFFECTED', [TEMPLATE.key]: templateOn });
  expect(await statesOf('dune')).toEqual({
    [SENDER.key]: 'on: NEW_ACCOUNT since 2026-03-10T09:00:00.000Z; deadline 2026-04-19T22:00:00.000Z',
    [TEMPLATE.key]: templateOn,
  });
  expect(await progressOf(SENDER)).toEqual('affected 3, optedIn 1, new 1, mandatory 1; 100 %');
  expect(await noticesOf(ada, true)).toEqual([
    'ON one-sender on 0',
    'ON one-template on 0',
    'RESCHEDULED one-sender on 0, closed',
    'OPEN one-template on 0, closed',
    'OPEN one-sender on 0, dismissed, closed',
  ]);
  expect(await noticesOf(ben, true)).toEqual(['ON one-template on 0', 'OPEN one-template on 0, closed', 'OPEN one-sender on 0, closed']);
  expect(await noticesOf(chiyo, true)).toEqual(['ON one-template on 0', 'OPEN one-template on 0, closed']);

  // What everybody watched, whole and in order.
  expect(catalogue.all.map(changeText)).toEqual([
    'MIGRATION_CREATED one-sender: DRAFT',
    'MIGRATION_ANNOUNCED one-sender: ANNOUNCED',
    'GRACE_PERIOD_STARTED one-sender: GRACE_PERIOD',
    'MIGRATION_CREATED one-template: DRAFT',
    'MIGRATION_ANNOUNCED one-template: ANNOUNCED',
    'GRACE_PERIOD_STARTED one-template: GRACE_PERIOD',
    'RESCHEDULE_APPLIED one-sender: GRACE_PERIOD',
    'DEADLINE_PASSED one-template: MANDATORY',
    'DEADLINE_PASSED one-sender: MANDATORY',
  ]);
  expect(rollout.all.map(({ rolloutProgress }) => progressText(rolloutProgress))).toEqual([
    'affected 2, pending 2; 0 %',
    'affected 3, new 1, pending 2; 33.3 %',
    'affected 3, optedIn 1, new 1, pending 1; 66.7 %',
    'affected 3, new 1, pending 2, optedOut 1; 33.3 %',
    'affected 3, optedIn 1, new 1, pending 1; 66.7 %',
    'affected 3, optedIn 1, new 1, mandatory 1; 100 %',
  ]);
  expect(ofAcme.all.map(accountChangeText)).toEqual([
    'MIGRATION_ANNOUNCED one-sender: NOT_STARTED',
    'GRACE_PERIOD_STARTED one-sender: PENDING',
    'MIGRATION_ANNOUNCED one-template: NOT_STARTED',
    'GRACE_PERIOD_STARTED one-template: PENDING',
    'RESCHEDULE_APPLIED one-sender: PENDING',
    'DEADLINE_PASSED one-template: MANDATORY',
    'DEADLINE_PASSED one-sender: MANDATORY',
  ]);
  expect(ofBirch.all.map(accountChangeText)).toEqual([
    'MIGRATION_ANNOUNCED one-sender: NOT_STARTED',
    'GRACE_PERIOD_STARTED one-sender: PENDING',
    'OPTED_IN one-sender: OPTED_IN',
    'OPTED_OUT one-sender: OPTED_OUT',
    'OPTED_IN one-sender: OPTED_IN',
    'MIGRATION_ANNOUNCED one-template: NOT_STARTED',
    'GRACE_PERIOD_STARTED one-template: PENDING',
    'RESCHEDULE_APPLIED one-sender: OPTED_IN',
    'DEADLINE_PASSED one-template: MANDATORY',
    'DEADLINE_PASSED one-sender: OPTED_IN',
  ]);
  expect(ofCobalt.all.map(accountChangeText)).toEqual([
    'MIGRATION_ANNOUNCED one-sender: NOT_AFFECTED',
    'GRACE_PERIOD_STARTED one-sender: NOT_AFFECTED',
    'MIGRATION_ANNOUNCED one-template: NOT_STARTED',
    'GRACE_PERIOD_STARTED one-template: PENDING',
    'RESCHEDULE_APPLIED one-sender: NOT_AFFECTED',
    'DEADLINE_PASSED one-template: MANDATORY',
    'DEADLINE_PASSED one-sender: NOT_AFFECTED',
  ]);
  expect(ada.notices.all.map(({ noticeAdded }) => noticeText(noticeAdded))).toEqual([
    'OPEN one-sender on 1',
    'OPEN one-template on 2',
    'RESCHEDULED one-sender on 1',
    'ON one-template on 0',
    'ON one-sender on 0',
  ]);
  expect(ben.notices.all.map(({ noticeAdded }) => noticeText(noticeAdded))).toEqual([
    'OPEN one-sender on 1',
    'OPEN one-sender on 1',
    'OPEN one-template on 1',
    'ON one-template on 0',
  ]);
  expect(chiyo.notices.all.map(({ noticeAdded }) => noticeText(noticeAdded))).toEqual(['OPEN one-template on 1', 'ON one-template on 0']);
  await expectTheBooksToAgree();
});

async function createAccount(id: string, platform: Platform, createdAt?: string): Promise<void> {
  await olga.request(CreateAccountDocument, { input: { id, name: `The ${id} company`, platform, createdAt } });
}

async function createMigration(migration: Omit<NewMigration, 'severity'> & Partial<NewMigration>): Promise<void> {
  await olga.request(CreateMigrationDocument, { input: { severity: 'MEDIUM', description: 'What changes, and why.', ...migration } });
}

/** The states of all migrations for an account, by key. */
async function statesOf(id: string): Promise<Record<string, string>> {
  const { account } = await olga.request(AccountDocument, { id });
  return Object.fromEntries(account.migrations.map(({ migration, state }) => [migration.key, stateText(state)]));
}

async function progressOf({ key }: { key: string }): Promise<string> {
  const { migration } = await olga.request(ProgressDocument, { key });
  return progressText(migration.progress);
}

/** The mails that have come since the last call, each read as its recipient would, at their own time. */
function newMails(): string[] {
  const mails = world.smtp.mails.slice(readMails);
  readMails = world.smtp.mails.length;
  return mails.map((mail) => {
    const person = PEOPLE.find(({ email }) => mail.to.includes(email))!;
    const at = localTime(mail.parsed.date!, person.timeZone);
    expectServiceMail(mail, person);
    return `${person.name} at ${at}: ${inShort(toldBy(mail))}`;
  });
}

/** The ledger says what the mail server saw, and the log what happened: each once. */
async function expectTheBooksToAgree(): Promise<void> {
  const { mails } = await olga.request(MailsDocument, { first: 100 });
  const ledger = mails.edges.map(({ node }) => node).toReversed();
  expect(ledger.filter(({ status, attempts }) => status !== 'SENT' || attempts !== 1)).toEqual([]);
  expect(ledger.map(({ messageId, recipient, subject }) => `${messageId} ${recipient}: ${subject}`).toSorted()).toEqual(
    world.smtp.mails.map(({ parsed, to }) => `${parsed.messageId} ${to.join()}: ${parsed.subject}`).toSorted(),
  );
  expect(new Set(ledger.map(({ messageId }) => messageId)).size).toBe(ledger.length);
  const { events } = await olga.request(EventsDocument, { first: 100 });
  const counts = Map.groupBy(events.edges, ({ node }) => node.type);
  expect(Object.fromEntries([...counts].map(([type, edges]) => [type, edges.length]))).toEqual({
    TOKEN_CREATED: 4,
    ACCOUNT_CREATED: 4,
    ADMINISTRATOR_CREATED: 3,
    ADMINISTRATION_GRANTED: 4,
    MIGRATION_CREATED: 2,
    MIGRATION_ANNOUNCED: 2,
    GRACE_PERIOD_STARTED: 2,
    OPTED_IN: 2,
    OPTED_OUT: 1,
    RESCHEDULE_APPLIED: 1,
    DEADLINE_PASSED: 2,
    NOTICE_ADDED: 11,
    NOTICE_DISMISSED: 1,
  });
  expect(world.output).not.toMatch(/sweep failed|"level":(50|60)/);
}
