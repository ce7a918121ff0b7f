import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test, vi } from 'vitest';
import {
  AccountMigrationChangedDocument,
  AccountsDocument,
  AnnounceMigrationDocument,
  CreateMigrationDocument,
  MigrationChangedDocument,
  OptInDocument,
  ProgressDocument,
  RolloutProgressDocument,
} from '../../schema/generated/operations.ts';
import { EventFollower } from '../../src/events/follower.ts';
import { type EventCursor, LOG_START, readEvents } from '../../src/events/log.ts';
import { newId } from '../../src/ids.ts';
import { heard } from '../support/cast.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { silent } from '../support/house.ts';
import { TEST_LIMIT_MS } from '../support/patience.ts';
import { until } from '../support/processes.ts';
import { accountChangeText, changeText, inShort, progressText, toldBy } from '../support/reading.ts';
import { createWorld, PLATFORM_TIME_ZONE, type World } from '../support/world.ts';

/** How long the storm lasts; 60 is what a release is held to. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 8);
const OPT_INS_PER_SECOND = 50;
const ACCOUNTS = SECONDS * OPT_INS_PER_SECOND;
const ADMINISTRATORS = ACCOUNTS / 10;
/** Every third account is asked at both APIs at once. */
const TWICE_EVERY = 3;
const PAGE = 20;
const MIGRATION = 'one-sender';

vi.setConfig({ testTimeout: TEST_LIMIT_MS + 3_000 * SECONDS });

let world: World;
let apis: [GraphqlClient, GraphqlClient];

beforeAll(async () => {
  world = await createWorld('2026-05-04T06:00:00Z');
  await createAccounts();
  const processes = await Promise.all([world.startApi(), world.startApi(), world.startWorker(), world.startWorker()]);
  await Promise.all(processes.map((process) => process.ready()));
  const token = await world.createToken({ name: 'operator', role: 'OPERATOR', subject: 'olga@platform.example' });
  apis = [graphqlClient(processes[0].url, token), graphqlClient(processes[1].url, token)];
});

test('two processes of each kind under a storm of opt-ins do nothing twice, and nobody who reads the log misses anything', async ({
  annotate,
}) => {
  const [api, other] = apis;
  const input = { key: MIGRATION, title: 'One sender address', severity: 'HIGH', gracePeriodStart: '2026-05-04T06:30:00Z' } as const;
  const changes = apis.map((watched) => watched.subscribe(MigrationChangedDocument, {}));
  await Promise.all(changes.map(({ subscribed }) => subscribed));
  await Promise.all(apis.map((watched) => watched.request(AccountsDocument, { first: 1 })));
  // Whoever subscribes before both APIs have heard of it may hear of it too.
  await heard(changes, () => api.request(CreateMigrationDocument, { input }));
  await heard(changes, () => api.request(AnnounceMigrationDocument, { key: MIGRATION }));
  const rollouts = apis.map((watched) => watched.subscribe(RolloutProgressDocument, { migration: MIGRATION }));
  const ofLast = apis.map((watched) => watched.subscribe(AccountMigrationChangedDocument, { account: accountId(ACCOUNTS - 1) }));
  await Promise.all([...rollouts, ...ofLast].map(({ subscribed }) => subscribed));
  expect(await Promise.all(apis.map(progressAt))).toEqual(apis.map(() => `affected ${ACCOUNTS}, pending ${ACCOUNTS}; 0 %`));
  const followed = await follow();
  const storm = new AbortController();
  const paged = readInPages(storm.signal);

  // In the morning in which the grace period has begun, the storm meets workers that notice and remind everybody.
  await world.moveTo('2026-05-04T07:20:00Z');
  const tookMs = await optEverybodyIn();
  await annotate(`${ACCOUNTS} opt-ins in ${Math.round(tookMs)} ms: ${Math.round((ACCOUNTS * 1_000) / tookMs)} a second`);
  await world.settle();
  expect(await progressAt(api)).toBe(`affected ${ACCOUNTS}, optedIn ${ACCOUNTS}; 100 %`);
  expect(await progressAt(other)).toBe(`affected ${ACCOUNTS}, optedIn ${ACCOUNTS}; 100 %`);
  await world.walkTo('2026-05-07T00:00:00Z', [PLATFORM_TIME_ZONE]);

  await expectOnce('OPTED_IN', 'account_number', ACCOUNTS);
  await expectOnce('NOTICE_ADDED', `administrator_id || ' ' || (data->>'occasion')`, ADMINISTRATORS);
  await expectOnce('GRACE_PERIOD_STARTED', 'migration_id', 1);
  expectEachMailOnce();
  await expectLedgerToAgree();

  const log = await logInOrder();
  await until(
    () => followed.length >= log.length && paged.seen.length >= log.length,
    () => `Of ${log.length} events ${followed.length} were followed and ${paged.seen.length} paged.`,
  );
  storm.abort();
  await paged.ended;
  expect(followed).toEqual(log);
  expect(paged.seen).toEqual(log);
  const told = [
    'MIGRATION_CREATED one-sender: DRAFT',
    'MIGRATION_ANNOUNCED one-sender: ANNOUNCED',
    'GRACE_PERIOD_STARTED one-sender: GRACE_PERIOD',
  ];
  for (const { all } of changes) expect(all.map(changeText)).toEqual(told);
  for (const { all } of ofLast) expect(all.map(accountChangeText).at(-1)).toBe(`OPTED_IN ${MIGRATION}: OPTED_IN`);
  for (const { all } of ofLast) expect(all).toHaveLength(2);
  for (const { all } of rollouts) {
    const counts = all.map(({ rolloutProgress }) => rolloutProgress.optedIn);
    expect(counts).toEqual([...new Set(counts)].toSorted((one, next) => one - next));
    expect(counts.at(-1)).toBe(ACCOUNTS);
  }
  expect(world.output).not.toMatch(/sweep failed|"level":(50|60)/);
});

const accountId = (i: number) => `account-${i}`;
const emailOf = (i: number) => `admin-${i}@customer.example`;

/** Accounts that have always been there, spread over administrators, so that those all wait for their last account until the end. */
async function createAccounts(): Promise<void> {
  const administrators = Array.from({ length: ADMINISTRATORS }, newId);
  await world.db.query(
    `insert into administrator (id, email, name, time_zone, locale, created_at) select id, email, 'Admin', $3, 'en', '2020-01-01' from unnest($1::uuid[], $2::text[]) as a (id, email)`,
    [administrators, administrators.map((_, i) => emailOf(i)), PLATFORM_TIME_ZONE],
  );
  await world.db.query(
    `with added as (
       insert into account (id, name, platform, time_zone, uses_built_in_email, attributes, created_at, updated_at)
       select id, id, 'CLOUD', 'UTC', true, '{}', '2020-01-01', '2020-01-01' from unnest($1::text[]) as a (id) returning id, number)
     insert into administration select administrator_id, number from unnest($1::text[], $2::uuid[]) as x (id, administrator_id) join added using (id)`,
    [
      Array.from({ length: ACCOUNTS }, (_, i) => accountId(i)),
      Array.from({ length: ACCOUNTS }, (_, i) => administrators[i % ADMINISTRATORS]),
    ],
  );
}

/** Opts every account in at the pace of the storm, while the clock goes on as it does for people. @returns how long it took, in ms */
async function optEverybodyIn(): Promise<number> {
  let begun = performance.now();
  const dawn = world.now().getTime();
  const asked: Promise<unknown>[] = [];
  for (let i = 0; i < ACCOUNTS; i++) {
    if (i === ACCOUNTS - ADMINISTRATORS) begun += await everybodyReminded();
    const variables = { account: accountId(i), migration: MIGRATION };
    const at = i % TWICE_EVERY === 0 ? apis : [apis[i % apis.length]!];
    asked.push(...at.map((api) => api.request(OptInDocument, variables)));
    // A failure must end the test and not the process, however late it is awaited.
    for (const request of asked.slice(-at.length)) request.catch(() => undefined);
    if (i % OPT_INS_PER_SECOND === 0) await world.moveTo(new Date(dawn + performance.now() - begun));
    await sleep(Math.max(0, begun + ((i + 1) * 1_000) / OPT_INS_PER_SECOND - performance.now()));
  }
  const answers = (await Promise.all(asked)) as { optIn: { state: { reason: string } } }[];
  expect(answers.filter(({ optIn }) => optIn.state.reason !== 'OPTED_IN')).toEqual([]);
  return performance.now() - begun;
}

/** Waits, should the workers be behind, with the last account of each administrator until that one was reminded. @returns how long, in ms */
async function everybodyReminded(): Promise<number> {
  const begun = performance.now();
  const notices = async () => (await world.db.query('select from notice')).length;
  await until(
    async () => world.smtp.mails.length >= ADMINISTRATORS && (await notices()) >= ADMINISTRATORS,
    () => `Only ${world.smtp.mails.length} of ${ADMINISTRATORS} reminders came:\n${world.output}`,
  );
  return performance.now() - begun;
}

async function progressAt(api: GraphqlClient): Promise<string> {
  const { migration } = await api.request(ProgressDocument, { key: MIGRATION });
  return progressText(migration.progress);
}

/** What a follower in a process of its own hears. Begins with what was there, so that it can be compared with the whole log. */
async function follow(): Promise<EventCursor[]> {
  const followed = (await readEvents(world.db, LOG_START, 100_000)).map(({ cursor }) => cursor);
  const follower = new EventFollower(world.db, world.wake, silent, 500);
  follower.onEvent(({ cursor }) => followed.push(cursor));
  await world.wake.start();
  await follower.start();
  return followed;
}

/** Reads the log from its start with a cursor, a few events at a time, until it is told to stop. */
function readInPages(signal: AbortSignal): { seen: EventCursor[]; ended: Promise<void> } {
  const seen: EventCursor[] = [];
  const read = async () => {
    while (!signal.aborted) {
      const events = await readEvents(world.db, seen.at(-1) ?? LOG_START, PAGE);
      seen.push(...events.map(({ cursor }) => cursor));
      if (events.length < PAGE) await sleep(5);
    }
  };
  return { seen, ended: read() };
}

/** Every event as it stands in the log now that all is committed. */
async function logInOrder(): Promise<EventCursor[]> {
  const rows = await world.db.query<{ cursor: string }>(`select xid || '.' || id as cursor from event order by event.xid, event.id`);
  return rows.map(({ cursor }) => cursor);
}

/** Expects events of a type: one for each of so many different things. */
async function expectOnce(type: string, key: string, count: number): Promise<void> {
  const [found] = await world.db.query(`select count(*) as events, count(distinct ${key}) as keys from event where type = $1`, [type]);
  expect({ type, ...(found as object) }).toEqual({ type, events: count, keys: count });
}

/** Each administrator was reminded once that morning, and told once the next that all is done. */
function expectEachMailOnce(): void {
  const texts = Map.groupBy(world.smtp.mails, ({ to }) => to.join());
  expect(texts.size).toBe(ADMINISTRATORS);
  for (const mails of texts.values()) {
    expect(mails.map((mail) => inShort(toldBy(mail)).split(':')[0])).toEqual(['ACTION NEEDED', 'NOW ON']);
    expect(mails.map(({ parsed }) => parsed.date!.toISOString().slice(0, 10))).toEqual(['2026-05-04', '2026-05-05']);
  }
}

async function expectLedgerToAgree(): Promise<void> {
  const ledger = await world.db.query<{ id: string; status: string; attempts: number }>(
    'select message_id as id, status, attempts from mail',
  );
  expect(ledger.filter(({ status, attempts }) => status !== 'SENT' || attempts !== 1)).toEqual([]);
  expect(world.smtp.mails.map(({ parsed }) => String(parsed.messageId)).toSorted()).toEqual(ledger.map(({ id }) => id).toSorted());
}
