/** Whatever changes the answer for an account, in whatever way, is seen: memory is told of each, here and in other processes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { importAccounts } from '../../src/accounts/import/import-accounts.ts';
import { GracelineProvider } from '../../src/client/openfeature.ts';
import type { Evaluation } from '../../src/flags/flags.rules.ts';
import { runtimeToken } from '../support/client-world.ts';
import { atEndOfFile } from '../support/end-of-file.ts';
import { operator } from '../support/house.ts';
import { type OfrepCaller, ofrepCaller } from '../support/ofrep.ts';
import { until } from '../support/processes.ts';
import { startService, type TestService } from '../support/service.ts';

const NOW = '2026-05-20T12:00:00.000Z';

let service: TestService;
let ofrep: OfrepCaller;
let provider: GracelineProvider;
let made = 0;

beforeAll(async () => {
  service = await startService(NOW);
  const token = await runtimeToken(service);
  ofrep = ofrepCaller(service.url, token);
  provider = new GracelineProvider({ url: service.url, token, now: () => Date.parse(NOW) });
  atEndOfFile(() => provider.onClose());
  await run('createAccount(input: { id: "listed", name: "L", platform: CLOUD, createdAt: "2015-01-01T00:00:00Z" }) { id }');
});

/** What a change is about. */
interface Subject {
  readonly account: string;
  readonly migration: string;
}

/** A new account and a migration that is pending for it, both remembered. */
async function subject(affects: string): Promise<Subject> {
  const [account, migration] = [`account-${++made}`, `migration-${made}`];
  await run(`createAccount(input: { id: "${account}", name: "A", platform: CLOUD, createdAt: "2015-01-01T00:00:00Z" }) { id }`);
  await service.setClock('2026-05-01T00:00:00Z');
  const dates = 'gracePeriodStart: "2026-05-10", mandatoryOptIn: "2026-06-10"';
  await run(`createMigration(input: { key: "${migration}", title: "M", severity: MEDIUM, ${dates}, affects: { ${affects} } }) { key }`);
  await run(`announceMigration(key: "${migration}") { key }`);
  await service.setClock(NOW);
  await until(
    async () => (await ofrep.one(migration, account)).status === 200,
    () => 'The migration was never seen.',
  );
  return { account, migration };
}

function run(mutation: string): Promise<unknown> {
  return service.operator.request(`mutation { ${mutation} }`, {});
}

const of = ({ account, migration }: Subject) => `account: "${account}", migration: "${migration}"`;

async function imported({ account }: Subject): Promise<void> {
  const { db, wake, clock, config } = service.house;
  const file = join(config.DATA_DIR, `${account}.ndjson`);
  await writeFile(file, JSON.stringify({ id: account, name: 'A', platform: 'APPLIANCE', createdAt: '2015-01-01T00:00:00Z' }));
  await importAccounts(db, wake, clock, operator(), { file });
}

test.each<[string, string, (subject: Subject) => Promise<unknown>, (flag: Evaluation) => unknown, unknown]>([
  ['opting in', '', (s) => run(`optIn(${of(s)}) { state { reason } }`), reason, 'OPTED_IN'],
  [
    'an extension',
    '',
    (s) => run(`extendDeadline(${of(s)}, until: "2026-08-01T00:00:00Z", reason: "asked") { state { reason } }`),
    ({ metadata }) => metadata['deadline'],
    '2026-08-01T00:00:00.000Z',
  ],
  [
    'an exemption',
    '',
    (s) => run(`exemptAccount(${of(s)}, until: "2026-08-01T00:00:00Z", reason: "asked") { state { reason } }`),
    reason,
    'EXEMPT',
  ],
  [
    'another platform of the account',
    'platforms: [CLOUD]',
    (s) => run(`editAccount(id: "${s.account}", input: { platform: APPLIANCE }) { id }`),
    reason,
    'NOT_AFFECTED',
  ],
  [
    'attributes of the account',
    'attributes: { tier: "gold" }',
    (s) => run(`editAccount(id: "${s.account}", input: { attributes: { tier: "gold" } }) { id }`),
    reason,
    'PENDING',
  ],
  [
    'an email provider of its own',
    'builtInEmailOnly: true',
    (s) => run(`setSendGridEmail(account: "${s.account}", input: { apiKey: "SG.x" }) { __typename }`),
    reason,
    'NOT_AFFECTED',
  ],
  ['an import of accounts', 'platforms: [CLOUD]', imported, reason, 'NOT_AFFECTED'],
  [
    'being put on the list of a migration',
    'accounts: ["listed"]',
    (s) => run(`editMigration(key: "${s.migration}", input: { affects: { accounts: ["${s.account}"] } }) { key }`),
    reason,
    'PENDING',
  ],
  [
    'a guide',
    '',
    (s) => run(`editMigration(key: "${s.migration}", input: { guideUrl: "https://docs.example/x" }) { key }`),
    ({ metadata }) => metadata['guide'],
    'https://docs.example/x',
  ],
  [
    'another deadline',
    '',
    (s) => run(`rescheduleMigration(key: "${s.migration}", dates: { mandatoryOptIn: "2026-09-01" }) { __typename }`),
    ({ metadata }) => metadata['deadline'],
    '2026-09-01T00:00:00.000Z',
  ],
  [
    'a migration that is cancelled',
    '',
    (s) => run(`cancelMigration(key: "${s.migration}", reason: "no") { key }`),
    ({ reason: openFeature }) => openFeature,
    'DISABLED',
  ],
])('%s', async (_what, affects, change, pick, expected) => {
  onTestFinished(() => service.setClock(NOW));
  const about = await subject(affects);
  const look = async () => pick(await ofrep.flag(about.migration, about.account));
  expect(await look()).not.toEqual(expected);
  await change(about);
  let last: unknown;
  await until(
    async () => (last = await look()) === expected,
    () => `It is still ${JSON.stringify(last)}.`,
  );
  await until(
    async () => (last = pick(await inProcess(about))) === expected,
    () => `In process it is still ${JSON.stringify(last)}.`,
  );
});

/** The same by the client of another process. */
async function inProcess({ migration, account }: Subject): Promise<Evaluation> {
  const { flagMetadata: metadata = {}, ...details } = await provider.resolveBooleanEvaluation(migration, false, { targetingKey: account });
  return { key: migration, ...details, metadata } as Evaluation;
}

function reason({ metadata }: Evaluation): string | undefined {
  return metadata['reason'];
}
