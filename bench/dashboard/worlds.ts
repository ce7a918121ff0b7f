/** Three platforms to look at: nothing yet, the sample after a day, and one of many accounts weeks into its rollouts. */
import type { Actor } from '../../src/auth/actor.ts';
import { accountFields } from '../../src/accounts/accounts.rules.ts';
import { accountRows, COPY_ACCOUNTS, copyIn } from '../../src/accounts/import/copy.ts';
import type { House } from '../../src/house.ts';
import { startRolloutCount } from '../../src/rollouts/counts.ts';
import { createSample, type SampleTokens } from '../../src/sample.ts';
import { addDays, dayIn, hourOfDay } from '../../src/time-zone.ts';
import { loadDecisions, loadTrouble } from './large-data.ts';
import { DashboardService } from './service.ts';

/** Who looks, and which of what there is to look at. */
export interface DashboardWorld {
  readonly service: DashboardService;
  readonly tokens: SampleTokens;
  /** Of the administrator's; null where there is none. */
  readonly account: string | null;
  /** In its grace period; null where there is none. */
  readonly migration: string | null;
  /** A user who can ask for a new password by a link that shows a page; null where there is none. */
  readonly user: { readonly clientId: string; readonly email: string } | null;
}

/** Names of {@link WORLDS}. */
export type WorldName = 'empty' | 'sample' | 'large';

/** Made by {@link createWorld}. */
export const WORLDS: Readonly<Record<WorldName, WorldPlan>> = {
  empty: { daysAgo: 0, fill: fillEmpty },
  sample: { daysAgo: 1, fill: fillSample },
  large: { daysAgo: 45, fill: fillLarge },
};

interface WorldPlan {
  /** When its clock starts. */
  readonly daysAgo: number;
  readonly fill: (service: DashboardService, log: (line: string) => void) => Promise<Omit<DashboardWorld, 'service'>>;
}

/** Of the large world. */
export const LARGE_ACCOUNTS = 50_000;
/** In the large world, the accounts of the one who looks and of each of the others. */
const OWN_ACCOUNTS = 60;
const ADMINISTRATORS = 400;
const HOUR_MS = 3_600_000;
const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olivia@platform.example', administratorId: null, tokenId: null, scopes: [] };
const OTHER_OPERATOR: Actor = { ...OPERATOR, subject: 'oscar@platform.example' };

/**
 * Makes a world on an empty, migrated database; the caller closes its service.
 *
 * @param log told what is going on
 */
export async function createWorld(name: WorldName, databaseUrl: string, log: (line: string) => void): Promise<DashboardWorld> {
  const service = await DashboardService.start(databaseUrl, WORLDS[name].daysAgo);
  try {
    const content = await WORLDS[name].fill(service, log);
    await service.goWithTime();
    return { service, ...content };
  } catch (error) {
    await service.close();
    throw error;
  }
}

async function fillEmpty({ house }: DashboardService): Promise<Omit<DashboardWorld, 'service'>> {
  return { tokens: await people(house, []), account: null, migration: null, user: null };
}

/** Made yesterday, and lived through hour by hour, mornings with their mails included. */
async function fillSample(service: DashboardService): Promise<Omit<DashboardWorld, 'service'>> {
  const { house } = service;
  const tokens = await createSample(house);
  for (let at = house.clock.now().getTime(); at < Date.now(); at += 2 * HOUR_MS) await service.workTo(new Date(at));
  await house.rollouts.optIn(OPERATOR, 'acme-books', 'password-reset-link', true);
  const user = { clientId: 'acme-books-web', email: 'sam@acme-books.example' };
  await house.passwordResets.ask({ ...user, connection: 'users' });
  return { tokens, account: 'acme-books', migration: 'email-from-address', user };
}

async function fillLarge(service: DashboardService, log: (line: string) => void): Promise<Omit<DashboardWorld, 'service'>> {
  const { house } = service;
  await copyAccounts(house, LARGE_ACCOUNTS);
  const own = Array.from({ length: OWN_ACCOUNTS }, (_, i) => accountId(i));
  const tokens = await people(house, own);
  for (let i = 1; i < ADMINISTRATORS; i += 1) {
    const input = { email: `person${i}@customer-${i}.example`, name: `Person ${i}`, timeZone: 'Europe/Berlin', locale: 'en' };
    await house.accounts.createAdministrator(OPERATOR, { ...input, accounts: [0, 1, 2].map((j) => accountId(OWN_ACCOUNTS + 3 * i + j)) });
  }
  log(`${LARGE_ACCOUNTS.toLocaleString('en')} accounts and ${ADMINISTRATORS} administrators are there`);
  const today = dayIn(new Date(), house.config.PLATFORM_TIME_ZONE);
  const migration = await announceLarge(house, today);
  await service.workTo(new Date(house.clock.now().getTime() + HOUR_MS));
  await loadDecisions(house.db, migration, house.clock.now(), new Date());
  const id = await migrationId(house, migration);
  await house.db.transaction((tx) => startRolloutCount(tx, id));
  for (const daysAgo of [40, 30, 14, 7, 1]) await service.workTo(new Date(Date.now() - daysAgo * 24 * HOUR_MS));
  // Into a morning, when reminders leave.
  await service.workTo(new Date(hourOfDay(today, 9, 'Europe/Berlin').getTime() + HOUR_MS / 2));
  await steer(house, today);
  await loadTrouble(house, OPERATOR);
  log('decisions, mails, events and failures are there');
  return { tokens, account: accountId(0), migration, user: null };
}

async function announceLarge(house: House, today: string): Promise<string> {
  const migrations = [
    {
      key: 'tls-1-0',
      title: 'TLS 1.0 and 1.1 are switched off',
      severity: 'HIGH',
      gracePeriodStart: addDays(today, -44),
      mandatoryOptIn: addDays(today, 21),
      description: TLS,
    },
    {
      key: 'idp-access-tokens',
      title: 'Access tokens of identity providers leave the user profile',
      severity: 'MEDIUM',
      gracePeriodStart: addDays(today, -20),
      mandatoryOptIn: 'TBD',
      description: 'Ask for the token with `GET /api/v2/users/{id}` instead.',
    },
    {
      key: 'legacy-search',
      title: 'Version 2 of the user search is removed',
      severity: 'CRITICAL',
      gracePeriodStart: addDays(today, -30),
      mandatoryOptIn: addDays(today, -3),
      description: 'Use version 3; queries of both are alike.',
    },
    {
      key: 'webhook-signatures',
      title: 'Webhooks are signed with SHA-256',
      severity: 'LOW',
      gracePeriodStart: addDays(today, 40).slice(0, 7),
      mandatoryOptIn: 'TBD',
      description: 'SHA-1 goes.',
    },
    {
      key: 'appliance-php',
      title: 'Appliances run their rules on Node 24',
      severity: 'MEDIUM',
      gracePeriodStart: addDays(today, -10),
      mandatoryOptIn: addDays(today, 60),
      description: 'Test your rules first.',
      affects: { platforms: ['APPLIANCE'] },
    },
  ] as const;
  for (const migration of migrations) {
    await house.migrations.createMigration(OPERATOR, migration);
    await house.migrations.announceBegun(OPERATOR, migration.key);
  }
  await house.migrations.createMigration(OPERATOR, { title: 'Passwords have 12 characters at least', severity: 'MEDIUM' });
  return migrations[0].key;
}

/** What operators do by hand on the last day. */
async function steer(house: House, today: string): Promise<void> {
  const until = new Date(`${addDays(today, 90)}T00:00:00Z`);
  for (let i = 1; i <= 12; i += 1)
    await house.rollouts.extendDeadline(OPERATOR, accountId(5 * i + 3), 'tls-1-0', until, 'a release freeze until spring');
  await house.reschedules.reschedule(OTHER_OPERATOR, 'tls-1-0', {
    mandatoryOptIn: addDays(today, 10),
    reason: 'The old versions were broken in public',
  });
}

async function people(house: House, accounts: readonly string[]): Promise<SampleTokens> {
  const email = 'ada@acme-books.example';
  const ada = await house.accounts.createAdministrator(OPERATOR, { email, name: 'Ada', timeZone: 'Europe/Berlin', locale: 'en', accounts });
  const operator = await house.tokens.createToken(OPERATOR, { name: 'operator', role: 'OPERATOR', subject: OPERATOR.subject });
  const administrator = await house.tokens.createToken(OPERATOR, {
    name: 'ada',
    role: 'ADMINISTRATOR',
    subject: email,
    administratorId: ada.id,
  });
  return { operator: operator.token, administrator: administrator.token };
}

async function migrationId({ db }: House, key: string): Promise<string> {
  const [row] = await db.query<{ id: string }>('select id from migration where key = $1', [key]);
  return row!.id;
}

async function copyAccounts({ db, clock }: House, count: number): Promise<void> {
  const client = await db.borrow();
  try {
    const rows = Array.from({ length: count }, (_, i) => accountFields(rawAccount(i), () => true));
    await copyIn(client, COPY_ACCOUNTS, accountRows(rows, clock.now()));
  } finally {
    client.release();
  }
}

function rawAccount(i: number): Record<string, unknown> {
  const name = `${FIRST[i % FIRST.length]} ${SECOND[Math.floor(i / FIRST.length) % SECOND.length]} ${Math.floor(i / 180) + 1}`;
  return {
    id: accountId(i),
    name: i === 4 ? LONG_NAME : name,
    platform: i % 10 === 9 ? 'APPLIANCE' : 'CLOUD',
    plan: ['free', 'team', 'enterprise'][i % 3],
    region: ['eu', 'us', 'ap'][i % 3],
    timeZone: ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'][i % 3],
    usesBuiltInEmail: i % 4 !== 3,
    attributes: { industry: SECOND[i % SECOND.length]!.toLowerCase() },
    createdAt: new Date(Date.UTC(2019, 0, 1) + i * 3_600_000).toISOString(),
  };
}

function accountId(i: number): string {
  return `acct-${String(i + 1).padStart(6, '0')}`;
}

const FIRST = ['Acme', 'Birch', 'Cobalt', 'Dune', 'Ember', 'Fjord', 'Grove', 'Harbor', 'Iris', 'Juniper', 'Kestrel', 'Lumen'] as const;
const SECOND = [
  'Books',
  'Clinics',
  'Freight',
  'Games',
  'Hotels',
  'Insurance',
  'Labs',
  'Media',
  'Outdoor',
  'Pharmacy',
  'Robotics',
  'Schools',
  'Travel',
  'Utilities',
  'Wines',
] as const;
const LONG_NAME = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG';
const TLS = `Connections with TLS 1.0 or 1.1 are refused. Every current browser and every library of the last eight years speaks TLS 1.2.

**What to do:** look for clients of your own that are older, and update them.

| what | from which version on |
| --- | --- |
| OpenSSL | 1.0.1 |
| Java | 8 |
| .NET | 4.6 |`;
