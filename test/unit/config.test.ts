import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { childEnvironment, databaseUrl, publicUrl, readConfig, SETTINGS } from '../../src/config.ts';
import { GracelineError } from '../../src/errors.ts';

const EXAMPLE = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

describe('.env.example', () => {
  test('has every setting and no other', () => {
    expect(Object.keys(parseEnv(EXAMPLE)).toSorted()).toEqual([...SETTINGS].toSorted());
  });

  test('shows the defaults', () => {
    expect(readConfig(parseEnv(EXAMPLE))).toEqual(readConfig({}));
  });

  test('says of every setting what it means', () => {
    const lines = EXAMPLE.split('\n');
    const unexplained = lines.filter((line, i) => /^\w+=/.test(line) && !lines[i - 1]?.startsWith('# '));
    expect(unexplained).toEqual([]);
  });
});

describe('settings', () => {
  const dir = mkdtempSync(join(tmpdir(), 'graceline-config-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  test('are all reported at once where several are wrong', () => {
    const wrong = {
      DATABASE_URL: 'mysql://somebody:secret@db/graceline',
      PORT: '65536',
      PLATFORM_TIME_ZONE: 'Mars/Phobos',
      REMINDER_HOUR: 'nine',
      MAIL_FROM: 'nobody',
    };
    const fault = faultOf(() => readConfig(wrong));
    expect(fault.code).toBe('INVALID_SETTINGS');
    expect([...fault.message.matchAll(/^ {2}(\w+): ./gm)].map(([, name]) => name)).toEqual(Object.keys(wrong));
    expect(fault.message).not.toContain('secret');
  });

  test('take an empty value for none', () => {
    expect(readConfig({ PORT: '', SMTP_URL: '' })).toEqual(readConfig({}));
  });

  test('leave the rest of the environment alone', () => {
    expect(readConfig({ HOME: '/root', PORT: '0' })).toEqual({ ...readConfig({}), PORT: 0 });
  });

  test('come from files as well, without the line break at their end; one that is given itself wins', () => {
    const keys = `2026:${Buffer.alloc(32, 7).toString('base64')}`;
    const file = (name: string, text: string) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    const files = { ENCRYPTION_KEYS_FILE: file('keys', `${keys}\n`), PORT_FILE: file('port', '80'), SMTP_URL_FILE: file('empty', '\n') };
    expect(readConfig({ ...files, PORT: '81' })).toEqual(readConfig({ ENCRYPTION_KEYS: keys, PORT: '81' }));
  });

  test('whose files cannot be read, or hold what is wrong, are reported with the others and without what is in them', () => {
    const url = join(dir, 'url');
    writeFileSync(url, 'mysql://somebody:secret@db/graceline');
    const fault = faultOf(() => readConfig({ ENCRYPTION_KEYS_FILE: join(dir, 'missing'), DATABASE_URL_FILE: url, PORT: '65536' }));
    expect([...fault.message.matchAll(/^ {2}(\w+): ./gm)].map(([, name]) => name)).toEqual([
      'ENCRYPTION_KEYS_FILE',
      'DATABASE_URL',
      'PORT',
    ]);
    expect(fault.message).toMatch(/ENCRYPTION_KEYS_FILE: cannot be read: ENOENT: .*missing/);
    expect(fault.message).not.toContain('secret');
  });

  test('of a process that we start are what our own environment gives, by a file as well', () => {
    vi.stubEnv('LOG_LEVEL_FILE', '/run/secrets/level');
    expect(childEnvironment({}, { LOG_LEVEL: 'warn' })).not.toHaveProperty('LOG_LEVEL');
    vi.stubEnv('LOG_LEVEL', 'debug');
    expect(childEnvironment({ PORT: '1' }, { LOG_LEVEL: 'warn' })).toMatchObject({ LOG_LEVEL: 'debug', PORT: '1' });
    vi.unstubAllEnvs();
    expect(childEnvironment({}, { LOG_LEVEL: 'warn' })).toMatchObject({ LOG_LEVEL: 'warn' });
  });

  test.each([
    'mongodb://127.0.0.1:27017/graceline',
    'mongodb://graceline:s%40fe@one:27017,two:27018/graceline?replicaSet=rs0&tls=true',
    'mongodb+srv://graceline:safe@cluster.example/graceline',
  ])('take %s for a MongoDB', (url) => {
    expect(readConfig({ MONGODB_URL: url }).MONGODB_URL).toBe(url);
  });

  test.each(['mongodb://u:secret@host', 'mongodb://u:secret@host/', 'mongodb://u:se/cret@host/db', 'http://u:secret@host/db', 'host/db'])(
    'refuse %s, which names no database of a MongoDB, without quoting it',
    (url) => {
      const { message } = faultOf(() => readConfig({ MONGODB_URL: url }));
      expect(message).toContain('  MONGODB_URL: must be a MongoDB connection string with a database such as mongodb://user:password@');
      expect(message).not.toContain('cret');
    },
  );

  test.each(['0.0.0.0/0', '::/0', '10.0.0.0/8, 192.0.2.0/0', 'proxy.internal'])(
    'refuse to trust %s, which is every address or none',
    (networks) => {
      const { code, message } = faultOf(() => readConfig({ TRUSTED_PROXIES: networks }));
      expect([code, message]).toEqual(['INVALID_SETTINGS', expect.stringContaining('  TRUSTED_PROXIES: must be addresses and networks')]);
    },
  );

  test.each([
    [{}, 'http://127.0.0.1:4000'],
    [{ HOST: '::', PORT: '80' }, 'http://[::]:80'],
    [{ HOST: '::', PUBLIC_URL: 'https://migrations.example' }, 'https://migrations.example'],
    [{ HOST: 'fe80::1%eth0', PUBLIC_URL: 'https://migrations.example' }, 'https://migrations.example'],
  ])('of %j make %s the address for everybody', (environment, url) => {
    expect(publicUrl(readConfig(environment))).toBe(url);
  });

  test('ask for PUBLIC_URL where HOST can be part of no address', () => {
    for (const HOST of ['fe80::1%eth0', '[::1]']) expect(faultOf(() => readConfig({ HOST })).message).toMatch(/ {2}HOST: .*PUBLIC_URL/);
  });

  test('ask for DATABASE_URL only where a process cannot do without', () => {
    const url = 'postgres://graceline@127.0.0.1:5432/graceline';
    expect(databaseUrl(readConfig({ DATABASE_URL: url }))).toBe(url);
    expect(faultOf(() => databaseUrl(readConfig({}))).message).toContain('DATABASE_URL is not set');
  });
});

function faultOf(work: () => unknown): GracelineError {
  try {
    work();
  } catch (error) {
    if (error instanceof GracelineError) return error;
    throw error;
  }
  throw new Error('It was expected to fail.');
}
