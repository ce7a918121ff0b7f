import { beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { refusalOf } from '../support/service.ts';
import { OPERATOR, type SendingAccount, startUserMailWorld, type UserMailWorld } from '../support/user-mail-world.ts';

const NOW = new Date('2026-05-01T08:00:00.000Z');
const DAY = 86_400_000;
const LIST = `query ($account: ID!, $status: UserMailStatus, $first: Int!, $after: String) {
  userMails(account: $account, status: $status, first: $first, after: $after) {
    edges { node { id template status recipient subject attempts provider answer createdAt finishedAt } } pageInfo { hasNextPage endCursor } } }`;
const HEALTH =
  'query ($account: ID!) { emailHealth(account: $account) { account { id } queued oldestQueuedAt failed lastAnswer heldUntil } }';

interface Mails {
  userMails: { edges: { node: Record<string, unknown> }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}
interface Health {
  emailHealth: Record<string, unknown>;
}

let world: UserMailWorld;
let account: SendingAccount;
let foreign: SendingAccount;
let administrator: GraphqlClient;
let partner: GraphqlClient;
let trustedPartner: GraphqlClient;
let addresses: string[];

beforeAll(async () => {
  world = await startUserMailWorld(NOW.toISOString(), 3);
  account = await world.account();
  foreign = await world.account();
  const { service } = world;
  const { id: administratorId } = await service.house.accounts.createAdministrator(OPERATOR, {
    email: 'ada@customer.example',
    name: 'Ada',
    accounts: [account.id],
  });
  administrator = await service.clientOf({ role: 'ADMINISTRATOR', subject: 'ada@customer.example', administratorId });
  partner = await service.clientOf({ role: 'PARTNER', subject: 'Backup Co', accounts: [account.id], scopes: ['migrations:read'] });
  trustedPartner = await service.clientOf({ role: 'PARTNER', subject: 'Mail Co', accounts: [account.id], scopes: ['email:write'] });
  addresses = await world.queue(account, 3);
  account.server.answer(addresses[1]!, { kind: 'refuse', code: 550, message: `<${addresses[1]}> is nobody here` });
  await world.queue(foreign, 1);
  await world.send();
  await world.queue(account, 2);
});

const list = async (client: GraphqlClient, changes: object = {}) =>
  (await client.request<Mails, object>(LIST, { account: account.id, first: 10, after: null, ...changes })).userMails;

describe('what an account sees', () => {
  it('is each of its mails, newest first, page by page', async () => {
    const first = await list(administrator, { first: 3 });
    const second = await list(administrator, { first: 3, after: first.pageInfo.endCursor });
    const seen = [...first.edges, ...second.edges].map(({ node }) => node);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    expect(seen.map(({ status }) => status)).toEqual(['QUEUED', 'QUEUED', 'SENT', 'FAILED', 'SENT']);
    expect(seen[3]).toMatchObject({
      template: 'PASSWORD_CHANGE',
      recipient: addresses[1],
      attempts: 1,
      provider: 'SMTP',
      answer: expect.stringContaining('is nobody here'),
      createdAt: NOW.toISOString(),
      finishedAt: NOW.toISOString(),
    });
    expect((await list(administrator, { status: 'FAILED' })).edges).toHaveLength(1);
  });

  it('names nobody to a partner without the scope to write', async () => {
    const seen = JSON.stringify([await list(partner), await partner.request(HEALTH, { account: account.id })]);
    expect(seen).not.toMatch(/user-\d+@/);
    expect(seen).toContain('u•••@people.example');
    expect(seen).toContain('is nobody here');
    expect(JSON.stringify(await list(trustedPartner))).toContain(addresses[1]);
  });

  it('is how its sending goes', async () => {
    const { emailHealth } = await administrator.request<Health, object>(HEALTH, { account: account.id });
    expect(emailHealth).toEqual({
      account: { id: account.id },
      queued: 2,
      oldestQueuedAt: NOW.toISOString(),
      failed: 1,
      lastAnswer: expect.any(String),
      heldUntil: null,
    });
    const events = await administrator.request<{ events: { edges: unknown[] } }, object>(
      '{ events(types: [USER_MAIL_FAILED]) { edges { node { type account { id } } } } }',
    );
    expect(events.events.edges).toEqual([{ node: { type: 'USER_MAIL_FAILED', account: { id: account.id } } }]);
  });

  it('is nothing of anybody else', async () => {
    for (const client of [administrator, partner]) {
      await refusalOf(client.request(LIST, { account: foreign.id, first: 1 }), 'NOT_FOUND');
      await refusalOf(client.request(HEALTH, { account: foreign.id }), 'NOT_FOUND');
      await refusalOf(client.request('{ failingAccounts { edges { cursor } } }'), 'FORBIDDEN');
    }
  });

  it('is bounded', async () => {
    await refusalOf(list(administrator, { first: 101 }), 'INVALID_INPUT');
    await refusalOf(list(administrator, { after: Buffer.from('["x"]').toString('base64url') }), 'INVALID_CURSOR');
  });
});

it('shows operators the accounts where sending fails', async () => {
  const query = '{ failingAccounts { edges { node { account { id } failed queued } } } }';
  expect(await world.service.operator.request(query)).toEqual({
    failingAccounts: { edges: [{ node: { account: { id: account.id }, failed: 1, queued: 2 } }] },
  });
  for (const cursor of ['[1e400]', '[-1]', '[1.5]'])
    await world.service.operator.request('query ($after: String) { failingAccounts(after: $after) { edges { cursor } } }', {
      after: Buffer.from(cursor).toString('base64url'),
    });
});

describe('queueing', () => {
  const mail = (changes: object) => ({
    accountNumber: account.number,
    template: 'WELCOME' as const,
    recipient: { name: 'Uma', address: 'uma@people.example' },
    variables: { user: { name: 'Uma', email: 'uma@people.example' }, application: { name: 'Shop' }, url: null },
    expiresAt: new Date(NOW.getTime() + DAY),
    ...changes,
  });
  const queue = (changes: object) => {
    const { db, house } = world.service;
    return db.transaction((tx) => house.userMails.queue(tx, mail(changes), NOW));
  };

  it('takes one address and bounded words', async () => {
    for (const address of ['a@b.example, c@d.example', 'a@b.example\r\nBcc: c@d.example', 'nobody', ''])
      await expect(queue({ recipient: { name: 'Uma', address } })).rejects.toMatchObject({ code: 'INVALID_EMAIL' });
    await expect(queue({ recipient: { name: 'x'.repeat(20_000), address: 'a@b.example' } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('comes with its transaction or not at all', async () => {
    const { db, house } = world.service;
    const before = (await list(administrator)).edges.length;
    await expect(
      db.transaction(async (tx) => {
        await house.userMails.queue(tx, mail({}), NOW);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await list(administrator)).edges).toHaveLength(before);
  });

  it('stops where ten thousand of an account wait', async () => {
    const crowded = await world.account();
    await world.service.db.query(
      `insert into user_mail (id, account_number, template, recipient, status, variables, send_after, expires_at, attempts, message_id, created_at)
       select gen_random_uuid(), $1, 'WELCOME', 'a@b.example', 'QUEUED', 'x', $2, $2, 0, 'x', $2 from generate_series(1, 10000)`,
      [crowded.number, new Date(NOW.getTime() + DAY)],
    );
    await expect(queue({ accountNumber: crowded.number })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await world.service.db.query('delete from user_mail where account_number = $1', [crowded.number]);
  });
});

it('is forgotten after 30 days, deleted after 90, and not before', async () => {
  const { house } = world.service;
  const after = (ms: number) => world.service.setClock(new Date(NOW.getTime() + ms).toISOString());
  await after(30 * DAY);
  expect(await house.userMailPurge.run()).toEqual({ forgotten: 0, deleted: 0 });
  await after(30 * DAY + 1);
  expect(await house.userMailPurge.run()).toEqual({ forgotten: 4, deleted: 0 });
  const mails = (await list(administrator)).edges.map(({ node }) => node);
  for (const { recipient, subject, answer } of mails.filter(({ finishedAt }) => finishedAt))
    expect({ recipient, subject, answer }).toEqual({ recipient: null, subject: null, answer: null });
  await after(90 * DAY + 1);
  expect(await house.userMailPurge.run()).toEqual({ forgotten: 0, deleted: 4 });
  expect((await list(administrator)).edges.every(({ node }) => node['status'] === 'QUEUED')).toBe(true);
});

it('met no defect', () => expect(world.service.defects).toEqual([]));
