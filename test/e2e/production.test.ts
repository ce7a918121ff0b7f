/** A production installation: no package of development, nothing to write to, no capability, and the processes all the same. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase } from '../support/database.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { Installation } from '../support/installation.ts';
import type { TestProcess } from '../support/processes.ts';
import { CreateAccountDocument } from '../../schema/generated/operations.ts';

const NOT_BUILT = /^DASHBOARD_NOT_BUILT: The dashboard is not built; .* `npm ci` and `npm run build` .*\n$/;

let installation: Installation;
beforeAll(async () => {
  installation = await Installation.create();
});

describe('without what development has', () => {
  const build = 'src/run-dashboard-build.ts';

  test('an installation says in a sentence that the dashboard is not built, and goes on', async () => {
    const installed = installation.node(['--import', 'tsx', build, '--where-possible']);
    expect([(await installed.exited).code, installed.stdout]).toEqual([0, '']);
    expect(installed.stderr).toMatch(NOT_BUILT);
  });

  test('whoever asks for a build is told that there is none', async () => {
    const built = installation.node(['--import', 'tsx', build]);
    expect((await built.exited).code).toBe(1);
    expect(built.stderr).toMatch(NOT_BUILT);
  });

  test('the PostgreSQL of a first run is not there, and DATABASE_URL is asked for', async () => {
    const asked = installation.node(['--import', 'tsx', 'src/cli.ts', 'migrate'], { ENCRYPTION_KEYS: '' });
    expect((await asked.exited).code).toBe(1);
    expect(asked.stderr).toMatch(/^DATABASE_URL is not set, and this installation brings no PostgreSQL: .*\n$/);
  });
});

describe('where nothing can be written', () => {
  let env: Readonly<Record<string, string>>;
  let api: TestProcess;
  let worker: TestProcess;
  let before: string[];
  beforeAll(async () => {
    before = await installation.listing();
    env = {
      DATABASE_URL: await cloneDatabase(),
      ENCRYPTION_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
      SMTP_URL: 'smtp://127.0.0.1:1',
      SWEEP_INTERVAL_SECONDS: '0.5',
    };
    [api, worker] = await Promise.all([
      installation.start('start:api', 'PORT', env),
      installation.start('start:worker', 'WORKER_PORT', env),
    ]);
    await Promise.all([api.ready(), worker.ready()]);
  });

  test('whoever tries is refused', async () => {
    const tried = installation.node(['-e', `require('node:fs').writeFileSync('src/main.ts', '')`]);
    await tried.exited;
    expect(tried.stderr).toContain('EACCES');
  });

  test('the command line makes a token, and the API does what it is asked with it', async () => {
    const made = installation.node(
      ['--import', 'tsx', 'src/cli.ts', 'token', '--role', 'OPERATOR', '--subject', 'olga@platform.example'],
      env,
    );
    expect([(await made.exited).code, made.stderr]).toEqual([0, '']);
    const olga = graphqlClient(api.url, made.stdout.trim());
    const { createAccount } = await olga.request(CreateAccountDocument, { input: { id: 'acme', name: 'Acme Books', platform: 'CLOUD' } });
    expect(createAccount.id).toBe('acme');
  });

  test('the API warns that it has no dashboard, and serves one that is put there', async () => {
    expect(api.stdout).toContain('"code":"DASHBOARD_NOT_BUILT"');
    expect(await api.status('/')).toBe(503);
    await installation.change(async (dir) => {
      await mkdir(join(dir, 'dist/dashboard'), { recursive: true });
      await writeFile(join(dir, 'dist/dashboard/index.html'), '<!doctype html><title>Built elsewhere</title>');
    });
    expect(await (await fetch(api.url)).text()).toContain('Built elsewhere');
  });

  test('both stop as they are told, with nothing wrong and nothing left behind but what tsx keeps for a quicker start', async () => {
    const stopped = await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')]);
    expect(stopped).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
    expect(`${api.output}${worker.output}`).not.toMatch(/EROFS|EACCES|"level":[56]0|"msg":"sweep failed/);
    expect((await installation.listing()).filter((line) => !line.startsWith('dist'))).toEqual(before);
    expect((await readdir(installation.scratch)).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  });
});
