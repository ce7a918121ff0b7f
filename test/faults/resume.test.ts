import { beforeAll, expect, test, vi } from 'vitest';
import { AnnounceMigrationDocument, CreateMigrationDocument, LogCursorDocument } from '../../schema/generated/operations.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { insertAccount, insertAdministrator } from '../support/house.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { TestProcess, until } from '../support/processes.ts';
import { seededRandom } from '../support/random.ts';
import { type ResumingOptions, ResumingSubscriber } from '../support/resuming-subscriber.ts';
import { createWorld, type World } from '../support/world.ts';

/** 20,000 events and 200 cuts are what a release is held to. */
const EVENTS = Number(process.env['RESUME_EVENTS'] ?? 2_000);
const CUTS = Number(process.env['RESUME_CUTS'] ?? 30);
const SEED = Number(process.env['RESUME_SEED'] ?? 4);
const WRITERS = 4;
const CHANGES = 'subscription ($account: ID, $after: String) { accountMigrationChanged(account: $account, after: $after) { cursor type } }';
const ACCOUNTS = ['acme', 'globex', 'initech', 'umbrella'];
/** Long enough for any machine; the test ends as soon as the last message is there. */
const ALL_WITHIN_MS = PATIENCE_MS + 30 * EVENTS;

vi.setConfig({ testTimeout: PATIENCE_MS + ALL_WITHIN_MS });

let world: World;
let numbers: number[];
let urls: string[];
let operatorToken: string;
let administratorToken: string;
let migrationId: string;

beforeAll(async () => {
  world = await createWorld('2026-05-04T06:00:00Z');
  numbers = [];
  for (const id of ACCOUNTS) numbers.push(await insertAccount(world.db, { id }));
  const anna = await insertAdministrator(world.db, 'anna@acme.example', numbers.slice(0, 2));
  operatorToken = await world.createToken({ name: 'operator', role: 'OPERATOR', subject: 'olga@platform.example' });
  const { subject, administratorId } = anna;
  administratorToken = await world.createToken({ name: 'dashboard', role: 'ADMINISTRATOR', subject, administratorId: administratorId! });
  const apis = await Promise.all([world.startApi(), world.startApi()]);
  urls = apis.map(({ url }) => url);
  await Promise.all(apis.map((api) => api.ready('/healthz')));
  const olga = graphqlClient(urls[0]!, operatorToken);
  const input = { key: 'one-sender', title: 'One sender', severity: 'MEDIUM', gracePeriodStart: '2026-05-10' } as const;
  await olga.request(CreateMigrationDocument, { input });
  await olga.request(AnnounceMigrationDocument, { key: input.key });
  [{ id: migrationId }] = (await world.db.query<{ id: string }>('select id from migration')) as [{ id: string }];
});

test('subscribers that are cut at random receive each event that is theirs exactly once and in order, whichever process commits it', async ({
  annotate,
}) => {
  const { logCursor: after } = await graphqlClient(urls[0]!, operatorToken).request(LogCursorDocument, {});
  const random = seededRandom(SEED);
  const subscribe = (of: Pick<ResumingOptions, 'token' | 'variables'>, share: number) =>
    new ResumingSubscriber({
      query: CHANGES,
      urls,
      after,
      cuts: CUTS,
      messagesPerCut: Math.max(1, Math.floor((EVENTS * share) / CUTS)),
      random,
      ...of,
    });
  const watched: [string, ResumingSubscriber, number[]][] = [
    ['everything', subscribe({ token: operatorToken }, 1), numbers],
    ['all accounts of an administrator', subscribe({ token: administratorToken }, 1 / 2), numbers.slice(0, 2)],
    ['one account', subscribe({ token: administratorToken, variables: { account: ACCOUNTS[0] } }, 1 / 4), numbers.slice(0, 1)],
  ];
  const started = performance.now();
  const writers = Array.from({ length: WRITERS }, (_, i) =>
    TestProcess.spawn('test/support/event-writer.ts', writerSettings(), [
      String(SEED * 100 + i),
      String(EVENTS / WRITERS),
      migrationId,
      ...numbers.map(String),
    ]),
  );
  const exits = await Promise.all(writers.map(({ exited }) => exited));
  expect({ exits, said: writers.map(({ output }) => output) }).toEqual({
    exits: writers.map(() => ({ code: 0, signal: null })),
    said: writers.map(() => ''),
  });
  const writtenMs = performance.now() - started;

  for (const [what, subscriber, accounts] of watched) {
    const expected = await cursorsOf(after, accounts);
    await until(
      () => subscriber.cursors.length >= expected.length,
      () => `${what}: ${subscriber.cursors.length} of ${expected.length} came; ${subscriber.faults.join('; ')}\n${world.output}`,
      ALL_WITHIN_MS,
    );
    expect({ what, cursors: subscriber.cursors }).toEqual({ what, cursors: expected });
    expect({ what, cuts: subscriber.cuts, faults: subscriber.faults }).toEqual({ what, cuts: CUTS, faults: [] });
    await annotate(`${what}: ${expected.length} messages over ${subscriber.cuts} cuts`);
    subscriber.close();
  }
  const tookMs = Math.round(performance.now() - started);
  await annotate(`${EVENTS} events by ${WRITERS} processes in ${Math.round(writtenMs)} ms, the last message after ${tookMs} ms`);
  expect(world.output).not.toMatch(/"level":(50|60)/);
});

/** The events of these accounts as they stand in the log behind a cursor. */
async function cursorsOf(after: string, accounts: readonly number[]): Promise<string[]> {
  const [xid, id] = after.split('.');
  const rows = await world.db.query<{ cursor: string }>(
    `select xid || '.' || id as cursor from event
      where (xid, id) > ($1::xid8, $2::bigint) and migration_id is not null and account_number = any ($3) order by event.xid, event.id`,
    [xid, id, accounts],
  );
  return rows.map(({ cursor }) => cursor);
}

/** The database of the world, and nothing else. */
function writerSettings(): Record<string, string> {
  return { DATABASE_URL: String(world.db.orm.config.get('clientUrl')), LOG_LEVEL: 'warn' };
}
