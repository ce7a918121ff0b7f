/** The package as who depends on it gets it: packed, without what the service needs, on bare Node. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { runtimeToken } from '../support/client-world.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { startService, type TestService } from '../support/service.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const run = promisify(execFile);

/** Less than a socket that nobody needs may stay open. */
const EXITS_WITHIN_MS = 9_000;

let service: TestService;
let token: string;
let folder: string;

beforeAll(async () => {
  service = await startService('2026-05-01T00:00:00Z');
  token = await runtimeToken(service);
  await service.operator.request(
    'mutation { createMigration(input: { key: "tls", title: "TLS", severity: MEDIUM, gracePeriodStart: "2026-05-10" }) { key } announceMigration(key: "tls") { key } }',
    {},
  );
  folder = await mkdtemp(join(tmpdir(), 'graceline-consumer-'));
  atEndOfFile(() => rm(folder, { recursive: true, force: true }));
  const packing = ['pack', '--silent', '--pack-destination', folder];
  const { stdout } = await run('npm', packing, { cwd: ROOT });
  const packed = join(folder, stdout.trim().split('\n').at(-1)!);
  await mkdir(join(folder, 'node_modules/graceline'), { recursive: true });
  await run('tar', ['-xzf', packed, '-C', join(folder, 'node_modules/graceline'), '--strip-components', '1']);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
});

/** Installs a package of ours there, which brings nothing else along. */
async function install(name: string): Promise<void> {
  await mkdir(dirname(join(folder, 'node_modules', name)), { recursive: true });
  await symlink(join(MODULES, name), join(folder, 'node_modules', name));
}

async function runScript(name: string, source: string): Promise<unknown> {
  await writeFile(join(folder, name), source);
  const env = { PATH: process.env['PATH'], URL: service.url, TOKEN: token };
  // What was closed must not keep the process.
  const { stdout } = await run(process.execPath, [name], { cwd: folder, env, timeout: EXITS_WITHIN_MS });
  return JSON.parse(stdout);
}

test('it holds what others import, and nothing of the service', async () => {
  const { exports: entries } = JSON.parse(await readFile(join(folder, 'node_modules/graceline/package.json'), 'utf8')) as {
    exports: object;
  };
  expect(Object.keys(entries)).toEqual(['./client', './openfeature', './signals']);
  const { stdout } = await run('find', ['.', '-name', '*.js'], { cwd: join(folder, 'node_modules/graceline') });
  expect(stdout).not.toMatch(/service|resolver|repository|entity|compose/);
});

test('it answers with no other package there than that of the socket', async () => {
  await install('graphql-ws');
  const said = await runScript(
    'plain.js',
    `import { GracelineClient } from 'graceline/client';
     const client = new GracelineClient({ url: process.env.URL, token: process.env.TOKEN, now: () => Date.parse('2027-01-01') });
     await client.ready(30_000);
     console.log(JSON.stringify([client.isEnabled('tls', 'anybody'), client.evaluate('tls', 'anybody').reason, client.isEnabled('none', 'anybody')]));
     await client.close();`,
  );
  expect(said).toEqual([true, 'MANDATORY', false]);
});

test('by OpenFeature it needs its SDK alone', async () => {
  await install('@openfeature/server-sdk');
  await install('@openfeature/core');
  const said = await runScript(
    'openfeature.js',
    `import { OpenFeature } from '@openfeature/server-sdk';
     import { GracelineProvider } from 'graceline/openfeature';
     await OpenFeature.setProviderAndWait(new GracelineProvider({ url: process.env.URL, token: process.env.TOKEN }));
     const details = await OpenFeature.getClient().getBooleanDetails('tls', false, { targetingKey: 'anybody' });
     console.log(JSON.stringify([details.value, details.variant, details.errorCode ?? null]));
     await OpenFeature.close();`,
  );
  expect(said).toEqual([true, 'on', null]);
});

test('signals need one package of another', async () => {
  await install('on-headers');
  const said = await runScript(
    'signals.js',
    `import { Signals } from 'graceline/signals';
     const ask = () => ({ enabled: false, reason: 'PENDING', deadline: new Date('2027-01-01'), gracePeriodStart: '2026-05-10', guideUrl: null });
     const signals = new Signals({ ask, catalogueUrl: 'https://changes.example/migrations' });
     const handler = signals.fetch(() => new Response('ok'), { migration: 'tls', account: () => 'anybody' });
     const response = await handler(new Request('https://api.example/'));
     console.log(JSON.stringify(response.headers.get('sunset')));`,
  );
  expect(said).toBe('Fri, 01 Jan 2027 00:00:00 GMT');
});

test('its types are there', async () => {
  await install('@types/node');
  await install('undici-types');
  await install('graphql');
  await writeFile(
    join(folder, 'typed.ts'),
    `import { GracelineClient, type ClientEvaluation } from 'graceline/client';
     import { GracelineProvider } from 'graceline/openfeature';
     const provider = new GracelineProvider({ url: 'https://graceline.example', token: async () => 't' });
     export const evaluation: ClientEvaluation = provider.client.evaluate('tls', 'acme');
     export const on: boolean = new GracelineClient({ url: 'https://graceline.example', token: 't' }).isEnabled('tls', 'acme');
     // @ts-expect-error -- no such word
     new GracelineClient({ url: 'https://graceline.example', token: 't', stale: 'SOMETIMES' });
     provider.client.on('changed', (migrations) => migrations.join());`,
  );
  const tsc = join(MODULES, 'typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const compiled = await run(process.execPath, [tsc, ...options, 'typed.ts'], { cwd: folder }).then(
    () => '',
    (error: unknown) => (error as { stdout: string }).stdout || String(error),
  );
  expect(compiled).toBe('');
});
