import { beforeAll, describe, expect, test } from 'vitest';
import { TestProcess } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService('2016-04-01T09:00:00.000Z');
});

/** Nothing listens on the first port of a machine. */
const CLOSED = 'postgres://graceline:secret@127.0.0.1:1/graceline';

/** Starts a process that cannot start, and gives what it said: nothing but its reason, and no stack. */
async function reasonOf(file: string, env: Record<string, string>): Promise<string> {
  const started = TestProcess.spawn(file, { LOG_LEVEL: 'error', PORT: '0', WORKER_PORT: '0', ...env });
  expect(await started.exited).toEqual({ code: 1, signal: null });
  expect(started.stdout).toBe('');
  expect(started.stderr).not.toMatch(/^\s+at |secret/m);
  return started.stderr;
}

describe('a process that cannot start says why in one sentence and exits 1', () => {
  test.each(['src/main.ts', 'worker/main.ts'])('%s without its database, after waiting as long as it was told', async (file) => {
    const started = performance.now();
    expect(await reasonOf(file, { DATABASE_URL: CLOSED, DATABASE_WAIT_SECONDS: '1' })).toMatch(
      /^Cannot reach PostgreSQL at 127\.0\.0\.1:1\/graceline \(.*ECONNREFUSED.*\)\. Check DATABASE_URL and that the server is running\.\n$/,
    );
    expect(performance.now() - started).toBeGreaterThan(700);
  });

  test('where its database is not there, at once: waiting would not bring it', async () => {
    const missing = Object.assign(new URL(service.databaseUrl), { pathname: '/no_such_database' }).href;
    expect(await reasonOf('src/main.ts', { DATABASE_URL: missing, DATABASE_WAIT_SECONDS: '600' })).toMatch(
      /^Cannot reach PostgreSQL at .*\/no_such_database \(.*\)\. .*\n$/,
    );
  });

  test.each([
    ['src/main.ts', 'PORT'],
    ['worker/main.ts', 'WORKER_PORT'],
  ])('%s where its port is taken, naming %s', async (file, setting) => {
    const { port } = new URL(service.url);
    expect(await reasonOf(file, { DATABASE_URL: service.databaseUrl, [setting]: port })).toBe(
      `Port ${port} of 127.0.0.1 is in use. Stop what listens there, or set ${setting} to a free port.\n`,
    );
  });

  test('with every wrong setting at once', async () => {
    const wrong = {
      DATABASE_URL: 'mysql://x',
      PORT: '70000',
      PLATFORM_TIME_ZONE: 'Mars/Base',
      REMINDER_HOUR: 'nine',
      MAIL_FROM: 'nobody',
      LOG_LEVEL: 'loud',
    };
    const reason = await reasonOf('src/main.ts', wrong);
    expect(reason).toMatch(/^These settings are wrong:\n/);
    expect(reason).toMatch(/\nSee \.env\.example for what each takes\.\n$/);
    for (const setting of Object.keys(wrong)) expect(reason).toMatch(new RegExp(`^  ${setting}: .+$`, 'm'));
  });
});
