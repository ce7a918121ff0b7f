/** The README's examples of asking for flags, run as they stand. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { CreateAccountDocument } from '../../schema/generated/operations.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import { TestProcess } from '../support/processes.ts';
import { readmeShell, saveReadmeModules } from '../support/readme.ts';
import { OLGA, startService, type TestService } from '../support/service.ts';

const HEADING = 'Asking from a running service';
/** 90 days from the day on which the main job is done. */
const DEADLINE = /^\d{4}-\d{2}-\d{2}T00:00:00\.000Z$/;

let service: TestService;
let host: string;
let printed: string;

beforeAll(async () => {
  service = await startService(new Date().toISOString());
  ({ host } = new URL(service.url));
  const input = { id: 'acme-books', name: 'Acme Books', platform: 'CLOUD', createdAt: '2015-01-01T00:00:00Z' } as const;
  await service.operator.request(CreateAccountDocument, { input });
  const operator = await tokenOf('OPERATOR');
  const script = `${await readmeShell('The main job, by hand', host)}\n${await readmeShell(HEADING, host)}`;
  // The administrator of the sample is not here: an operator does it for them.
  const env = { PATH: process.env['PATH'] ?? '', OPERATOR: operator, ADMINISTRATOR: operator };
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script], { env });
  expect(stderr).toBe('');
  printed = stdout;
});

async function tokenOf(role: 'OPERATOR' | 'RUNTIME'): Promise<string> {
  return (await service.house.tokens.createToken(SYSTEM, { name: role, role, subject: OLGA })).token;
}

test('curl', () => {
  expect(JSON.parse(printed.trim().split('\n').at(-1)!)).toEqual({
    key: 'tls-1-0-is-switched-off',
    value: true,
    reason: 'TARGETING_MATCH',
    variant: 'on',
    metadata: {
      reason: 'OPTED_IN',
      gracePeriodStart: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string,
      deadline: expect.stringMatching(DEADLINE) as string,
      since: expect.stringMatching(/Z$/) as string,
    },
  });
});

test('the provider of OpenFeature', async () => {
  const path = (await saveReadmeModules({ http: host, ws: host })).get('flags.js')!;
  const program = TestProcess.spawnNode([path], { RUNTIME: await tokenOf('RUNTIME') });
  onTestFinished(async () => void (await program.stop('SIGKILL')));
  expect([await program.exited, program.stderr]).toEqual([{ code: 0, signal: null }, '']);
  expect(program.stdout).toMatch(/^true OPTED_IN \d{4}-\d{2}-\d{2}T00:00:00\.000Z\n$/);
});
