import { get } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { EventsDocument, type EventsQuery, type EventsQueryVariables } from '../../schema/generated/operations.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { NewToken } from '../../src/auth/tokens.rules.ts';
import type { CreatedToken } from '../../src/auth/tokens.service.ts';
import { writeEvents } from '../../src/events/log.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { announceGate, call, codeOf, createCustomer, OPERATOR } from '../support/platform.ts';
import { TestProcess, until } from '../support/processes.ts';
import { refusalOf, startService, type TestService } from '../support/service.ts';

const KEY = 'running';
type Node = EventsQuery['events']['edges'][number]['node'];

interface Caller {
  readonly token: CreatedToken;
  readonly client: GraphqlClient;
}

let service: TestService;
let olga: Caller;
let ada: Caller;
let partner: Caller;
let adminOfOther: GraphqlClient;

async function caller(token: NewToken): Promise<Caller> {
  const created = await service.house.tokens.createToken(SYSTEM, token);
  return { token: created, client: graphqlClient(service.url, created.token) };
}

const decide = (client: GraphqlClient, direction: 'optIn' | 'optOut', account: string) =>
  client.request(`mutation { ${direction}(account: "${account}", migration: "${KEY}") { state { enabled } } }`);

beforeAll(async () => {
  service = await startService('2016-04-01T09:00:00.000Z');
  await announceGate(service, KEY, '2016-03-20', '2016-06-20');
  await announceGate(service, 'quiet', '2016-03-21', '2016-06-20');
  await createCustomer(service, 'mine', new Date('2015-01-01'));
  ({ administrator: adminOfOther } = await createCustomer(service, 'other', new Date('2015-01-01')));
  const [{ id }] = (await service.db.query<{ id: string }>(`select id from administrator where email = 'admin@mine.example'`)) as [
    { id: string },
  ];
  olga = await caller({ name: "Olga's laptop", role: 'OPERATOR', subject: 'olga-key@platform.example' });
  ada = await caller({ name: "Ada's script", role: 'ADMINISTRATOR', subject: 'admin@mine.example', administratorId: id });
  const scopes = ['opt_ins:write', 'migrations:read', 'events:read'];
  partner = await caller({ name: 'Nightly sync', role: 'PARTNER', subject: 'Sync Co', accounts: ['mine'], scopes });
  await service.setClock('2016-04-02T09:00:00.000Z');
  await decide(ada.client, 'optIn', 'mine');
  await service.setClock('2016-04-03T09:00:00.000Z');
  await decide(partner.client, 'optOut', 'mine');
  await service.setClock('2016-04-04T09:00:00.000Z');
  await decide(olga.client, 'optIn', 'mine');
  await decide(adminOfOther, 'optIn', 'other');
});

const DECISIONS: EventsQueryVariables['types'] = ['OPTED_IN', 'OPTED_OUT'];

async function page(client: GraphqlClient, variables: Partial<EventsQueryVariables> = {}) {
  return (await client.request(EventsDocument, { first: 100, ...variables })).events;
}

async function nodes(client: GraphqlClient, variables: Partial<EventsQueryVariables> = {}): Promise<Node[]> {
  return (await page(client, variables)).edges.map(({ node }) => node);
}

const told = (events: readonly Node[]) => events.map(({ type, actor, account }) => `${actor} ${type} ${account?.id}`);

/** Everything there is, oldest first; other test files on the same server may hold the end of the log up for a moment. */
async function settled(client: GraphqlClient, wanted: number): Promise<void> {
  await until(
    async () => (await nodes(client, { order: 'OLDEST_FIRST', types: DECISIONS })).length >= wanted,
    () => 'The end of the log does not come.',
  );
}

describe('the log tells', () => {
  test('who, what, before, after, when, and from which key', async () => {
    const all = await nodes(olga.client, { account: 'mine', types: DECISIONS });
    expect(
      all.map(({ at, type, actorRole, actor, key, data }) => ({
        at,
        type,
        actorRole,
        actor,
        key,
        before: data['before'],
        after: data['after'],
      })),
    ).toEqual([
      {
        at: '2016-04-04T09:00:00.000Z',
        type: 'OPTED_IN',
        actorRole: 'OPERATOR',
        actor: 'olga-key@platform.example',
        key: { prefix: olga.token.prefix, name: "Olga's laptop" },
        before: 'OPTED_OUT',
        after: 'OPTED_IN',
      },
      {
        at: '2016-04-03T09:00:00.000Z',
        type: 'OPTED_OUT',
        actorRole: 'PARTNER',
        actor: 'Sync Co',
        key: { prefix: partner.token.prefix, name: 'Nightly sync' },
        before: 'OPTED_IN',
        after: 'OPTED_OUT',
      },
      {
        at: '2016-04-02T09:00:00.000Z',
        type: 'OPTED_IN',
        actorRole: 'ADMINISTRATOR',
        actor: 'admin@mine.example',
        key: { prefix: ada.token.prefix, name: "Ada's script" },
        before: 'PENDING',
        after: 'OPTED_IN',
      },
    ]);
    const [created] = await nodes(olga.client, { types: ['ACCOUNT_CREATED'], account: 'mine' });
    expect(created).toMatchObject({ actor: OPERATOR.subject, key: null });
  });

  test('an administrator and a partner what happened to their accounts, with keys of partners and their own', async () => {
    expect(told(await nodes(ada.client, { types: DECISIONS }))).toEqual([
      'olga-key@platform.example OPTED_IN mine',
      'Sync Co OPTED_OUT mine',
      'admin@mine.example OPTED_IN mine',
    ]);
    const keys = async (client: GraphqlClient) => (await nodes(client, { types: DECISIONS })).map(({ key }) => key?.name ?? null);
    expect(await keys(ada.client)).toEqual([null, 'Nightly sync', "Ada's script"]);
    expect(await keys(partner.client)).toEqual([null, 'Nightly sync', null]);
    expect(told(await nodes(adminOfOther, { types: DECISIONS }))).toEqual(['admin@other.example OPTED_IN other']);
    await refusalOf(nodes(ada.client, { account: 'other' }), 'NOT_FOUND');
    const unscoped = await service.clientOf({ role: 'PARTNER', subject: 'Plain Co', accounts: ['mine'], scopes: ['migrations:read'] });
    await refusalOf(nodes(unscoped), 'FORBIDDEN');
    await refusalOf(nodes(await service.clientOf({ role: 'RUNTIME', subject: 'login' })), 'FORBIDDEN');
  });
});

describe('it is asked', () => {
  test('by type, actor, account, migration, token and time, and by several at once', async () => {
    const ask = async (variables: Partial<EventsQueryVariables>) => told(await nodes(olga.client, { types: DECISIONS, ...variables }));
    expect(await ask({})).toHaveLength(4);
    expect(await ask({ types: ['OPTED_OUT', 'OPTED_OUT'] })).toEqual(['Sync Co OPTED_OUT mine']);
    expect(await ask({ actor: 'admin@mine.example' })).toEqual(['admin@mine.example OPTED_IN mine']);
    expect(await ask({ actor: 'admin@mine' })).toEqual([]);
    expect(await ask({ account: 'other' })).toEqual(['admin@other.example OPTED_IN other']);
    expect(await ask({ migration: KEY })).toHaveLength(4);
    expect(await ask({ migration: 'quiet' })).toEqual([]);
    expect(await ask({ token: partner.token.id })).toEqual(['Sync Co OPTED_OUT mine']);
    const halfOpen = { from: new Date('2016-04-02T09:00:00Z'), to: new Date('2016-04-04T09:00:00Z') } as unknown as EventsQueryVariables;
    expect(await ask(halfOpen)).toEqual(['Sync Co OPTED_OUT mine', 'admin@mine.example OPTED_IN mine']);
    expect(await ask({ ...halfOpen, account: 'mine', actor: 'Sync Co', migration: KEY })).toEqual(['Sync Co OPTED_OUT mine']);
    expect(told(await nodes(adminOfOther, { token: partner.token.id, types: DECISIONS }))).toEqual([]);
  });

  test('newest first or oldest first, page by page, and both come to the same', async () => {
    await settled(olga.client, 4);
    const walk = async (order: 'NEWEST_FIRST' | 'OLDEST_FIRST', first: number) => {
      const walked: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const { edges, pageInfo } = await page(olga.client, { order, first, after });
        walked.push(...edges.map(({ node }) => node.cursor));
        ({ hasNextPage: more, endCursor: after } = pageInfo);
      }
      return walked;
    };
    const newest = await walk('NEWEST_FIRST', 7);
    expect(newest.length).toBeGreaterThan(10);
    expect(await walk('OLDEST_FIRST', 3)).toEqual(newest.toReversed());
  });

  test('with what makes no sense it says so', async () => {
    const instants = { from: new Date('2016-04-02T09:00:00Z'), to: new Date('2016-04-02T09:00:00Z') } as unknown as EventsQueryVariables;
    await refusalOf(nodes(olga.client, instants), 'INVALID_INPUT');
    await refusalOf(nodes(olga.client, { actor: 'a\0b' }), 'INVALID_INPUT');
    await refusalOf(nodes(olga.client, { token: partner.token.prefix }), 'INVALID_INPUT');
    await refusalOf(nodes(olga.client, { after: 'x' }), 'INVALID_CURSOR');
    await refusalOf(nodes(olga.client, { migration: 'nowhere' }), 'NOT_FOUND');
  });
});

interface Line extends Pick<Node, 'cursor' | 'at' | 'type' | 'actorRole' | 'actor' | 'key' | 'data'> {
  account: string | null;
  migration: string | null;
  hash: string | null;
}

const parsed = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

async function exported(token: string, query = ''): Promise<Line[]> {
  const response = await call(service.url, `/events.ndjson${query}`, { token });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  return parsed(await response.text());
}

const asExported = ({ account, migration, ...event }: Node) => ({
  ...event,
  account: account?.id ?? null,
  migration: migration?.key ?? null,
});

describe('the export', () => {
  test.each([
    ['all', {}, ''],
    ['by type and actor', { types: DECISIONS, actor: 'admin@mine.example' }, '?types=OPTED_IN,OPTED_OUT&actor=admin%40mine.example'],
    ['by account and migration', { account: 'mine', migration: KEY }, `?account=mine&migration=${KEY}`],
    [
      'by time',
      { from: new Date('2016-04-02T09:00:00Z'), to: new Date('2016-04-04T09:00:00Z') },
      '?from=2016-04-02T09:00:00Z&to=2016-04-04T11:00:00%2B02:00',
    ],
  ] as const)('equals the query, oldest first: %s', async (_what, variables, query) => {
    await settled(olga.client, 4);
    for (const { token, client } of [olga, ada, partner]) {
      const asked = await nodes(client, variables as unknown as EventsQueryVariables);
      const lines = await exported(token.token, query);
      expect(lines).toMatchObject(asked.toReversed().map(asExported));
      expect(lines).toHaveLength(asked.length);
    }
  });

  test('goes on after a cursor, and carries the hash of the chain', async () => {
    await settled(olga.client, 4);
    await service.house.chain.run();
    const all = await exported(olga.token.token);
    expect(await exported(olga.token.token, `?after=${all[3]!.cursor}`)).toEqual(all.slice(4));
    expect(await exported(olga.token.token, `?after=${all.at(-1)!.cursor}`)).toEqual([]);
    const [{ hash }] = (await service.db.query<{ hash: string }>(`select encode(head_hash, 'hex') as hash from event_chain_span`)) as [
      { hash: string },
    ];
    expect(all.map((line) => line.hash)).toContain(hash);
  });

  test('refuses before it begins: nobody, a runtime, what is foreign or misspelt', async () => {
    const refused = async (query: string, token?: string) => {
      const response = await call(service.url, `/events.ndjson${query}`, token === undefined ? {} : { token });
      return `${response.status} ${await codeOf(response)}`;
    };
    const runtime = (await caller({ name: 'r', role: 'RUNTIME', subject: 'login' })).token.token;
    expect(await refused('')).toBe('401 UNAUTHENTICATED');
    expect(await refused('', runtime)).toBe('403 FORBIDDEN');
    expect(await refused('?account=other', ada.token.token)).toBe('404 NOT_FOUND');
    for (const query of ['?type=OPTED_IN', '?types=OPTED', '?types=', '?from=2016-04-02', '?account=a&account=b', '?token=x'])
      expect([query, await refused(query, olga.token.token)]).toEqual([query, '400 INVALID_INPUT']);
    expect(await refused('?after=x', olga.token.token)).toBe('400 INVALID_CURSOR');
    expect(await refused('?migration=nowhere', olga.token.token)).toBe('404 NOT_FOUND');
    expect((await call(service.url, '/events.ndjson', { method: 'HEAD', token: olga.token.token })).status).toBe(200);
  });

  test('is the same on the command line, where verify-log finds the chain whole', async () => {
    await settled(olga.client, 4);
    await service.house.chain.run();
    const graceline = async (...args: string[]) => {
      const { CLOCK_FILE = '' } = service.house.config;
      const run = TestProcess.spawn('src/cli.ts', { DATABASE_URL: service.databaseUrl, CLOCK_FILE }, args);
      const { code } = await run.exited;
      return { code, stdout: run.stdout };
    };
    const lines = parsed((await graceline('export-events', '--account', 'mine', '--types', 'OPTED_IN')).stdout);
    expect(lines).toEqual(await exported(olga.token.token, '?account=mine&types=OPTED_IN'));
    const whole = await graceline('verify-log');
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.stdout).toMatch(/^\d+ events are as they were written: the chain is unbroken\./);
    const noted = whole.stdout.trim().split('\n').at(-1)!;
    expect(await graceline('verify-log', '--noted', noted)).toMatchObject({ code: 0 });
    await service.db.query(`update event set actor = 'nobody' where xid || '.' || id = $1`, [lines[0]!.cursor]);
    const broken = await graceline('verify-log');
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain(`${lines[0]!.cursor} does not fit its hash`);
  });
});

describe('a long export', () => {
  const MANY = 60_000;

  beforeAll(async () => {
    const data = { filler: 'x'.repeat(400) };
    await service.db.transaction((tx) =>
      writeEvents(
        tx,
        SYSTEM,
        new Date('2016-04-05T09:00:00Z'),
        Array.from({ length: MANY }, () => ({ type: 'ACCOUNTS_IMPORTED' as const, data })),
      ),
    );
    await until(
      async () => (await nodes(olga.client, { order: 'OLDEST_FIRST', types: ['ACCOUNTS_IMPORTED'] })).length > 0,
      () => 'The end of the log does not come.',
    );
  });

  test('is whole, and read no faster than its reader takes it; a token revoked meanwhile ends it', async () => {
    const held = await caller({ name: 'held', role: 'OPERATOR', subject: 'olga-key@platform.example' });
    let received = 0;
    const ended = new Promise<string>((resolve) => {
      get(
        new URL('/events.ndjson?types=ACCOUNTS_IMPORTED', service.url),
        { headers: { authorization: `Bearer ${held.token.token}` } },
        (response) => {
          response.once('readable', () => {
            void (async () => {
              // Reads on only once the token is gone: what comes then has been on its way.
              await service.house.tokens.revokeToken(OPERATOR, held.token.id);
              response.on('data', (chunk: Buffer) => (received += chunk.length));
            })();
          });
          response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
          response.on('end', () => resolve('end'));
        },
      );
    });
    expect(await ended).toBe('ECONNRESET');
    expect(received).toBeLessThan(MANY * 400 * 0.8);
    expect(service.defects).toEqual([]);
    const whole = await call(service.url, '/events.ndjson?types=ACCOUNTS_IMPORTED', { token: olga.token.token });
    expect((await whole.text()).split('\n')).toHaveLength(MANY + 1);
  });
});

test('going on from a place whose events are no longer kept is refused, and not answered with a gap', async () => {
  const [oldest] = await exported(olga.token.token, '?types=ACCOUNT_CREATED');
  const after = oldest!.cursor;
  const [xid, id] = after.split('.');
  await service.db.query(`insert into event_horizon (name, xid, id) values ('log', $1::xid8, $2::bigint + 1)`, [xid, id]);
  await refusalOf(nodes(olga.client, { after, order: 'OLDEST_FIRST' }), 'CURSOR_EXPIRED');
  expect(await codeOf(await call(service.url, `/events.ndjson?after=${after}`, { token: olga.token.token }))).toBe('CURSOR_EXPIRED');
  expect(await nodes(olga.client, { after })).toEqual(expect.any(Array));
});
