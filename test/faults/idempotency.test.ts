/** Keyed calls whose process is killed in the middle of them: each takes effect once, or says that nobody knows. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../src/auth/actor.ts';
import { LEASE_MS } from '../../src/idempotency/idempotency.rules.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { spawnApi, until } from '../support/processes.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const START = '2016-04-01T09:00:00.000Z';
const AFTER_LEASE = new Date(Date.parse(START) + LEASE_MS).toISOString();
const CREATE = `mutation ($id: ID!, $key: String) {
  createAccount(input: { id: $id, name: "An account", platform: CLOUD }, idempotencyKey: $key) { id createdAt }
}`;
/** What the test holds and the process waits for. */
const LOCK = 4_711;

let service: TestService;
let token: string;
let survivor: GraphqlClient;

beforeAll(async () => {
  service = await startService(START);
  ({ token } = await service.house.tokens.createToken(SYSTEM, { name: 'partner', role: 'OPERATOR', subject: 'olga@platform.example' }));
  survivor = graphqlClient(service.url, token);
  await service.db.query(`create function wait_for_test() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${LOCK}); return new; end $$`);
});

/** Makes a call in a process of its own and kills it, and its connections, where the trigger makes it wait. */
async function killedAt(trigger: string, variables: { id: string; key: string }): Promise<void> {
  const { config } = service.house;
  const holder = service.db.createClient();
  await holder.connect();
  await holder.query('select pg_advisory_lock($1)', [LOCK]);
  await service.db.query(`create trigger wait_for_test ${trigger} for each row execute function wait_for_test()`);
  const api = await spawnApi({
    NODE_ENV: 'test',
    DATABASE_URL: service.databaseUrl,
    CLOCK_FILE: config.CLOCK_FILE!,
    DATA_DIR: config.DATA_DIR,
    ENCRYPTION_KEYS: config.ENCRYPTION_KEYS.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(','),
  });
  await api.ready('/healthz');
  const cut = graphqlClient(api.url, token)
    .request(CREATE, variables)
    .catch((error: unknown) => error);
  const waiting = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`;
  await until(
    async () => (await service.db.query(`select ${waiting}`)).length > 0,
    () => `It never got there:\n${api.output}`,
  );
  await api.stop('SIGKILL');
  // As where the machine is gone: else the server finishes the statement that it has already.
  await service.db.query(`select pg_terminate_backend(pid) ${waiting}`);
  expect(await cut).toBeInstanceOf(Error);
  await service.db.query(`drop trigger wait_for_test on ${trigger.split(' on ')[1]!.split(' ')[0]!}`);
  await holder.end();
}

const created = async (id: string) =>
  (
    await service.db.query<{ count: number }>(
      `select count(*) from event e join account a on a.number = e.account_number where e.type = 'ACCOUNT_CREATED' and a.id = $1`,
      [id],
    )
  )[0]!.count;

test('killed before the commit: the next call with the key does it, once the lease has ended', async () => {
  const variables = { id: 'early', key: randomUUID() };
  await killedAt('before insert on event', variables);
  expect(await created('early')).toBe(0);
  await service.setClock(AFTER_LEASE);
  const answers = await Promise.all(Array.from({ length: 20 }, () => survivor.request(CREATE, variables)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set([JSON.stringify({ createAccount: { id: 'early', createdAt: AFTER_LEASE } })]),
  );
  expect(await created('early')).toBe(1);
  await service.setClock(START);
});

test('killed between the commit and the record of its answer: nothing is done again, and the caller is told to look', async () => {
  const variables = { id: 'late', key: randomUUID() };
  await killedAt('before update of sealed on idempotency_key', variables);
  expect(await created('late')).toBe(1);
  await service.setClock(AFTER_LEASE);
  for (let again = 0; again < 3; again += 1) await refusalOf(survivor.request(CREATE, variables), 'IDEMPOTENCY_OUTCOME_UNKNOWN');
  expect(await created('late')).toBe(1);
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
