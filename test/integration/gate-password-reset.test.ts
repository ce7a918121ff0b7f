import { beforeAll, describe, expect, test } from 'vitest';
import { announceGate, call, createCustomer, type Customer, optIn, optOut, usesOf } from '../support/platform.ts';
import { OLD_PASSWORD, type PasswordWorld, startPasswordWorld } from '../support/password-world.ts';

const MIGRATION = 'password-reset-link';
const GIVEN = 'given along with the address';
const CHOSEN = 'chosen on the page';

let world: PasswordWorld;

beforeAll(async () => {
  world = await startPasswordWorld('2016-06-15T09:00:00.000Z');
  await announceGate(world.service, MIGRATION, '2016-06-10', '2016-07-10');
});

/** Asks with a password given along, opens the link as a click or a prefetching mail program does, then fills in what it shows. */
async function whatHappens(customer: Customer): Promise<'old flow' | 'new flow'> {
  const email = await world.person(customer.account);
  expect((await world.ask(customer, email, { password: GIVEN })).status).toBe(200);
  expect(await world.signsIn(customer, email, GIVEN)).toBe(false);
  const link = await world.linkTo(email);
  const opened = await call(world.service.url, link);
  expect(opened.status).toBe(200);
  const page = await opened.text();
  const applied = await world.signsIn(customer, email, GIVEN);
  if (applied) {
    expect(page).toContain('Password changed');
    expect(await world.signsIn(customer, email, OLD_PASSWORD)).toBe(false);
    return 'old flow';
  }
  expect(page).toContain('<form method="post"');
  expect(await world.signsIn(customer, email, OLD_PASSWORD)).toBe(true);
  expect((await world.submit(link, CHOSEN)).status).toBe(200);
  expect(await world.signsIn(customer, email, CHOSEN)).toBe(true);
  expect(await world.signsIn(customer, email, GIVEN)).toBe(false);
  return 'new flow';
}

describe('the gate of password resets', () => {
  test('is off before, on in the very next request after an opt-in, off again after an opt-out, and on for all at the deadline', async () => {
    const customer = await createCustomer(world.service, 'acme', new Date('2015-01-01'));
    expect(await whatHappens(customer)).toBe('old flow');
    await optIn(customer, MIGRATION);
    expect(await whatHappens(customer)).toBe('new flow');
    await optOut(customer, MIGRATION);
    expect(await whatHappens(customer)).toBe('old flow');
    await world.service.setClock('2016-07-10T00:00:00.000Z');
    expect(await whatHappens(customer)).toBe('new flow');
    await world.service.setClock('2016-06-15T09:00:00.000Z');
    expect(await usesOf(world.service, MIGRATION, 'acme')).toEqual({ [customer.clientId]: 2 });
  });

  test('is on from birth for an account created since the grace period began', async () => {
    const customer = await createCustomer(world.service, 'young', new Date('2016-06-10'));
    expect(await whatHappens(customer)).toBe('new flow');
    expect(await usesOf(world.service, MIGRATION, 'young')).toEqual({});
  });

  test('also disarms a link of the old flow that waits in a mailbox when it goes on', async () => {
    const customer = await createCustomer(world.service, 'waiting', new Date('2015-01-01'));
    const email = await world.person('waiting');
    await world.ask(customer, email, { password: GIVEN });
    const link = await world.linkTo(email);
    await optIn(customer, MIGRATION);
    expect(await (await call(world.service.url, link)).text()).toContain('<form method="post"');
    expect(await world.signsIn(customer, email, GIVEN)).toBe(false);
    expect(await world.signsIn(customer, email, OLD_PASSWORD)).toBe(true);
  });

  test('asks on a page where no password came along, also before it is on, and counts no use', async () => {
    const customer = await createCustomer(world.service, 'ahead', new Date('2015-01-01'));
    const email = await world.person('ahead');
    await world.ask(customer, email);
    const link = await world.linkTo(email);
    expect(await (await call(world.service.url, link)).text()).toContain('<form method="post"');
    expect(await world.signsIn(customer, email, OLD_PASSWORD)).toBe(true);
    expect(await usesOf(world.service, MIGRATION, 'ahead')).toEqual({});
  });

  test('leaves HEAD without effect even in the old flow', async () => {
    const customer = await createCustomer(world.service, 'heads', new Date('2015-01-01'));
    const email = await world.person('heads');
    await world.ask(customer, email, { password: GIVEN });
    const link = await world.linkTo(email);
    expect((await call(world.service.url, link, { method: 'HEAD' })).status).toBe(200);
    expect(await world.signsIn(customer, email, OLD_PASSWORD)).toBe(true);
    expect((await call(world.service.url, link)).status).toBe(200);
    expect(await world.signsIn(customer, email, GIVEN)).toBe(true);
  });
});

test('no caller met a defect', () => expect(world.service.defects).toEqual([]));
