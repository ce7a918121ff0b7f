import { beforeAll, expect, test } from 'vitest';
import { announceGate, call, CONNECTION, createCustomer, OPERATOR, partnerToken, usesOf } from '../support/platform.ts';
import { spawnApi, type TestProcess, until } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';

const KEY = 'idp-access-tokens';
const CALLS = 60;

let service: TestService;
let path: string;
let token: string;
beforeAll(async () => {
  service = await startService('2016-06-15T09:00:00.000Z');
  await announceGate(service, KEY, '2016-06-10', '2016-07-10');
  await createCustomer(service, 'acme', new Date('2015-01-01'));
  token = await partnerToken(service, 'acme', ['read:users']);
  const identities = [{ provider: 'google-oauth2', userId: 'greta', accessToken: 'ya29.token' }];
  const { id } = await service.house.users.createUser(OPERATOR, 'acme', { email: 'greta@example.com', connection: CONNECTION, identities });
  path = `/api/v2/users/${encodeURIComponent(id)}`;
});

async function startApi(): Promise<TestProcess> {
  const { CLOCK_FILE = '', ENCRYPTION_KEYS } = service.house.config;
  const [key] = ENCRYPTION_KEYS;
  const api = await spawnApi({
    DATABASE_URL: service.databaseUrl,
    CLOCK_FILE,
    ENCRYPTION_KEYS: `${key!.id}:${key!.key.toString('base64')}`,
  });
  return api.ready('/healthz');
}

const uses = async () => (await usesOf(service, KEY, 'acme'))['Partner Co'] ?? 0;
const use = async ({ url }: TestProcess) => expect((await call(url, path, { token })).status).toBe(200);

test('two processes that are used at once and then stopped lose no use; one that is killed loses its last second at most', async () => {
  const processes = await Promise.all([startApi(), startApi()]);
  await Promise.all(Array.from({ length: CALLS }, (_, i) => use(processes[i % 2]!)));
  for (const { code } of await Promise.all(processes.map((api) => api.stop('SIGTERM')))) expect(code).toBe(0);
  expect(await uses()).toBe(CALLS);

  const api = await startApi();
  await use(api);
  await until(
    async () => (await uses()) === CALLS + 1,
    () => 'The use was not written.',
  );
  await use(api);
  await api.stop('SIGKILL');
  expect([CALLS + 1, CALLS + 2]).toContain(await uses());
});
