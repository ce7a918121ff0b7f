/**
 * The sample a first run begins with: the four changes the product started from, with dates moved around today, on a few
 * dozen accounts. Made through the services, as any client would.
 */
import type { Actor } from './auth/actor.ts';
import type { House } from './house.ts';
import { addDays, dayIn } from './time-zone.ts';

/** The tokens of a sample: whoever holds one may try the API as that person. */
export interface SampleTokens {
  readonly operator: string;
  readonly administrator: string;
}

const OPERATOR: Actor = { role: 'OPERATOR', subject: 'olivia@platform.example', administratorId: null, tokenId: null, scopes: [] };
const MINUTES_TO_THE_DEADLINE = 5;
const ACCOUNTS = 36;
const ACCOUNTS_WITH_USERS = 3;
/** Of every user of the sample. */
const PASSWORD = 'correct horse battery staple';
const CONNECTION = 'users';

const PLACES = [
  { timeZone: 'America/Los_Angeles', locale: 'en-US', region: 'us' },
  { timeZone: 'Europe/Berlin', locale: 'de-DE', region: 'eu' },
  { timeZone: 'Asia/Kolkata', locale: 'en-IN', region: 'ap' },
  { timeZone: 'Australia/Sydney', locale: 'en-AU', region: 'au' },
] as const;
const NAMES = ['Acme', 'Birch', 'Cobalt', 'Dune', 'Ember', 'Fjord', 'Grove', 'Harbor', 'Iris'] as const;
const TRADES = ['Books', 'Clinics', 'Freight', 'Games'] as const;
const PEOPLE = ['Ada', 'Ben', 'Chiyo', 'Dara', 'Emeka', 'Freya', 'Goran', 'Hana', 'Ivo', 'Jun', 'Kaia', 'Leo'] as const;

/**
 * Fills an empty database.
 *
 * @returns tokens for one operator and one administrator
 */
export async function createSample(house: House): Promise<SampleTokens> {
  const accounts = await createAccounts(house);
  await createMigrations(house);
  const administratorId = await createAdministrators(house, accounts);
  // Each password takes a moment; the accounts' take theirs side by side.
  await Promise.all(accounts.slice(0, ACCOUNTS_WITH_USERS).map((account) => createUsers(house, account)));
  for (const [index, id] of accounts.entries()) {
    if (index % 5 === 1) await optInWherePossible(house, id, 'password-reset-link');
    if (index % 3 === 2) await optInWherePossible(house, id, 'email-from-address');
    if (index % 2 === 1) await optInWherePossible(house, id, 'email-template');
  }
  const operator = await house.tokens.createToken(OPERATOR, { name: 'First run: operator', role: 'OPERATOR', subject: OPERATOR.subject });
  const administrator = await house.tokens.createToken(OPERATOR, {
    name: 'First run: administrator',
    role: 'ADMINISTRATOR',
    subject: 'ada@acme-books.example',
    administratorId,
  });
  return { operator: operator.token, administrator: administrator.token };
}

async function createAccounts({ accounts, clock }: House): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < ACCOUNTS; i++) {
    const name = `${NAMES[i % NAMES.length]} ${TRADES[Math.floor(i / NAMES.length) % TRADES.length]}`;
    const { timeZone, region } = PLACES[i % PLACES.length]!;
    // Every ninth is young: created since the grace periods began, and so enrolled from birth.
    const ageInDays = i % 9 === 8 ? 2 : 200 + i;
    const { id } = await accounts.createAccount(OPERATOR, {
      id: name.toLowerCase().replaceAll(' ', '-'),
      name,
      platform: i % 6 === 5 ? 'APPLIANCE' : 'CLOUD',
      plan: ['free', 'team', 'enterprise'][i % 3]!,
      region,
      timeZone,
      usesBuiltInEmail: i % 4 !== 3,
      attributes: { industry: TRADES[Math.floor(i / NAMES.length) % TRADES.length]!.toLowerCase() },
      createdAt: new Date(clock.now().getTime() - ageInDays * 86_400_000),
    });
    ids.push(id);
  }
  return ids;
}

async function createAdministrators({ accounts }: House, accountIds: readonly string[]): Promise<string> {
  const created: string[] = [];
  for (const [i, person] of PEOPLE.entries()) {
    const { timeZone, locale } = PLACES[i % PLACES.length]!;
    const own = accountIds.filter((_, index) => index % PEOPLE.length === i);
    const email = `${person.toLowerCase()}@${own[0]}.example`;
    created.push((await accounts.createAdministrator(OPERATOR, { email, name: person, timeZone, locale, accounts: own })).id);
  }
  return created[0]!;
}

/** An application `<account>-web`; Sam, who has a password; and Greta, who signed in with Google and has one too. */
async function createUsers({ applications, users }: House, account: string): Promise<void> {
  await applications.createApplication(OPERATOR, account, 'Web shop', `${account}-web`);
  const people = [
    { email: `sam@${account}.example`, name: 'Sam' },
    {
      email: `greta@${account}.example`,
      name: 'Greta',
      identities: [{ provider: 'google-oauth2', userId: `greta-${account}`, accessToken: `ya29.google-token-of-greta-${account}` }],
    },
  ];
  await Promise.all(people.map((user) => users.createUser(OPERATOR, account, { connection: CONNECTION, password: PASSWORD, ...user })));
}

async function createMigrations({ migrations, clock, config }: House): Promise<void> {
  const today = dayIn(clock.now(), config.PLATFORM_TIME_ZONE);
  const minute = 60_000;
  const soon = new Date((Math.floor(clock.now().getTime() / minute) + MINUTES_TO_THE_DEADLINE) * minute).toISOString();
  const announced = [
    {
      key: 'password-reset-link',
      title: 'Password reset asks for the new password last',
      severity: 'MEDIUM',
      gracePeriodStart: addDays(today, -45),
      description: RESET,
      reversible: true,
    },
    {
      key: 'email-template',
      title: 'The built-in email provider sends one template',
      severity: 'MEDIUM',
      gracePeriodStart: addDays(today, -37),
      mandatoryOptIn: soon,
      description: TEMPLATE,
      affects: { platforms: ['CLOUD'], builtInEmailOnly: true },
    },
    {
      key: 'email-from-address',
      title: 'The built-in email provider sends from one address',
      severity: 'MEDIUM',
      gracePeriodStart: addDays(today, -7),
      mandatoryOptIn: addDays(today, 14),
      description: FROM_ADDRESS,
      affects: { platforms: ['CLOUD'], builtInEmailOnly: true },
    },
    {
      key: 'idp-access-tokens',
      title: 'Access tokens of identity providers leave the user profile',
      severity: 'MEDIUM',
      gracePeriodStart: addDays(today, -3),
      description: IDP_TOKENS,
    },
  ] as const;
  for (const migration of announced) {
    await migrations.createMigration(OPERATOR, { mandatoryOptIn: 'TBD', ...migration });
    await migrations.announceBegun(OPERATOR, migration.key);
  }
}

async function optInWherePossible({ rollouts }: House, account: string, migration: string): Promise<void> {
  const { state } = await rollouts.state(OPERATOR, account, migration);
  if (state.canOptIn) await rollouts.optIn(OPERATOR, account, migration, true);
}

const RESET = `Until now a person asking for a new password gave it along with their address, and a mail asked them to confirm.
One careless click on that mail could apply a password somebody else had chosen.

After this change the mail holds a link to a page, and the page asks for the new password. Update your sign-in widget
first; if you call the endpoint yourself, stop sending \`password\`.`;

const TEMPLATE = `Mail of the built-in provider uses the platform's own template, sender and subject. It is meant for trying things out.

Connect a provider of your own to keep your templates: what you customised is kept and used again as soon as you do.
Accounts with their own provider notice nothing.`;

const FROM_ADDRESS = `Mail of the built-in provider comes from one fixed address, \`no-reply@mail.platform.example\`.

Connecting a provider of your own is free and lets you choose the address. Accounts with their own provider notice nothing.`;

const IDP_TOKENS = `The user profile and the ID token no longer carry the access token of the identity provider a person signed in with.

Ask for it with \`GET /api/v2/users/{id}\` and a token of scope \`read:user_idp_tokens\` instead.`;
