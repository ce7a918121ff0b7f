import { beforeAll, describe, expect, test } from 'vitest';
import { EventsDocument, ProgressDocument } from '../../schema/generated/operations.ts';
import type { Actor } from '../../src/auth/actor.ts';
import { type Scope, SCOPES } from '../../src/auth/scopes.rules.ts';
import { ApiError, type GraphqlClient } from '../support/graphql-client.ts';
import {
  ARGUMENTS,
  type Caller,
  CALLERS,
  createWorld,
  FIELDS,
  missingArguments,
  type RootField,
  type Whose,
  type World,
} from '../support/every-field.ts';
import { census, refusalOf, startService, type TestService } from '../support/service.ts';

let service: TestService;
let ours: World;
let theirs: Whose;

beforeAll(async () => {
  service = await startService('2016-04-01T09:00:00.000Z');
  ({ ours, theirs } = await createWorld(service));
});

/** For operator, administrator, partner, runtime: `ok`, or the code they are answered with. */
type Outcomes = readonly [operator: string, administrator: string, partner: string, runtime: string];

const OK: Outcomes = ['ok', 'ok', 'ok', 'ok'];
const READ_BY_ALL_BUT_RUNTIMES: Outcomes = ['ok', 'ok', 'ok', 'FORBIDDEN'];
const FOREIGN_LIST: Outcomes = ['ok', 'NOT_FOUND', 'NOT_FOUND', 'FORBIDDEN'];
const FOREIGN: Outcomes = ['ok', 'NOT_FOUND', 'NOT_FOUND', 'ok'];
/** The partner's token has no scope to write. */
const EMAIL_WRITERS: Outcomes = ['ok', 'ok', 'FORBIDDEN', 'FORBIDDEN'];
const FOREIGN_TO_EMAIL_WRITERS: Outcomes = ['ok', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'];
/** An operator gets past the question who may; the code then says what else is wrong with our arguments. */
const operatorsOnly = (operator = 'ok'): Outcomes => [operator, 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'];
/** The partner's token has no scope for webhooks; what is whose is tried in webhooks.test.ts. */
const webhookOwners = (outcome = 'ok'): Outcomes => [outcome, outcome, 'FORBIDDEN', 'FORBIDDEN'];
const administratorsOnly = (administrator = 'ok'): Outcomes => ['FORBIDDEN', administrator, 'FORBIDDEN', 'FORBIDDEN'];

/** The same for those who get past that question, to be told what else is wrong with our arguments. */
const emailWriters = (outcome: string): { own: Outcomes; foreign: Outcomes } => ({
  own: [outcome, outcome, 'FORBIDDEN', 'FORBIDDEN'],
  foreign: [outcome, 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'],
});

/** Who may do what: with what is theirs, and with what is somebody else's. */
const TABLE: Readonly<Record<string, { own: Outcomes; foreign?: Outcomes }>> = {
  account: { own: OK, foreign: FOREIGN },
  accountMigration: { own: OK, foreign: FOREIGN },
  accounts: { own: READ_BY_ALL_BUT_RUNTIMES },
  administrator: { own: ['ok', 'ok', 'NOT_FOUND', 'NOT_FOUND'], foreign: ['ok', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'] },
  administrators: { own: READ_BY_ALL_BUT_RUNTIMES },
  emailHealth: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  applications: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  events: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  accountsUsing: { own: operatorsOnly() },
  failingAccounts: { own: operatorsOnly() },
  logCursor: { own: OK },
  mails: { own: operatorsOnly() },
  migration: { own: OK },
  migrations: { own: OK },
  migrationImpact: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  migrationUsage: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  notices: { own: administratorsOnly() },
  emailTemplates: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  previewEmailTemplate: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  setEmailTemplate: { own: EMAIL_WRITERS, foreign: FOREIGN_TO_EMAIL_WRITERS },
  resetEmailTemplate: { own: EMAIL_WRITERS, foreign: FOREIGN_TO_EMAIL_WRITERS },
  tokens: { own: operatorsOnly() },
  unreadNotices: { own: administratorsOnly() },
  userMails: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  board: { own: administratorsOnly() },
  me: { own: OK },
  migrationAccounts: { own: operatorsOnly() },
  previewMigration: { own: operatorsOnly() },
  previewReschedule: { own: operatorsOnly() },
  queues: { own: operatorsOnly() },
  sweeps: { own: operatorsOnly() },
  announceMigration: { own: operatorsOnly('WRONG_STATE') },
  approveReschedule: { own: operatorsOnly('NOT_FOUND') },
  cancelMigration: { own: operatorsOnly('WRONG_STATE') },
  createAccount: { own: operatorsOnly('KEY_TAKEN') },
  createAdministrator: { own: operatorsOnly('KEY_TAKEN') },
  createMigration: { own: operatorsOnly('KEY_TAKEN') },
  createApplication: {
    own: ['INVALID_INPUT', 'INVALID_INPUT', 'FORBIDDEN', 'FORBIDDEN'],
    foreign: ['INVALID_INPUT', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'],
  },
  createUser: {
    own: ['INVALID_EMAIL', 'INVALID_EMAIL', 'FORBIDDEN', 'FORBIDDEN'],
    foreign: ['INVALID_EMAIL', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'],
  },
  createToken: { own: operatorsOnly('INVALID_INPUT') },
  calendarLink: { own: administratorsOnly() },
  createCalendarLink: { own: administratorsOnly() },
  removeCalendarLink: { own: administratorsOnly() },
  dismissNotice: { own: administratorsOnly(), foreign: administratorsOnly('NOT_FOUND') },
  editAccount: { own: operatorsOnly(), foreign: operatorsOnly() },
  editAdministrator: { own: operatorsOnly('INVALID_EMAIL'), foreign: operatorsOnly('INVALID_EMAIL') },
  editMigration: { own: operatorsOnly('WRONG_STATE') },
  enforceMigration: { own: operatorsOnly('WRONG_STATE') },
  exemptAccount: { own: operatorsOnly('DATE_IN_PAST'), foreign: operatorsOnly('DATE_IN_PAST') },
  extendDeadline: { own: operatorsOnly('DATE_IN_PAST'), foreign: operatorsOnly('DATE_IN_PAST') },
  grantAdministration: { own: operatorsOnly(), foreign: operatorsOnly() },
  importMigrationPage: { own: operatorsOnly('INVALID_PAGE') },
  optIn: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  optOut: {
    own: ['NOT_OPTED_IN', 'NOT_OPTED_IN', 'NOT_OPTED_IN', 'FORBIDDEN'],
    foreign: ['NOT_OPTED_IN', 'NOT_FOUND', 'NOT_FOUND', 'FORBIDDEN'],
  },
  optInAccounts: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: READ_BY_ALL_BUT_RUNTIMES },
  optOutAccounts: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: READ_BY_ALL_BUT_RUNTIMES },
  rejectReschedule: { own: operatorsOnly('NOT_FOUND') },
  rescheduleMigration: { own: operatorsOnly('GRACE_PERIOD_STARTED') },
  redeliverFailedWebhooks: { own: webhookOwners('NOT_FOUND') },
  retryFailedMails: { own: operatorsOnly() },
  retryMail: { own: operatorsOnly('NOT_FOUND') },
  revokeAdministration: { own: operatorsOnly('NOT_FOUND'), foreign: operatorsOnly('NOT_FOUND') },
  revokeToken: { own: operatorsOnly('NOT_FOUND') },
  rotateToken: { own: operatorsOnly('NOT_FOUND') },
  emailSettings: { own: READ_BY_ALL_BUT_RUNTIMES, foreign: FOREIGN_LIST },
  sendTestEmail: emailWriters('INVALID_EMAIL'),
  setBuiltInEmail: emailWriters('ok'),
  setMandrillEmail: emailWriters('INVALID_INPUT'),
  setSendGridEmail: emailWriters('INVALID_INPUT'),
  setSesEmail: emailWriters('INVALID_INPUT'),
  setSmtpEmail: emailWriters('HOST_FORBIDDEN'),
  webhookEndpoints: { own: webhookOwners() },
  webhookDeliveries: { own: webhookOwners('NOT_FOUND') },
  createWebhookEndpoint: { own: webhookOwners('INVALID_INPUT') },
  editWebhookEndpoint: { own: webhookOwners('NOT_FOUND') },
  deleteWebhookEndpoint: { own: webhookOwners('NOT_FOUND') },
  rotateWebhookSecret: { own: webhookOwners('NOT_FOUND') },
  sendTestWebhook: { own: webhookOwners('NOT_FOUND') },
  redeliverWebhook: { own: webhookOwners('NOT_FOUND') },
  replayWebhooks: { own: webhookOwners('NOT_FOUND') },
  // What is somebody else's is refused within the answer, as what does not exist: usage-reports.test.ts.
  reportUsage: { own: ['ok', 'FORBIDDEN', 'FORBIDDEN', 'ok'], foreign: ['ok', 'FORBIDDEN', 'FORBIDDEN', 'ok'] },
};

const READ_MAIL: readonly Scope[] = ['email:write', 'migrations:read', 'opt_ins:write'];
const READ_STATES: readonly Scope[] = ['migrations:read', 'flags:read'];

/** What a partner needs a scope for, any of these; everything else is the same with every scope and with none. */
const SCOPED: Readonly<Record<string, readonly Scope[]>> = {
  account: READ_STATES,
  accountMigration: READ_STATES,
  accounts: ['migrations:read'],
  applications: ['migrations:read', 'read:users'],
  emailHealth: ['email:write', 'migrations:read'],
  emailSettings: READ_MAIL,
  emailTemplates: READ_MAIL,
  events: ['events:read'],
  migration: [...READ_STATES, 'events:read'],
  migrationImpact: ['migrations:read'],
  migrations: READ_STATES,
  migrationUsage: ['migrations:read'],
  optIn: ['opt_ins:write'],
  optInAccounts: ['opt_ins:write'],
  optOut: ['opt_ins:write'],
  optOutAccounts: ['opt_ins:write'],
  previewEmailTemplate: READ_MAIL,
  reportUsage: ['usage:write'],
  resetEmailTemplate: ['email:write'],
  sendTestEmail: ['email:write'],
  setBuiltInEmail: ['email:write'],
  setEmailTemplate: ['email:write'],
  setMandrillEmail: ['email:write'],
  setSendGridEmail: ['email:write'],
  setSesEmail: ['email:write'],
  setSmtpEmail: ['email:write'],
  userMails: ['email:write', 'migrations:read'],
  webhookEndpoints: ['webhooks:write'],
  webhookDeliveries: ['webhooks:write'],
  createWebhookEndpoint: ['webhooks:write'],
  editWebhookEndpoint: ['webhooks:write'],
  deleteWebhookEndpoint: ['webhooks:write'],
  rotateWebhookSecret: ['webhooks:write'],
  sendTestWebhook: ['webhooks:write'],
  redeliverFailedWebhooks: ['webhooks:write'],
  redeliverWebhook: ['webhooks:write'],
  replayWebhooks: ['webhooks:write'],
};

async function ask(caller: Caller, { name, document }: RootField, whose: Whose): Promise<ApiError | null> {
  try {
    await ours.clients[caller].request(document, ARGUMENTS[name]!(whose));
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

async function outcomesOf(field: RootField, whose: Whose): Promise<string[]> {
  const outcomes: string[] = [];
  for (const caller of CALLERS) {
    const before = await census(service.db);
    const refusal = await ask(caller, field, whose);
    outcomes.push(refusal?.code ?? 'ok');
    if (refusal) expect(await census(service.db)).toEqual(before);
  }
  return outcomes;
}

describe('every query and mutation of the schema', () => {
  test('has a row in the table of who may do what, and arguments to try it with', () => {
    expect(FIELDS.map(({ name }) => name).toSorted()).toEqual(Object.keys(TABLE).toSorted());
    for (const field of FIELDS) expect(missingArguments(field, ARGUMENTS[field.name]?.(theirs) ?? {})).toEqual([]);
  });

  test.each(FIELDS.map((field) => [field.name, field] as const))(
    '%s lets in whom it should, with what is theirs and what is not, and a refusal changes nothing',
    async (name, field) => {
      const { own, foreign } = TABLE[name]!;
      expect(await outcomesOf(field, ours)).toEqual([...own, 'UNAUTHENTICATED']);
      if (foreign) expect(await outcomesOf(field, theirs)).toEqual([...foreign, 'UNAUTHENTICATED']);
    },
  );

  test.each(FIELDS.filter(({ name }) => TABLE[name]?.foreign?.includes('NOT_FOUND')).map((field) => [field.name, field] as const))(
    '%s answers for what is somebody else’s as for what does not exist, word for word',
    async (_name, field) => {
      // As long and as well-formed as the real ones.
      const missing: Whose = {
        account: 'nobody',
        administrator: '01890000-0000-7000-8000-00000000000a',
        notice: '01890000-0000-7000-8000-00000000000b',
      };
      const masked = (refusal: ApiError | null, { account, administrator, notice }: Whose) =>
        JSON.stringify([refusal?.message, refusal?.extensions, refusal?.status])
          .replaceAll(account, 'ID')
          .replaceAll(administrator, 'ID')
          .replaceAll(notice, 'ID');
      for (const caller of ['ADMINISTRATOR', 'PARTNER'] as const) {
        expect(masked(await ask(caller, field, theirs), theirs)).toBe(masked(await ask(caller, field, missing), missing));
      }
    },
  );
});

describe('a scope of a partner', () => {
  const partners = new Map<string, GraphqlClient>();
  const partnerWith = async (scopes: readonly Scope[]): Promise<GraphqlClient> => {
    const name = scopes.join(' ');
    const client = partners.get(name) ?? (await service.clientOf({ role: 'PARTNER', subject: 'Scoped Co', accounts: ['mine'], scopes }));
    partners.set(name, client);
    return client;
  };
  const refusalTo = async ({ name, document }: RootField, scopes: readonly Scope[]): Promise<ApiError | null> =>
    (await partnerWith(scopes)).request(document, ARGUMENTS[name]!(ours)).then(
      () => null,
      (error: unknown) => error as ApiError,
    );

  test.each(FIELDS.map((field) => [field.name, field] as const))(
    '%s asks for the scope it needs, and for no other',
    async (name, field) => {
      const needed = SCOPED[name] ?? [];
      const [without, withAll] = [await refusalTo(field, []), await refusalTo(field, SCOPES)];
      if (needed.length === 0) return expect(without?.message).toBe(withAll?.message);
      expect(withAll?.code).not.toBe('FORBIDDEN');
      for (const scope of needed) expect((await refusalTo(field, [scope]))?.message).toBe(withAll?.message);
      const others = SCOPES.filter((scope) => !needed.includes(scope));
      await partnerWith(others);
      const before = await census(service.db);
      for (const refusal of [without, await refusalTo(field, others)]) {
        expect(refusal).toMatchObject({ code: 'FORBIDDEN', extensions: { details: { scopes: needed } } });
        for (const scope of needed) expect(refusal!.message).toContain(`"${scope}"`);
      }
      expect(await census(service.db)).toEqual(before);
    },
  );

  test('is asked for again on the way from what another scope shows', async () => {
    const query = '{ events { edges { node { account { id migrations { state { enabled } } } } } } }';
    const client = await partnerWith(['events:read']);
    expect((await refusalOf(client.request(query), 'FORBIDDEN')).message).toContain('"migrations:read" or "flags:read"');
  });

  test('is asked for by subscriptions', async () => {
    const client = await partnerWith(['events:read']);
    for (const subscription of [
      'subscription { accountMigrationChanged(account: "mine") { cursor } }',
      'subscription { migrationChanged { cursor } }',
    ])
      await refusalOf(client.subscribe(subscription).next(), 'FORBIDDEN');
  });

  test('holds for all accounts where the token says so, those made later included', async () => {
    const scopes = ['migrations:read', 'opt_ins:write', 'events:read'];
    const partner = await service.clientOf({ role: 'PARTNER', subject: 'Reach Co', allAccounts: true, scopes });
    const { accounts } = service.house;
    const operator: Actor = { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] };
    await accounts.createAccount(operator, { id: 'later', name: 'later', platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    const seen = await partner.request<{ accounts: { edges: { node: { id: string } }[] } }, object>(
      '{ accounts { edges { node { id } } } }',
    );
    expect(seen.accounts.edges.map(({ node }) => node.id)).toEqual(expect.arrayContaining(['later', 'mine', 'theirs']));
    const decide = (field: string) =>
      partner.request(`mutation { ${field}(account: "later", migration: "running") { state { enabled } } }`);
    expect(await decide('optIn')).toEqual({ optIn: { state: { enabled: true } } });
    expect(await decide('optOut')).toEqual({ optOut: { state: { enabled: false } } });
    await refusalOf(partner.request('{ account(id: "nobody") { id } }'), 'NOT_FOUND');
    await refusalOf(ours.clients.PARTNER.request('{ account(id: "later") { id } }'), 'NOT_FOUND');
  });
});

describe('within an answer', () => {
  test('the numbers of a rollout are the operators’', async () => {
    for (const caller of ['ADMINISTRATOR', 'PARTNER', 'RUNTIME'] as const) {
      expect((await refusalOf(ours.clients[caller].request(ProgressDocument, { key: 'running' }), 'FORBIDDEN')).message).toContain(
        'operators',
      );
    }
  });

  test('lists hold what is theirs alone', async () => {
    const idsOf = async (caller: Caller, list: string) =>
      (
        await ours.clients[caller].request<Record<string, { edges: { node: { id: string } }[] }>, object>(
          `{ ${list} { edges { node { id } } } }`,
        )
      )[list]!.edges.map(({ node }) => node.id);
    for (const caller of ['ADMINISTRATOR', 'PARTNER'] as const) expect(await idsOf(caller, 'accounts')).toEqual(['mine']);
    expect(await idsOf('ADMINISTRATOR', 'administrators')).toEqual([ours.administrator]);
    expect(await idsOf('PARTNER', 'administrators')).toEqual([]);
    expect(await idsOf('ADMINISTRATOR', 'notices')).toContain(ours.notice);
    expect(await idsOf('ADMINISTRATOR', 'notices')).not.toContain(theirs.notice);
    for (const caller of ['ADMINISTRATOR', 'PARTNER'] as const) {
      const { events } = await ours.clients[caller].request(EventsDocument, { first: 100 });
      expect(new Set(events.edges.map(({ node }) => node.account?.id))).toEqual(new Set(['mine']));
    }
  });

  test('an administrator sees of their colleagues on an account no more than in the list', async () => {
    const { id } = await service.house.accounts.createAdministrator(
      { role: 'OPERATOR', subject: 'setup', administratorId: null, tokenId: null, scopes: [] },
      { email: 'carla@mine.example', name: 'Carla', accounts: ['mine'] },
    );
    const query = '{ account(id: "mine") { administrators { edges { node { id } } } } }';
    const ids = async (caller: Caller) => JSON.stringify(await ours.clients[caller].request(query));
    expect(await ids('OPERATOR')).toContain(id);
    expect(await ids('ADMINISTRATOR')).not.toContain(id);
    expect(await ids('PARTNER')).not.toContain(id);
  });
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
