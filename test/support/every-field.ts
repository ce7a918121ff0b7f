/** Every query and mutation of the schema with arguments that make sense, so that a test of all fails where one is new. */
import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, type GraphQLArgument, type GraphQLInputField, isCompositeType, isInputObjectType } from 'graphql';
import type { Actor } from '../../src/auth/actor.ts';
import { newId } from '../../src/ids.ts';
import type { GraphqlClient } from './graphql-client.ts';
import type { TestService } from './service.ts';

/** As it is committed. */
export const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
const roots = { query: schema.getQueryType()!.getFields(), mutation: schema.getMutationType()!.getFields() };

/** A world in which each role has something of its own, and somebody else has the same. */
export interface World {
  /** An account that the administrator and the partner may act for. */
  readonly account: string;
  /** An administrator of that account. */
  readonly administrator: string;
  /** A notice to that administrator. */
  readonly notice: string;
  /** Callers, by role; `NONE` has no token. */
  readonly clients: Readonly<Record<Caller, GraphqlClient>>;
}

/** Who may call. */
export const CALLERS = ['OPERATOR', 'ADMINISTRATOR', 'PARTNER', 'RUNTIME', 'NONE'] as const;
export type Caller = (typeof CALLERS)[number];

/** What arguments are about: {@link World} itself, or somebody else's things. */
export type Whose = Pick<World, 'account' | 'administrator' | 'notice'>;

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };
const NOBODY = '01890000-0000-7000-8000-000000000000';
const page = { first: 5, after: null };
const templateInput = {
  from: 'Shop <shop@example.com>',
  subject: 'Hello {{ user.name }}',
  body: '<p>Hello</p>',
  resultUrl: 'https://shop.example.com/in',
  linkLifetimeSeconds: 3_600,
  enabled: true,
};

/** Complete arguments of every field: all that are optional are given too. */
export const ARGUMENTS: Readonly<Record<string, (whose: Whose) => Record<string, unknown>>> = {
  account: ({ account }) => ({ id: account }),
  accountMigration: ({ account }) => ({ account, migration: 'running' }),
  accounts: () => ({ ...page, search: 'a', platform: 'CLOUD' }),
  administrator: ({ administrator }) => ({ id: administrator }),
  administrators: () => ({ ...page, search: 'a' }),
  emailHealth: ({ account }) => ({ account }),
  applications: ({ account }) => ({ ...page, account }),
  events: ({ account }) => ({
    ...page,
    order: 'OLDEST_FIRST',
    account,
    migration: 'running',
    types: ['OPTED_IN'],
    actor: 'ann@example.com',
    token: NOBODY,
    from: '2015-01-01T00:00:00Z',
    to: '2035-01-01T00:00:00Z',
  }),
  accountsUsing: () => ({ ...page, migration: 'running' }),
  failingAccounts: () => page,
  logCursor: () => ({}),
  mails: () => ({ ...page, status: 'SENT' }),
  migration: () => ({ key: 'running' }),
  migrations: () => ({ ...page, states: ['GRACE_PERIOD'] }),
  migrationImpact: ({ account }) => ({ account, migration: 'running' }),
  migrationUsage: ({ account }) => ({ account, migration: 'running' }),
  notices: () => ({ ...page, unreadOnly: true, includeClosed: true }),
  tokens: () => page,
  emailTemplates: ({ account }) => ({ account }),
  previewEmailTemplate: ({ account }) => ({ account, name: 'WELCOME', input: templateInput }),
  resetEmailTemplate: ({ account }) => ({ account, name: 'VERIFICATION' }),
  setEmailTemplate: ({ account }) => ({ account, name: 'WELCOME', input: templateInput }),
  unreadNotices: () => ({}),
  userMails: ({ account }) => ({ ...page, account, status: 'SENT' }),
  board: () => ({}),
  me: () => ({}),
  migrationAccounts: () => ({
    ...page,
    migration: 'running',
    standing: 'OPEN',
    reasons: ['PENDING'],
    search: 'm',
    quietForDays: 1,
    usedWithinDays: 30,
  }),
  previewMigration: ({ account }) => ({
    editing: 'running',
    input: {
      key: 'running',
      title: 'Taken',
      description: 'Text.',
      severity: 'LOW',
      gracePeriodStart: '2016-0',
      mandatoryOptIn: '2016-06-01',
      guideUrl: null,
      affects: { platforms: ['CLOUD'], builtInEmailOnly: false, attributes: { tier: 'gold' }, accounts: [account], usedWithinDays: null },
    },
  }),
  previewReschedule: () => ({ key: 'running', dates: { gracePeriodStart: '2016-03-20', mandatoryOptIn: '2016-05' } }),
  queues: () => ({}),
  sweeps: () => ({}),
  announceMigration: () => ({ key: 'running' }),
  approveReschedule: () => ({ id: NOBODY }),
  cancelMigration: () => ({ key: 'finished', reason: 'A reason.' }),
  createAccount: ({ account }) => ({
    input: {
      id: account,
      name: 'Taken',
      platform: 'CLOUD',
      plan: 'free',
      region: 'eu',
      timeZone: 'UTC',
      usesBuiltInEmail: true,
      attributes: { tier: 'gold' },
      createdAt: '2016-01-01T00:00:00Z',
    },
  }),
  createAdministrator: ({ account }) => ({
    input: { email: 'anna@mine.example', name: 'Anna', timeZone: 'UTC', locale: 'en', accounts: [account] },
  }),
  createApplication: ({ account }) => ({ account, name: 'Shop', clientId: 'no id' }),
  createUser: ({ account }) => ({
    account,
    input: {
      email: 'nobody',
      name: 'Anna',
      connection: 'people',
      password: 'correct horse battery',
      identities: [{ provider: 'google-oauth2', connection: 'google-oauth2', userId: '1', isSocial: true, accessToken: 'secret' }],
    },
  }),
  createMigration: ({ account }) => ({
    input: {
      key: 'running',
      title: 'Taken',
      description: 'Text.',
      severity: 'LOW',
      gracePeriodStart: '2016-05-01',
      mandatoryOptIn: '2016-06-01',
      reversible: true,
      guideUrl: 'https://docs.example/guide',
      affects: { platforms: ['CLOUD'], builtInEmailOnly: false, attributes: { tier: 'gold' }, accounts: [account], usedWithinDays: null },
    },
  }),
  createToken: ({ account }) => ({
    input: {
      name: 'a',
      role: 'OPERATOR',
      subject: 'b',
      accounts: [account],
      allAccounts: false,
      administratorId: NOBODY,
      scopes: [],
      expiresAt: '2030-01-01T00:00:00Z',
    },
  }),
  calendarLink: () => ({}),
  createCalendarLink: () => ({}),
  removeCalendarLink: () => ({}),
  dismissNotice: ({ notice }) => ({ id: notice }),
  editAccount: ({ account }) => ({
    id: account,
    input: { name: account, platform: 'CLOUD', plan: null, region: null, timeZone: 'UTC', usesBuiltInEmail: true, attributes: {} },
  }),
  editAdministrator: ({ administrator }) => ({
    id: administrator,
    input: { email: 'nobody', name: 'Anna', timeZone: 'UTC', locale: 'en' },
  }),
  editMigration: () => ({
    key: 'cancelled',
    input: {
      title: 'Title',
      description: 'Text.',
      severity: 'LOW',
      reversible: true,
      guideUrl: null,
      affects: { platforms: [], builtInEmailOnly: false, attributes: {}, accounts: null, usedWithinDays: null },
    },
  }),
  enforceMigration: () => ({ key: 'running', reason: 'A reason.' }),
  exemptAccount: ({ account }) => ({ account, migration: 'running', until: '2016-01-01T00:00:00Z', reason: 'A reason.' }),
  extendDeadline: ({ account }) => ({ account, migration: 'running', until: '2016-01-01T00:00:00Z', reason: 'A reason.' }),
  grantAdministration: ({ account, administrator }) => ({ account, administrator }),
  importMigrationPage: () => ({ page: '# Nothing' }),
  optIn: ({ account }) => ({ account, migration: 'running', acknowledge: false }),
  optInAccounts: ({ account }) => ({ accounts: [account], migration: 'running', acknowledge: false }),
  optOut: ({ account }) => ({ account, migration: 'untouched' }),
  optOutAccounts: ({ account }) => ({ accounts: [account], migration: 'untouched' }),
  rejectReschedule: () => ({ id: NOBODY }),
  rescheduleMigration: () => ({
    key: 'running',
    dates: { gracePeriodStart: '2016-04-20', mandatoryOptIn: '2016-06-20', reason: 'A reason.' },
  }),
  redeliverFailedWebhooks: () => ({ endpoint: NOBODY }),
  retryFailedMails: () => ({}),
  retryMail: () => ({ id: NOBODY }),
  revokeAdministration: ({ administrator }) => ({ account: 'missing', administrator }),
  revokeToken: () => ({ id: NOBODY }),
  rotateToken: () => ({ id: NOBODY, overlapSeconds: 60 }),
  emailSettings: ({ account }) => ({ account }),
  sendTestEmail: ({ account }) => ({ account, to: 'nobody', template: 'WELCOME' }),
  setBuiltInEmail: ({ account }) => ({ account, input: { defaultFrom: null, enabled: true } }),
  setMandrillEmail: ({ account }) => ({ account, input: { defaultFrom: null, enabled: true, apiKey: '', viewContentLink: false } }),
  setSendGridEmail: ({ account }) => ({ account, input: { defaultFrom: null, enabled: true, apiKey: '' } }),
  setSesEmail: ({ account }) => ({
    account,
    input: { defaultFrom: null, enabled: true, accessKeyId: '', secretAccessKey: '', region: '', configurationSet: null },
  }),
  setSmtpEmail: ({ account }) => ({
    account,
    input: {
      defaultFrom: null,
      enabled: true,
      host: '10.0.0.1',
      port: 25,
      user: 'shop',
      password: 'password',
      headers: [{ name: 'X-Tag', value: 'shop' }],
    },
  }),
  webhookEndpoints: () => page,
  webhookDeliveries: () => ({ ...page, endpoint: NOBODY, status: 'DELIVERED' }),
  createWebhookEndpoint: () => ({ input: { url: 'nonsense', types: ['OPTED_IN'] } }),
  editWebhookEndpoint: () => ({ id: NOBODY, input: { url: 'nonsense', types: [], enabled: true } }),
  deleteWebhookEndpoint: () => ({ id: NOBODY }),
  rotateWebhookSecret: () => ({ id: NOBODY, overlapHours: 24 }),
  sendTestWebhook: () => ({ endpoint: NOBODY }),
  redeliverWebhook: () => ({ id: NOBODY }),
  reportUsage: ({ account }) => ({
    reports: [{ account, migration: 'running', client: 'shop', uses: 2, lastUsedAt: '2016-04-02T11:00:00Z' }],
  }),
  replayWebhooks: () => ({ endpoint: NOBODY, after: '0.0' }),
};

/** A field of the root types. */
export interface RootField {
  readonly kind: 'query' | 'mutation';
  readonly name: string;
  /** An operation of it that takes each argument as a variable. */
  readonly document: string;
  readonly args: readonly GraphQLArgument[];
}

/** On every mutation alike and of no say in who may do what: test/integration/idempotency.test.ts is about it. */
export const IDEMPOTENCY_KEY = 'idempotencyKey';

/** Every query and mutation, by the schema. */
export const FIELDS: readonly RootField[] = (['query', 'mutation'] as const).flatMap((kind) =>
  Object.values(roots[kind]).map(({ name, args: all, type }) => {
    const args = all.filter((arg) => arg.name !== IDEMPOTENCY_KEY);
    const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
    const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    const selection = isCompositeType(getNamedType(type)) ? ' { __typename }' : '';
    const [head, call] = args.length > 0 ? [`(${declared})`, `(${passed})`] : ['', ''];
    return { kind, name, args, document: `${kind} ${name}${head} { ${name}${call}${selection} }` };
  }),
);

/** What the arguments of {@link ARGUMENTS} leave out of a field's arguments and of the inputs in them. */
export function missingArguments({ args }: RootField, given: Readonly<Record<string, unknown>>): string[] {
  return args.flatMap((arg) => missingIn(arg, given, arg.name));
}

function missingIn({ name, type }: GraphQLArgument | GraphQLInputField, given: Readonly<Record<string, unknown>>, path: string): string[] {
  if (!Object.hasOwn(given, name)) return [path];
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return [];
  // Of a list, the first element stands for all.
  const value = (Array.isArray(given[name]) ? given[name][0] : given[name]) as Record<string, unknown>;
  return Object.values(named.getFields()).flatMap((field) => missingIn(field, value, `${path}.${field.name}`));
}

/** What it takes to make a world: any service, in this process or beside it. */
export type WorldHouse = Pick<TestService, 'house' | 'db' | 'operator' | 'anonymous' | 'clientOf' | 'setClock' | 'sweep'>;

/** Makes the world of {@link ARGUMENTS}: what is ours, and the same of somebody else. */
export async function createWorld(service: WorldHouse): Promise<{ ours: World; theirs: Whose }> {
  const { accounts, migrations } = service.house;
  const people: Whose[] = [];
  for (const owner of ['mine', 'theirs']) {
    await accounts.createAccount(OPERATOR, { id: owner, name: owner, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    const { id } = await accounts.createAdministrator(OPERATOR, { email: `anna@${owner}.example`, name: 'Anna', accounts: [owner] });
    people.push({ account: owner, administrator: id, notice: '' });
  }
  for (const key of ['running', 'untouched', 'cancelled', 'finished']) {
    const mandatoryOptIn = key === 'finished' ? '2016-04-01T12:00:00Z' : '2016-06-20';
    await migrations.createMigration(OPERATOR, { key, title: key, severity: 'LOW', gracePeriodStart: '2016-03-20', mandatoryOptIn });
    await migrations.announceBegun(OPERATOR, key);
  }
  await migrations.cancelMigration(OPERATOR, 'cancelled', 'A reason.');
  await service.setClock('2016-04-02T12:00:00Z');
  await service.sweep();
  const [mine, theirs] = await Promise.all(
    people.map(async (person) => {
      const [notice] = await service.db.query<{ id: string }>('select id from notice where administrator_id = $1 limit 1', [
        person.administrator,
      ]);
      return { ...person, notice: notice!.id };
    }),
  );
  const administrator = await service.clientOf({
    role: 'ADMINISTRATOR',
    subject: 'anna@mine.example',
    administratorId: mine!.administrator,
  });
  const scopes = ['migrations:read', 'opt_ins:write', 'events:read'];
  const partner = await service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: ['mine'], scopes });
  const runtime = await service.clientOf({ role: 'RUNTIME', subject: `login ${newId()}` });
  const clients = { OPERATOR: service.operator, ADMINISTRATOR: administrator, PARTNER: partner, RUNTIME: runtime, NONE: service.anonymous };
  return { ours: { ...mine!, clients }, theirs: theirs! };
}
