/** Whether the time of an answer tells if an address exists: known and unknown ones take turns, so that the machine's moods meet both. */
import { beforeAll, describe, expect, test } from 'vitest';
import { call, CONNECTION, createCustomer, type Customer } from '../support/platform.ts';
import { LONG_TEST_LIMIT_MS } from '../support/patience.ts';
import { OLD_PASSWORD, type PasswordWorld, startPasswordWorld } from '../support/password-world.ts';

const EACH = 80;
const ACCOUNTS = 4;

let world: PasswordWorld;
let customers: Customer[];

beforeAll(async () => {
  world = await startPasswordWorld('2016-06-15T09:00:00.000Z');
  customers = [];
  for (let i = 0; i < ACCOUNTS; i++) {
    const customer = await createCustomer(world.service, `acme-${i}`, new Date('2015-01-01'));
    customers.push(customer);
    // A hash each would take half a minute and tell nothing more: everybody has the password of the first.
    const first = await world.person(customer.account);
    await world.service.db.query(
      `insert into platform_user (id, account_number, connection, email, name, password_hash, created_at, updated_at)
       select id || '-' || n, account_number, connection, 'known-' || n || '@people.example', name, password_hash, created_at, updated_at
         from platform_user, generate_series(0, $2 - 1) n where email = $1`,
      [first, EACH],
    );
  }
});

interface Times {
  readonly known: number[];
  readonly unknown: number[];
}

/** @param request of the person of this number, to the account whose turn it is; each person is asked for once */
async function measure(times: number, request: (customer: Customer, email: string) => Promise<Response>): Promise<Times> {
  const measured: Times = { known: [], unknown: [] };
  for (let i = 0; i < times; i++) {
    // Which is first changes, too: being second is a little faster.
    for (const kind of i % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
      const started = performance.now();
      const response = await request(customers[i % ACCOUNTS]!, `${kind}-${i}@people.example`);
      await response.arrayBuffer();
      measured[kind].push(performance.now() - started);
    }
  }
  return measured;
}

/**
 * Mann-Whitney: how many standard deviations the ranks of one lie from those of the other. By chance alone it is past 4 once in
 * 15,000 times; and unlike means and medians it hardly minds what else the machine does.
 */
function rankDistance({ known, unknown }: Times): number {
  const [n, m] = [known.length, unknown.length];
  const wins = known.reduce((sum, k) => sum + unknown.filter((u) => u < k).length + unknown.filter((u) => u === k).length / 2, 0);
  return Math.abs(wins - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

function expectAlike({ known, unknown }: Times): void {
  expect(rankDistance({ known, unknown })).toBeLessThan(4);
  // What would be seen if less were done for the unknown: the measurement is fine enough to tell.
  expect(rankDistance({ known, unknown: unknown.map((ms) => ms / 2) })).toBeGreaterThan(4);
}

describe('the time of an answer is the same for known and unknown addresses', () => {
  test('where the mail’s page asks for the password', async () => {
    await measure(10, (customer, email) => world.ask(customer, `warm-${email}`));
    expectAlike(await measure(EACH, (customer, email) => world.ask(customer, email)));
  });

  test(
    'where the password was given along',
    async () => {
      expectAlike(await measure(20, (customer, email) => world.ask(customer, email, { password: 'given along with it' })));
    },
    LONG_TEST_LIMIT_MS,
  );

  test(
    'where somebody signs in with a wrong password',
    async () => {
      const form = (customer: Customer, username: string) => ({
        client_id: customer.clientId,
        username,
        password: `${OLD_PASSWORD}!`,
        connection: CONNECTION,
        scope: 'openid',
      });
      expectAlike(await measure(20, (customer, email) => call(world.service.url, '/oauth/ro', { form: form(customer, email) })));
    },
    LONG_TEST_LIMIT_MS,
  );

  test('and only the known were sent a mail', async () => {
    const [row] = await world.service.db.query<{ known: number; all: number }>(
      `select count(*) filter (where recipient like 'known-%')::int as known, count(*)::int as all from user_mail`,
    );
    expect(row).toEqual({ known: EACH + 20, all: EACH + 20 });
  });
});

test('no caller met a defect', () => expect(world.service.defects).toEqual([]));
