import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccountsDocument, EventsDocument, MigrationsDocument } from '../../schema/generated/operations.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { TestProcess } from '../support/processes.ts';
import { census, startService, type TestService } from '../support/service.ts';

const SEED = fileURLToPath(new URL('../support/pages/seed-like.md', import.meta.url));
const FAULTY = fileURLToPath(new URL('../support/pages/faulty.md', import.meta.url));

let service: TestService;
let dir: string;

beforeAll(async () => {
  service = await startService('2016-05-01T12:00:00.000Z');
  dir = await mkdtemp(join(tmpdir(), 'graceline-cli-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Runs the command line on the service's database, on its clock. */
async function graceline(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { CLOCK_FILE = '' } = service.house.config;
  const run = TestProcess.spawn('src/cli.ts', { DATABASE_URL: service.databaseUrl, CLOCK_FILE, ...env }, args);
  const { code } = await run.exited;
  expect(run.output).not.toMatch(/^\s+at /m);
  return { code, stdout: run.stdout, stderr: run.stderr };
}

/** Failed, with nothing on stdout and these words in one sentence or list of problems on stderr. */
async function expectFailure(args: readonly string[], words: RegExp, env: Record<string, string> = {}): Promise<void> {
  const { code, stdout, stderr } = await graceline(args, env);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(words);
}

describe('import and export', () => {
  test('tell what they did; what is exported reads as unchanged', async () => {
    const first = await graceline(['import', SEED]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout.split('\n')).toEqual([
      'created    tokens-of-identity-providers-leave-the-profile-and-id-token',
      'created    mail-from-one-address-the-from-field',
      'created    mail-from-the-built-in-provider-templates',
      'created    password-reset-that-is-safe-to-click',
      '4 created, 0 updated, 0 unchanged',
      '',
    ]);
    const exported = await graceline(['export']);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toBe(await (await fetch(`${service.url}/migrations.md`)).text());
    await writeFile(join(dir, 'exported.md'), exported.stdout);
    const before = await census(service.db);
    expect((await graceline(['import', join(dir, 'exported.md')])).stdout).toMatch(/\n0 created, 0 updated, 4 unchanged\n$/);
    expect(await census(service.db)).toEqual(before);
    const { migrations } = await service.operator.request(MigrationsDocument, {});
    expect(migrations.edges).toHaveLength(4);
    const { events } = await service.operator.request(EventsDocument, { types: ['MIGRATION_IMPORTED'] });
    expect(new Set(events.edges.map(({ node }) => `${node.actorRole} ${node.actor}`))).toEqual(new Set(['OPERATOR command line']));
  });

  test('refuse a bad page by line, and a missing file, and change nothing', async () => {
    const before = await census(service.db);
    await Promise.all([
      expectFailure(['import', FAULTY], /nothing was changed:\n {2}line 1: .*\n {2}line 5: /),
      expectFailure(['import', join(dir, 'missing.md')], /^Cannot read .*missing\.md: .*\n$/),
    ]);
    expect(await census(service.db)).toEqual(before);
  });
});

describe('a token', () => {
  test('made on the command line is printed alone, and authenticates', async () => {
    const { code, stdout, stderr } = await graceline([
      'token',
      '--role',
      'OPERATOR',
      '--subject',
      'ola@platform.example',
      '--name',
      'CI',
      '--expires',
      '2017-01-01T00:00:00Z',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^gl_op_[\w-]{43}\n$/);
    const ola = graphqlClient(service.url, stdout.trim());
    expect(await ola.request('{ tokens(first: 1) { edges { node { name role subject expiresAt } } } }')).toEqual({
      tokens: {
        edges: [{ node: { name: 'CI', role: 'OPERATOR', subject: 'ola@platform.example', expiresAt: '2017-01-01T00:00:00.000Z' } }],
      },
    });
  });

  test('of a partner has scopes, may be for all accounts, and is rotated through the API', async () => {
    const scopes = ['migrations:read', 'flags:read'];
    const partner = ['--role', 'PARTNER', '--subject', 'Backup Co', '--all-accounts', '--scope', ...scopes];
    const { stdout, stderr, code } = await graceline(['token', ...partner]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const old = stdout.trim();
    const list = '{ tokens(first: 1) { edges { node { id prefix scopes allAccounts previousPrefix previousExpiresAt } } } }';
    const newest = async () =>
      (await service.operator.request<{ tokens: { edges: { node: Record<string, unknown> }[] } }, object>(list)).tokens.edges[0]!.node;
    const made = await newest();
    expect(made).toMatchObject({ prefix: old.slice(0, 12), scopes, allAccounts: true, previousPrefix: null, previousExpiresAt: null });
    const { rotateToken } = await service.operator.request<
      { rotateToken: { token: string; prefix: string; previousExpiresAt: string } },
      object
    >(`mutation { rotateToken(id: "${String(made['id'])}") { token prefix previousExpiresAt } }`);
    const { token, prefix, previousExpiresAt } = rotateToken;
    expect(await newest()).toMatchObject({ id: made['id'], prefix, previousPrefix: made['prefix'], previousExpiresAt });
    for (const secret of [old, token])
      expect(await graphqlClient(service.url, secret).request('{ migrations { edges { cursor } } }')).toBeDefined();
  });

  test('is not made from what makes no sense', async () => {
    const before = await census(service.db);
    await expectFailure(['token', '--role', 'PARTNER', '--subject', 'x', '--account', 'ghost'], /^There is no account "ghost"\..*\n$/);
    expect(await census(service.db)).toEqual(before);
  });
});

test('import-accounts takes what is good, and puts the rest with its reason into a file', async () => {
  const file = join(dir, 'accounts.ndjson');
  await writeFile(
    file,
    '{"id":"acme","name":"Acme","platform":"CLOUD"}\n{"id":"bad","name":"Bad","platform":"MOON"}\nnonsense\n{"id":"globex","name":"Globex","platform":"APPLIANCE"}\n',
  );
  const { code, stderr } = await graceline(['import-accounts', file]);
  expect(code).toBe(0);
  expect(stderr).toContain('2 created, 0 updated, 0 unchanged, 2 rejected');
  expect((await readFile(`${file}.rejects.ndjson`, 'utf8')).trimEnd().split('\n')).toHaveLength(2);
  const { accounts } = await service.operator.request(AccountsDocument, {});
  expect(accounts.edges.map(({ node }) => [node.id, node.platform])).toEqual([
    ['acme', 'CLOUD'],
    ['globex', 'APPLIANCE'],
  ]);
});

describe('the command line itself', () => {
  test('explains itself', async () => {
    const { code, stdout } = await graceline(['--help']);
    expect(code).toBe(0);
    for (const command of ['import', 'export', 'import-accounts', 'rotate-secrets', 'token', 'migrate'])
      expect(stdout).toContain(`  ${command} `);
  });

  test('says what is wrong with a command, or its settings', async () => {
    await Promise.all([
      expectFailure(['imprt', SEED], /unknown command 'imprt'.*\n.*--help/s),
      expectFailure(['export'], /^These settings are wrong:\n {2}PORT: .*\n {2}PLATFORM_TIME_ZONE: .*\nSee \.env\.example/, {
        PORT: 'x',
        PLATFORM_TIME_ZONE: 'Mars/Base',
      }),
    ]);
  });
});
