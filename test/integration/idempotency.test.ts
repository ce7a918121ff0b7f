import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { isObjectType } from 'graphql';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/auth/actor.ts';
import { compose } from '../../src/compose.ts';
import { GracelineError } from '../../src/errors.ts';
import { writeEvents } from '../../src/events/log.ts';
import { RESOLVERS } from '../../src/graphql/resolvers.ts';
import { buildGraphqlSchema } from '../../src/graphql/schema.ts';
import type { House } from '../../src/house.ts';
import { BEYOND_TRANSACTIONS, KEPT_MS, LEASE_MS, type Answer } from '../../src/idempotency/idempotency.rules.ts';
import { IdempotencyService } from '../../src/idempotency/idempotency.service.ts';
import { rotateSecrets } from '../../src/secrets/rotation.ts';
import { dumpOf } from '../support/dump.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { ARGUMENTS, createWorld, FIELDS, IDEMPOTENCY_KEY, type Whose, type World } from '../support/every-field.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const START = '2016-04-01T09:00:00.000Z';
/** Where `createWorld` leaves the clock. */
const NOW = new Date('2016-04-02T12:00:00.000Z');
const CREATE = `mutation ($id: ID!, $key: String) {
  createAccount(input: { id: $id, name: "An account", platform: CLOUD, attributes: { tier: "gold" } }, idempotencyKey: $key) { id createdAt attributes platform }
}`;
const OPT_IN = `mutation ($key: String, $seeNumbers: Boolean = false) {
  done: optIn(account: "mine", migration: "running", idempotencyKey: $key) {
    account { name: id } ...State migration { key progress @include(if: $seeNumbers) { affected } } } }
  fragment State on AccountMigration { now: state { enabled reason } }`;
const OPT_OUT = 'mutation ($key: String) { optOut(account: "mine", migration: "running", idempotencyKey: $key) { state { reason } } }';

let service: TestService;
let ours: World;
let theirs: Whose;
let second: House;

beforeAll(async () => {
  service = await startService(START);
  ({ ours, theirs } = await createWorld(service));
  second = await compose(service.house.config, pino({ level: 'silent' }));
  atEndOfFile(() => second.close());
});

const count = async (type: string) =>
  (await service.db.query<{ count: number }>('select count(*) from event where type = $1', [type]))[0]!.count;
const outcome = (request: Promise<unknown>) => request.then(JSON.stringify, String);

describe('the same call with the same key', () => {
  test('takes effect once and is answered alike, a hundred times at once', async () => {
    const before = await count('ACCOUNT_CREATED');
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => service.operator.request(CREATE, { id: 'once', key }).then((answer) => JSON.stringify(answer))),
    );
    expect(new Set(answers)).toEqual(
      new Set([
        JSON.stringify({
          createAccount: { id: 'once', createdAt: NOW.toISOString(), attributes: { tier: 'gold' }, platform: 'CLOUD' },
        }),
      ]),
    );
    expect(await count('ACCOUNT_CREATED')).toBe(before + 1);
  });

  test('is answered as the first time, also by what has changed since, with aliases and fragments, and changes nothing', async () => {
    const key = 'opt in, once';
    const first = await ours.clients.ADMINISTRATOR.request<{ done: unknown }, object>(OPT_IN, { key });
    expect(first).toEqual({
      done: { account: { name: 'mine' }, now: { enabled: true, reason: 'OPTED_IN' }, migration: { key: 'running' } },
    });
    await ours.clients.ADMINISTRATOR.request(OPT_OUT, {});
    const before = await count('OPTED_IN');
    expect(await ours.clients.ADMINISTRATOR.request(OPT_IN, { key })).toEqual(first);
    expect(await ours.clients.ADMINISTRATOR.request(OPT_IN.replace('done:', 'other:'), { key })).toEqual({ other: first.done });
    expect(await count('OPTED_IN')).toBe(before);
    // Without a key it is a new call.
    await ours.clients.ADMINISTRATOR.request(OPT_IN, {});
    expect(await count('OPTED_IN')).toBe(before + 1);
  });

  test('is refused alike where it was refused, also where only a field of the answer was', async () => {
    const refused = { id: 'mine', key: 'taken' };
    const first = await refusalOf(service.operator.request(CREATE, refused), 'KEY_TAKEN');
    const again = await refusalOf(service.operator.request(CREATE, refused), 'KEY_TAKEN');
    expect([again.message, again.extensions]).toEqual([first.message, first.extensions]);
    const partly = { key: 'numbers', seeNumbers: true };
    const answers = [1, 2].map(() => outcome(ours.clients.ADMINISTRATOR.request(OPT_IN, partly)));
    expect(new Set(await Promise.all(answers)).size).toBe(1);
    expect(await answers[0]).toContain('FORBIDDEN');
  });

  test('waits for the first in another process, and is told so where that takes too long', async () => {
    const { actor, event } = await actorOf();
    const call = { actor, key: 'two processes', request: 'r', beyondTransactions: false };
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = service.house.idempotency.once(call, async () => {
      begun.resolve();
      await gate.promise;
      await event(service.house);
      return { data: 'first', errors: [] };
    });
    await begun.promise;
    const impatient = new IdempotencyService(second.db, second.clock, second.secrets, 100);
    await expect(impatient.once(call, never)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    const waiting = second.idempotency.once(call, never);
    gate.resolve();
    expect([await first, await waiting]).toEqual([
      { data: 'first', errors: [] },
      { data: 'first', errors: [] },
    ]);
  });

  test('tries again what failed for a reason that heals, and what failed by a defect before it changed anything', async () => {
    const { actor } = await actorOf();
    const call = (key: string) => ({ actor, key, request: 'r', beyondTransactions: false });
    const busy: Answer = { data: null, errors: [{ path: [], code: 'RATE_LIMITED', message: 'Later.', details: {} }] };
    const done: Answer = { data: true, errors: [] };
    expect(await service.house.idempotency.once(call('busy'), async () => busy)).toEqual(busy);
    expect(await service.house.idempotency.once(call('busy'), async () => done)).toEqual(done);
    await expect(service.house.idempotency.once(call('defect'), () => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
    expect(await service.house.idempotency.once(call('defect'), async () => done)).toEqual(done);
  });
});

describe('a process that dies', () => {
  test('before anything was committed leaves the call to the next one, once its lease has ended', async () => {
    const { actor, event } = await actorOf();
    const call = { actor, key: 'died early', request: 'r', beyondTransactions: false };
    const before = await count('TEST_EMAIL_SENT');
    const hung = Promise.withResolvers<void>();
    const dying = service.house.idempotency.once(call, async () => {
      await hung.promise;
      await event(service.house);
      return { data: 'too late', errors: [] };
    });
    const late = dying.catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await service.setClock(new Date(NOW.getTime() + LEASE_MS).toISOString());
    const taken = await second.idempotency.once(call, async () => {
      await event(second);
      return { data: 'taken over', errors: [] };
    });
    // It was not dead but slow: what it still wanted to commit is undone.
    hung.resolve();
    expect(await late).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    expect(taken).toEqual({ data: 'taken over', errors: [] });
    expect(await second.idempotency.once(call, never)).toEqual(taken);
    expect(await count('TEST_EMAIL_SENT')).toBe(before + 1);
    await service.setClock(NOW.toISOString());
  });

  test.each([
    ['after something was committed', 'died late', false, true],
    ['doing what no transaction holds', 'sent', true, false],
  ])('%s leaves an outcome that is not known, and nothing is done twice', async (_when, key, beyondTransactions, commits) => {
    const { actor, event } = await actorOf();
    const call = { actor, key, request: 'r', beyondTransactions };
    const defect = service.house.idempotency.once(call, async () => {
      if (commits) await event(service.house);
      throw new TypeError('the process was cut off');
    });
    await expect(defect).rejects.toThrow(TypeError);
    await expect(second.idempotency.once(call, never)).rejects.toMatchObject({ code: 'IDEMPOTENCY_OUTCOME_UNKNOWN' });
  });
});

describe('a key', () => {
  test('with other input, other fields or another mutation is refused, and changes nothing', async () => {
    const key = 'used';
    await service.operator.request(CREATE, { id: 'used', key });
    await refusalOf(service.operator.request(CREATE, { id: 'other', key }), 'IDEMPOTENCY_KEY_REUSED');
    await refusalOf(service.operator.request(CREATE.replace(' platform }', ' }'), { id: 'used', key }), 'IDEMPOTENCY_KEY_REUSED');
    await refusalOf(service.operator.request(OPT_OUT, { key }), 'IDEMPOTENCY_KEY_REUSED');
    expect(await service.db.query(`select from account where id = 'other'`)).toEqual([]);
  });

  test('is its owner’s alone', async () => {
    const key = 'mine and yours';
    await service.operator.request(CREATE, { id: 'hers', key });
    await service.secondOperator.request(CREATE, { id: 'his', key });
    await refusalOf(ours.clients.PARTNER.request(CREATE, { id: 'hers', key }), 'FORBIDDEN');
    await refusalOf(service.anonymous.request(CREATE, { id: 'hers', key }), 'UNAUTHENTICATED');
  });

  test.each([
    ['of nothing', ''],
    ['that is too long', 'x'.repeat(256)],
    ['with a line break', 'a\nb'],
  ])('%s is refused', async (_what, key) => {
    await refusalOf(service.operator.request(CREATE, { id: 'unkeyed', key }), 'INVALID_INPUT');
    expect(await service.db.query(`select from account where id = 'unkeyed'`)).toEqual([]);
  });

  test('may have 255 characters of any script, and null is none', async () => {
    const key = '🗝'.repeat(255);
    const first = await service.operator.request(CREATE, { id: 'long', key });
    expect(await service.operator.request(CREATE, { id: 'long', key })).toEqual(first);
    await service.operator.request(CREATE, { id: 'null', key: null });
    await refusalOf(service.operator.request(CREATE, { id: 'null', key: null }), 'KEY_TAKEN');
  });

  test('is remembered for 24 hours by the clock, and forgotten by the worker', async () => {
    const variables = { id: 'day', key: 'a day' };
    const first = await service.operator.request(CREATE, variables);
    await service.setClock(new Date(NOW.getTime() + KEPT_MS - 1).toISOString());
    expect(await service.operator.request(CREATE, variables)).toEqual(first);
    await service.setClock(new Date(NOW.getTime() + KEPT_MS).toISOString());
    await refusalOf(service.operator.request(CREATE, variables), 'KEY_TAKEN');
    await service.setClock(new Date(NOW.getTime() + 2 * KEPT_MS + LEASE_MS).toISOString());
    await service.house.idempotency.purge();
    expect(await service.db.query('select from idempotency_key')).toEqual([]);
    await service.setClock(NOW.toISOString());
  });
});

describe('secrets', () => {
  test('are shown again to whoever repeats the call, and are in the database only sealed', async () => {
    const make = `mutation ($key: String) { createToken(input: { name: "n", role: RUNTIME, subject: "s" }, idempotencyKey: $key) { id token } }`;
    const app = `mutation ($key: String) { createApplication(account: "mine", name: "Shop", idempotencyKey: $key) { id secret } }`;
    for (const document of [make, app]) {
      const variables = { key: randomUUID() };
      const first = await service.operator.request<Record<string, Record<string, string>>, object>(document, variables);
      expect(await service.operator.request(document, variables)).toEqual(first);
      const { token, secret } = Object.values(first)[0]!;
      expect(await dumpOf(service.db)).not.toContain(token ?? secret);
    }
  });

  test('cannot be kept without a key to seal them with: then nothing is done', async () => {
    const house = await compose({ ...service.house.config, ENCRYPTION_KEYS: [] }, pino({ level: 'silent' }));
    atEndOfFile(() => house.close());
    const { actor } = await actorOf();
    const call = { actor, key: 'keyless', request: 'r', beyondTransactions: false };
    await expect(house.idempotency.once(call, never)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
  });
});

describe('every mutation', () => {
  const mutations = FIELDS.filter(({ kind }) => kind === 'mutation');

  test('of the schema has the argument, and nothing else has', () => {
    const { Mutation, ...others } = buildGraphqlSchema(RESOLVERS).getTypeMap();
    const argumentsOf = (type: unknown) =>
      isObjectType(type)
        ? Object.values(type.getFields()).map(({ args }) => args.map(({ name, type: of }) => `${name}: ${String(of)}`))
        : [];
    expect(argumentsOf(Mutation).length).toBe(mutations.length);
    for (const args of argumentsOf(Mutation)) expect(args).toContain(`${IDEMPOTENCY_KEY}: String`);
    for (const args of Object.values(others).flatMap(argumentsOf)) expect(args.join()).not.toContain(IDEMPOTENCY_KEY);
  });

  test.each(mutations.map(({ name }) => [name]))(
    '%s takes a key, is answered alike with it, and can be taken over safely',
    async (name) => {
      const { document } = mutations.find((field) => field.name === name)!;
      // One without arguments has no brackets to put the key into.
      const keyed = (document.includes('(') ? document : document.replaceAll(name, `${name}()`))
        .replace('(', `($${IDEMPOTENCY_KEY}: String, `)
        .replace(`{ ${name}(`, `{ ${name}(${IDEMPOTENCY_KEY}: $${IDEMPOTENCY_KEY}, `);
      for (const client of [ours.clients.OPERATOR, ours.clients.ADMINISTRATOR] satisfies GraphqlClient[]) {
        const variables = { ...ARGUMENTS[name]!(client === ours.clients.OPERATOR ? theirs : ours), [IDEMPOTENCY_KEY]: randomUUID() };
        const events = async () => (await service.db.query<{ count: number }>('select count(*) from event'))[0]!.count;
        const before = await events();
        const first = await outcome(client.request(keyed, variables));
        const changed = (await events()) > before;
        expect(await outcome(client.request(keyed, variables))).toBe(first);
        if (changed && !OUTSIDE.has(name)) expect(await wasMarked(variables[IDEMPOTENCY_KEY])).toBe(true);
      }
    },
  );

  test('writes its events in transactions, where they are followed; only single decisions are statements of their own', () => {
    const root = new URL('../../src/', import.meta.url);
    const files = globSync('**/*.ts', { cwd: root }).map((file) => ({ file, text: readFileSync(new URL(file, root), 'utf8') }));
    expect(
      files
        .filter(({ text }) => text.includes('insert into event ('))
        .map(({ file }) => file)
        .toSorted(),
    ).toEqual(['events/log.ts', 'rollouts/opt-in.repository.ts', 'rollouts/rollouts.repository.ts']);
    const elsewhere = files.filter(({ text }) => /(?<!function )writeEvents\((?!\s*(this\.)?tx,)/.test(text));
    expect(elsewhere.map(({ file }) => file)).toEqual([]);
  });

  /** Their statements are transactions of their own. Again they change nothing, so they need no mark to be done again. */
  const OUTSIDE = new Set(['optIn', 'optOut', 'optInAccounts', 'optOutAccounts', ...BEYOND_TRANSACTIONS]);

  async function wasMarked(key: string): Promise<boolean> {
    return (await service.db.query('select from marked where key = $1', [key])).length > 0;
  }

  beforeAll(async () => {
    // Told by the database, because the mark is overwritten by the answer.
    await service.db.query(`create table marked (key text)`);
    await service.db.query(`create function note_mark() returns trigger language plpgsql as
      $$ begin insert into marked values (new.key); return new; end $$`);
    await service.db.query(
      `create trigger note_mark after update on idempotency_key for each row when (new.state = 'APPLIED') execute function note_mark()`,
    );
  });
});

test('answers stay readable where the keys that seal them are rotated', async () => {
  const { actor } = await actorOf();
  const call = { actor, key: 'rotated', request: 'r', beyondTransactions: false };
  const answer: Answer = { data: { secret: 'shown once' }, errors: [] };
  await service.house.idempotency.once(call, async () => answer);
  const { config } = service.house;
  const next = { id: 'next', key: randomBytes(32) };
  const [rotating, rotated] = await Promise.all(
    [[next, ...config.ENCRYPTION_KEYS], [next]].map((keys) => compose({ ...config, ENCRYPTION_KEYS: keys }, pino({ level: 'silent' }))),
  );
  atEndOfFile(async () => {
    await rotating!.close();
    await rotated!.close();
  });
  await expect(rotated!.idempotency.once(call, never)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  await rotateSecrets(rotating!.db, rotating!.secrets);
  expect(await rotated!.idempotency.once(call, never)).toEqual(answer);
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));

async function actorOf(): Promise<{ actor: Actor; event: (house: House) => Promise<void> }> {
  const actor: Actor = { role: 'OPERATOR', subject: randomUUID(), administratorId: null, tokenId: null, scopes: [] };
  const event = (house: House) => house.db.transaction((tx) => writeEvents(tx, actor, NOW, [{ type: 'TEST_EMAIL_SENT' }]));
  return { actor, event };
}

function never(): Promise<Answer> {
  throw new GracelineError('CONFLICT', 'This must not be done.');
}
