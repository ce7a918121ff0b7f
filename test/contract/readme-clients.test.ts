/** The README's examples of clients, run as they stand against a service whose sockets are cut. */
import { pathToFileURL } from 'node:url';
import { print } from 'graphql';
import type { Client } from 'graphql-ws';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  AccountMigrationChangedDocument,
  type AccountMigrationChangedSubscription,
  AnnounceMigrationDocument,
  CreateAccountDocument,
  CreateAdministratorDocument,
  CreateMigrationDocument,
  LogCursorDocument,
  OptInDocument,
  OptOutDocument,
} from '../../schema/generated/operations.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { TestProcess, until } from '../support/processes.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { saveReadmeModules } from '../support/readme.ts';
import { OLGA, startService, type TestService } from '../support/service.ts';

/** As the README calls them. */
const MIGRATION = 'tls-1-0-is-switched-off';
const OWN = ['acme-books', 'acme-films', 'acme-press'] as const;
const FOREIGN = 'globex';
const BEFORE_GRACE_PERIOD = '2026-05-04T09:00:00Z';
const IN_GRACE_PERIOD = '2026-05-14T09:00:00Z';

const CUTS = 4;
/** Opt-ins and opt-outs around each cut; an even number, so that it ends where it began. */
const CHANGES_PER_CUT = 6;
let service: TestService;
let administrator: GraphqlClient;
let token: string;

beforeAll(async () => {
  service = await startService(BEFORE_GRACE_PERIOD);
  for (const id of [...OWN, FOREIGN]) {
    await service.operator.request(CreateAccountDocument, {
      input: { id, name: id, platform: 'CLOUD', createdAt: '2015-01-01T00:00:00Z' },
    });
  }
  const ann = { email: 'ann@acme.example', name: 'Ann', accounts: [...OWN] };
  const { id: administratorId } = (await service.operator.request(CreateAdministratorDocument, { input: ann })).createAdministrator;
  ({ token } = await service.house.tokens.createToken(SYSTEM, {
    name: 'dashboard',
    role: 'ADMINISTRATOR',
    subject: ann.email,
    administratorId,
  }));
  administrator = graphqlClient(service.url, token);
  const input = { key: MIGRATION, title: 'TLS 1.0 is switched off', severity: 'MEDIUM', gracePeriodStart: '2026-05-10' } as const;
  await service.operator.request(CreateMigrationDocument, { input });
  await service.operator.request(AnnounceMigrationDocument, { key: MIGRATION });
});

/** Opts an account in or out. */
async function decide(account: string, optsIn: boolean): Promise<void> {
  const variables = { account, migration: MIGRATION };
  await (optsIn ? service.operator.request(OptInDocument, variables) : service.operator.request(OptOutDocument, variables));
}

/** Leaves every account opted out, within the grace period. */
async function reset(): Promise<void> {
  await service.setClock(IN_GRACE_PERIOD);
  for (const account of [...OWN, FOREIGN]) {
    await decide(account, true);
    await decide(account, false);
  }
}

/** Runs a module of the README on sockets that can be cut. */
async function run(name: string): Promise<{ program: TestProcess; proxy: Proxy }> {
  const { host, port } = new URL(service.url);
  const proxy = await startProxy(Number(port));
  const path = (await saveReadmeModules({ http: host, ws: `127.0.0.1:${proxy.port}` })).get(name);
  if (path === undefined) throw new Error(`README.md has no module ${name}.`);
  const program = TestProcess.spawnNode([path], { ADMINISTRATOR: token });
  onTestFinished(async () => void (await program.stop('SIGKILL')));
  return { program, proxy };
}

/** Waits for what a program prints; fails at once where the program ends. */
async function awaitOutput(program: TestProcess, condition: () => boolean | Promise<boolean>): Promise<void> {
  let ended = false;
  void program.exited.then(() => (ended = true));
  await until(
    async () => {
      if (ended) throw new Error(`The program ended:\n${program.output}`);
      return condition();
    },
    () => `It was not printed:\n${program.output}`,
  );
}

/** Of the messages that a program has printed. */
const cursorsOf = ({ stdout }: TestProcess) => [...stdout.matchAll(/cursor: '(\d+\.\d+)'/g)].map(([, cursor]) => cursor!);

describe.each(['apollo.js', 'urql.js'])('%s', (name) => {
  test('shows the code of a refusal', async () => {
    await reset();
    await service.setClock(BEFORE_GRACE_PERIOD);
    const { program } = await run(name);
    await awaitOutput(program, () => /^NOT_STARTED /m.test(program.stdout));
    expect(program.stderr).toBe('');
  });

  test('opts in, and is told of it', async () => {
    await reset();
    const { program } = await run(name);
    await awaitOutput(program, () => /type: 'OPTED_IN'[^]*id: 'acme-books'[^]*reason: 'OPTED_IN'/.test(program.stdout));
    expect({ messages: cursorsOf(program).length, stderr: program.stderr }).toEqual({ messages: 1, stderr: '' });
  });
});

test.each(['watch.js', 'apollo.js', 'urql.js'])('%s gets each message once and in order over a socket that is cut', async (name) => {
  await reset();
  const { logCursor: after } = await administrator.request(LogCursorDocument, {});
  const uncut = administrator.subscribe(AccountMigrationChangedDocument, { after });
  const { program, proxy } = await run(name);
  let changes = 0;
  await awaitOutput(program, async () => {
    await decide(OWN[1], changes++ % 2 === 0);
    return cursorsOf(program).length > 0;
  });
  // The others opt in themselves.
  if (name !== 'watch.js') changes++;
  for (let cut = 0; cut < CUTS; cut++) {
    const before = cursorsOf(program).length;
    const burst = Promise.all(
      [OWN[2], FOREIGN].map(async (account) => {
        for (let i = 0; i < CHANGES_PER_CUT; i++) await decide(account, i % 2 === 0);
      }),
    );
    await awaitOutput(program, () => cursorsOf(program).length > before);
    proxy.cut();
    proxy.restore();
    await burst;
    changes += CHANGES_PER_CUT;
  }
  await until(
    () => uncut.all.length >= changes,
    () => `${uncut.all.length} of ${changes} messages came on a socket that was not cut.`,
  );
  const sent = uncut.all.map(({ accountMigrationChanged: { cursor } }) => cursor);
  const expected = sent.slice(sent.indexOf(cursorsOf(program)[0]!));
  await awaitOutput(program, () => cursorsOf(program).length >= expected.length);
  expect({ cursors: cursorsOf(program), stderr: program.stderr }).toEqual({ cursors: expected, stderr: '' });
  await uncut.close();
});

test('live.js connects again with another token where its own is revoked', async () => {
  await reset();
  const { host } = new URL(service.url);
  const ends: number[] = [];
  class WatchedSocket extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      this.addEventListener('close', ({ code }) => ends.push(code));
    }
  }
  vi.stubGlobal('WebSocket', WatchedSocket);
  onTestFinished(() => void vi.unstubAllGlobals().unstubAllEnvs());
  const path = (await saveReadmeModules({ http: host, ws: host })).get('live.js')!;
  const { live } = (await import(pathToFileURL(path).href)) as { live: Pick<Client, 'subscribe'> };
  const { id, token: revoked } = await service.house.tokens.createToken(SYSTEM, { name: 'first', role: 'OPERATOR', subject: OLGA });
  vi.stubEnv('ADMINISTRATOR', revoked);
  const { logCursor: after } = await administrator.request(LogCursorDocument, {});
  const came: string[] = [];
  const payload = { query: print(AccountMigrationChangedDocument), variables: { account: OWN[0], after } };
  const end = live.subscribe<AccountMigrationChangedSubscription>(payload, {
    next: ({ data }) => came.push(data!.accountMigrationChanged.type),
    error: (error) => came.push(String(error)),
    complete: () => came.push('complete'),
  });
  onTestFinished(end);
  await decide(OWN[0], true);
  await expect.poll(() => came).toEqual(['OPTED_IN']);
  vi.stubEnv('ADMINISTRATOR', token);
  await service.house.tokens.revokeToken(SYSTEM, id);
  await expect.poll(() => ends).toEqual([4403]);
  await decide(OWN[0], false);
  await expect.poll(() => came).toEqual(['OPTED_IN', 'OPTED_OUT']);
});
