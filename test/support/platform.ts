/** The platform as its callers see it over plain HTTP, with an account, an application and a user to call it for. */
import { OLGA, type TestService } from './service.ts';
import type { Actor } from '../../src/auth/actor.ts';
import { SYSTEM } from '../../src/auth/actor.ts';
import type { Scope } from '../../src/auth/scopes.rules.ts';
import type { GraphqlClient } from './graphql-client.ts';

/** An operator of the tests. */
export const OPERATOR: Actor = { role: 'OPERATOR', subject: OLGA, administratorId: null, tokenId: null, scopes: [] };
/** The user database of the tests. */
export const CONNECTION = 'people';

/** What a call may carry. */
export interface Call {
  readonly method?: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request; redirects are not followed. */
export function call(url: string, path: string, { method, json, form, token, headers = {} }: Call = {}): Promise<Response> {
  const body = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json);
  return fetch(new URL(path, url), {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    body,
    headers: {
      ...(body !== undefined && { 'content-type': json === undefined ? 'application/x-www-form-urlencoded' : 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
}

/** The code of a refusal. */
export async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code;
}

/** An account whose application calls the platform. */
export interface Customer {
  readonly account: string;
  readonly clientId: string;
  readonly secret: string;
  readonly administrator: GraphqlClient;
}

/** Makes an account with an application and an administrator, all through the services. */
export async function createCustomer(service: TestService, account: string, createdAt: Date): Promise<Customer> {
  const { accounts, applications } = service.house;
  await accounts.createAccount(OPERATOR, { id: account, name: account, platform: 'CLOUD', createdAt });
  const { id } = await accounts.createAdministrator(OPERATOR, { email: `admin@${account}.example`, name: 'Ada', accounts: [account] });
  const application = await applications.createApplication(OPERATOR, account, `${account} web`);
  const administrator = await service.clientOf({ role: 'ADMINISTRATOR', subject: `admin@${account}.example`, administratorId: id });
  return { account, clientId: application.id, secret: application.secret, administrator };
}

/** A partner's token for an account. */
export async function partnerToken(service: TestService, account: string, scopes: readonly Scope[]): Promise<string> {
  const created = await service.house.tokens.createToken(SYSTEM, {
    name: 'p',
    role: 'PARTNER',
    subject: 'Partner Co',
    accounts: [account],
    scopes,
  });
  return created.token;
}

/** A migration that opens a gate, in its grace period from the start of `from` on. */
export async function announceGate(
  service: TestService,
  key: string,
  from: string,
  until: string,
  builtInEmailOnly = false,
): Promise<void> {
  const { migrations } = service.house;
  await migrations.createMigration(OPERATOR, {
    key,
    title: key,
    severity: 'LOW',
    gracePeriodStart: from,
    mandatoryOptIn: until,
    reversible: true,
    affects: { builtInEmailOnly },
  });
  await migrations.announceBegun(OPERATOR, key);
}

/** Opts an account in, as its administrator, whatever blocks it. */
export async function optIn({ administrator, account }: Customer, migration: string): Promise<void> {
  await administrator.request(
    'mutation ($account: ID!, $migration: ID!) { optIn(account: $account, migration: $migration, acknowledge: true) { state { enabled } } }',
    { account, migration },
  );
}

/** Opts it out again. */
export async function optOut({ administrator, account }: Customer, migration: string): Promise<void> {
  await administrator.request(
    'mutation ($account: ID!, $migration: ID!) { optOut(account: $account, migration: $migration) { state { enabled } } }',
    {
      account,
      migration,
    },
  );
}

/** How often the old behaviour was used, by client. */
export async function usesOf({ house, db }: TestService, migration: string, account: string): Promise<Record<string, number>> {
  await house.usageRecorder.flush();
  const rows = await db.query<{ client: string; count: number }>(
    `select u.client, sum(u.count)::int as count from usage u join migration m on m.id = u.migration_id
       join account a on a.number = u.account_number where m.key = $1 and a.id = $2 group by 1`,
    [migration, account],
  );
  return Object.fromEntries(rows.map(({ client, count }) => [client, count]));
}
