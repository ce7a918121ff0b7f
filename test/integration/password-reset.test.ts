import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { call, CONNECTION, createCustomer, type Customer, OPERATOR } from '../support/platform.ts';
import { OLD_PASSWORD, type PasswordWorld, startPasswordWorld } from '../support/password-world.ts';

const NEW_PASSWORD = 'a new one, and long';
const GIVEN = 'given along with the address';
const PARALLEL = 50;
const USES = 1_000;

let world: PasswordWorld;
let customer: Customer;

beforeAll(async () => {
  world = await startPasswordWorld('2016-06-15T09:00:00.000Z');
  customer = await createCustomer(world.service, 'acme', new Date('2015-01-01'));
});

async function askedLink(email: string, password?: string): Promise<string> {
  expect((await world.ask(customer, email, password === undefined ? {} : { password })).status).toBe(200);
  return world.linkTo(email);
}

async function changesOf(email: string): Promise<number> {
  const [row] = await world.service.db.query<{ count: number }>(
    `select count(*)::int as count from event e join platform_user u on u.id = e.data ->> 'user' and u.account_number = e.account_number where e.type = 'PASSWORD_CHANGED' and u.email = $1`,
    [email],
  );
  return row!.count;
}

/** Does the same thing many times, so many at once; gives how often each outcome came. */
async function tally(times: number, work: (i: number) => Promise<string>): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < times; i = next++) {
      const outcome = await work(i);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return outcomes;
}

describe('a link', () => {
  test('used a thousand times in parallel changes the password once', async () => {
    const email = await world.person('acme');
    const link = await askedLink(email);
    let winner = -1;
    const outcomes = await tally(USES, async (i) => {
      const response = await world.submit(link, `password number ${i}`);
      if (response.status === 200) winner = i;
      return String(response.status);
    });
    // Ten got as far as a hash; who came later was told to wait, or that the link is gone.
    expect(outcomes['200']).toBe(1);
    expect((outcomes['410'] ?? 0) + (outcomes['429'] ?? 0)).toBe(USES - 1);
    expect(outcomes['410']).toBeGreaterThanOrEqual(9);
    expect(await changesOf(email)).toBe(1);
    expect(await world.signsIn(customer, email, `password number ${winner}`)).toBe(true);
  });

  test('of the old flow opened a thousand times in parallel applies its password once', async () => {
    const email = await world.person('acme');
    const link = await askedLink(email, GIVEN);
    const outcomes = await tally(USES, async () => {
      const response = await call(world.service.url, link);
      await response.arrayBuffer();
      return String(response.status);
    });
    expect(outcomes).toEqual({ '200': 1, '410': USES - 1 });
    expect(await changesOf(email)).toBe(1);
    expect(await world.signsIn(customer, email, GIVEN)).toBe(true);
  });

  test('dies when a newer one is asked for, by either flow', async () => {
    const email = await world.person('acme');
    const links = [await askedLink(email, GIVEN), await askedLink(email), await askedLink(email)];
    expect(new Set(links).size).toBe(3);
    for (const old of links.slice(0, 2)) {
      const opened = await call(world.service.url, old);
      expect([opened.status, await opened.text()]).toEqual([410, expect.stringContaining('Nothing was changed')]);
      expect((await world.submit(old, NEW_PASSWORD)).status).toBe(410);
    }
    expect(await world.signsIn(customer, email, OLD_PASSWORD)).toBe(true);
    expect((await world.submit(links[2]!, NEW_PASSWORD)).status).toBe(200);
    expect(await world.signsIn(customer, email, NEW_PASSWORD)).toBe(true);
    expect((await world.submit(links[2]!, OLD_PASSWORD)).status).toBe(410);
  });

  test('expires after an hour, or what the account’s template says', async () => {
    const [one, two] = [await world.person('acme'), await world.person('acme')];
    const link = await askedLink(one);
    await world.service.house.templates.setEmailTemplate(OPERATOR, 'acme', 'PASSWORD_CHANGE', { linkLifetimeSeconds: 600 });
    const short = await askedLink(two, GIVEN);
    await world.service.setClock('2016-06-15T09:10:00.000Z');
    expect((await call(world.service.url, short)).status).toBe(410);
    expect(await world.signsIn(customer, two, OLD_PASSWORD)).toBe(true);
    await world.service.setClock('2016-06-15T09:59:59.999Z');
    expect((await call(world.service.url, link)).status).toBe(200);
    await world.service.setClock('2016-06-15T10:00:00.000Z');
    expect((await call(world.service.url, link)).status).toBe(410);
    expect((await world.submit(link, NEW_PASSWORD)).status).toBe(410);
    await world.service.setClock('2016-06-15T09:00:00.000Z');
    await world.service.house.templates.resetEmailTemplate(OPERATOR, 'acme', 'PASSWORD_CHANGE');
  });

  test('is stored as a hash alone, and neither it nor an address is in the log of events', async () => {
    const email = await world.person('acme');
    const link = await askedLink(email, GIVEN);
    const ticket = new URL(link, world.service.url).searchParams.get('ticket')!;
    expect(ticket).toMatch(/^[\w-]{43}$/);
    const rows = await world.service.db.query(
      `select l::text as text, e.events from password_link l, (select string_agg(e::text, ' ') as events from event e where type like 'PASSWORD%') e
        where l.hash = $1`,
      [createHash('sha256').update(ticket).digest('hex')],
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).toContain('PASSWORD_LINK_SENT');
    for (const secret of [ticket, GIVEN, 'people.example']) expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(await world.service.db.query('select u::text from user_mail u where finished_at is null'))).not.toContain(ticket);
  });

  test.each(['', 'short', `${'a'.repeat(42)}!`, 'a'.repeat(43), '%00'])('that nobody made, %j, does not open', async (ticket) => {
    const opened = await call(world.service.url, `/password-reset?ticket=${ticket}`);
    expect([opened.status, opened.headers.get('content-type')]).toEqual([410, 'text/html; charset=utf-8']);
  });

  test('leads to the template’s own result URL and nowhere else', async () => {
    const resultUrl = 'https://shop.example/done?from=mail#top';
    await world.service.house.templates.setEmailTemplate(OPERATOR, 'acme', 'PASSWORD_CHANGE', { resultUrl });
    const [email, other] = [await world.person('acme'), await world.person('acme')];
    const link = await askedLink(email);
    const form = await call(world.service.url, `${link}&resultUrl=https://evil.example`);
    expect(form.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example;");
    const changed = await world.submit(link, NEW_PASSWORD, { resultUrl: 'https://evil.example', result_url: 'https://evil.example' });
    const opened = await call(world.service.url, await askedLink(other, GIVEN));
    for (const response of [changed, opened]) {
      expect(response.status).toBe(303);
      const location = new URL(response.headers.get('location')!);
      expect([location.origin, location.pathname, location.hash]).toEqual(['https://shop.example', '/done', '#top']);
      expect(Object.fromEntries(location.searchParams)).toEqual({
        from: 'mail',
        success: 'true',
        message: expect.stringMatching(/changed/),
      });
    }
    await world.service.house.templates.resetEmailTemplate(OPERATOR, 'acme', 'PASSWORD_CHANGE');
  });
});

describe('the page', () => {
  test('can be read by all, keeps to itself, and changes nothing by being opened', async () => {
    const email = await world.person('acme');
    const link = await askedLink(email);
    for (let i = 0; i < 3; i++) {
      const response = await call(world.service.url, link);
      const page = await response.text();
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('x-robots-tag')).toBe('noindex');
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*form-action 'self'; frame-ancestors 'none'$/);
      expect(page).toMatch(/<label for="password">/);
      expect(page).toMatch(/autocomplete="new-password"/);
      expect(page).toMatch(/<html lang="en">/);
      expect(page).not.toMatch(/<script|src=/);
    }
    expect(await changesOf(email)).toBe(0);
  });

  test.each([
    ['too short', 'seven c', undefined],
    ['too long', 'a'.repeat(129), undefined],
    ['none', '', undefined],
    ['two that differ', NEW_PASSWORD, `${NEW_PASSWORD}!`],
  ])('shows the form again for %s, with the reason and without the password', async (_name, password, again) => {
    const email = await world.person('acme');
    const link = await askedLink(email);
    const response = await world.submit(link, password, again === undefined ? {} : { password_repeated: again });
    const page = await response.text();
    expect(response.status).toBe(400);
    expect(page).toMatch(/id="fault" class="fault" role="alert"/);
    expect(page).toMatch(/aria-describedby="fault hint"/);
    expect(page).toMatch(/aria-invalid="true"/);
    if (password !== '') expect(page).not.toContain(password);
    expect((await world.submit(link, NEW_PASSWORD, { password_repeated: NEW_PASSWORD })).status).toBe(200);
  });

  test('says whose user it is, and takes no HTML from there', async () => {
    const rude = await createCustomer(world.service, 'rude', new Date('2015-01-01'));
    await world.service.house.accounts.editAccount(OPERATOR, 'rude', { name: '<script>alert(1)</script> & Co' });
    const email = await world.person('rude');
    await world.ask(rude, email);
    const page = await (await call(world.service.url, await world.linkTo(email))).text();
    expect(page).toContain('for &lt;script&gt;alert(1)&lt;/script&gt; &amp; Co');
    expect(page).not.toContain('<script');
  });

  test('cannot be filled by what stands in the link', async () => {
    const opened = await call(world.service.url, '/password-reset?ticket=%22%3E%3Cscript%3E');
    expect(await opened.text()).not.toContain('<script>');
  });
});

test('a link of one account’s user leaves alone the same person’s password and link of another', async () => {
  const other = await createCustomer(world.service, 'another', new Date('2015-01-01'));
  const email = 'shared@people.example';
  for (const account of ['acme', 'another'])
    await world.service.house.users.createUser(OPERATOR, account, {
      email,
      connection: CONNECTION,
      password: OLD_PASSWORD,
      identities: [{ provider: 'google-oauth2', userId: 'shared' }],
    });
  const ours = await askedLink(email);
  await world.ask(other, email);
  const theirs = await world.linkTo(email);
  expect((await world.submit(ours, NEW_PASSWORD)).status).toBe(200);
  expect(await world.signsIn(customer, email, NEW_PASSWORD)).toBe(true);
  expect(await world.signsIn(other, email, OLD_PASSWORD)).toBe(true);
  expect((await call(world.service.url, theirs)).status).toBe(200);
});

describe('asking', () => {
  test('is answered alike for known and unknown addresses, connections and people without a password, as text and as JSON', async () => {
    await world.service.house.users.createUser(OPERATOR, 'acme', {
      email: 'social@people.example',
      connection: CONNECTION,
      identities: [{ provider: 'google-oauth2', userId: 'social' }],
    });
    const email = await world.person('acme');
    const answers: unknown[] = [];
    for (const [address, connection] of [
      [email, CONNECTION],
      ['nobody@people.example', CONNECTION],
      [email, 'another'],
      ['social@people.example', CONNECTION],
    ] as const) {
      for (const accept of ['text/html', 'application/json']) {
        const json = { client_id: customer.clientId, email: address, connection };
        const response = await call(world.service.url, '/dbconnections/change_password', { json, headers: { accept } });
        const headers = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
        answers.push({ accept, status: response.status, headers, body: await response.text() });
      }
    }
    for (const answer of answers.slice(2)) expect(answers.slice(0, 2)).toContainEqual(answer);
    expect(answers[1]).toMatchObject({ status: 200, body: expect.stringMatching(/^\{"message":"If this address /) });
    await world.deliver();
    expect(world.sink.mailsTo(email)).toHaveLength(2);
    for (const nobody of ['nobody@people.example', 'social@people.example']) expect(world.sink.mailsTo(nobody)).toEqual([]);
    expect(await world.service.db.query(`select from event where type = 'PASSWORD_LINK_SENT' and data ->> 'user' = ''`)).toEqual([]);
  });

  test('works with a form as well as with JSON', async () => {
    const email = await world.person('acme');
    const form = { client_id: customer.clientId, email: email.toUpperCase(), connection: CONNECTION };
    expect((await call(world.service.url, '/dbconnections/change_password', { form })).status).toBe(200);
    expect(await world.linkTo(email)).toMatch(/^\/password-reset\?ticket=/);
  });

  test.each([
    [{ email: 'a@b.example,c@d.example' }, 400, 'INVALID_EMAIL'],
    [{ email: 'a@b.example\r\nBcc: c@d.example' }, 400, 'INVALID_EMAIL'],
    [{ email: 'Ada <a@b.example>' }, 400, 'INVALID_EMAIL'],
    [{ email: null }, 400, 'INVALID_INPUT'],
    [{ client_id: 'x\r\nBcc: c@d.example' }, 404, 'NOT_FOUND'],
    [{ connection: 'x\r\nBcc: c@d.example' }, 200, undefined],
    [{ password: 'short' }, 400, 'INVALID_PASSWORD'],
    [{ password: { $ne: '' } }, 400, 'INVALID_INPUT'],
  ])('with %j is answered with %i %s and sends nothing', async (field, status, code) => {
    const email = await world.person('acme');
    const before = world.sink.mails.length;
    const json = { client_id: customer.clientId, email, connection: CONNECTION, ...field };
    const response = await call(world.service.url, '/dbconnections/change_password', { json, headers: { accept: 'application/json' } });
    const body = (await response.json()) as { error?: { code: string } };
    expect([response.status, body.error?.code]).toEqual([status, code]);
    await world.deliver();
    expect(world.sink.mails.length).toBe(before);
  });

  test('a name with line breaks or HTML never gets into a header or the page of a mail', async () => {
    const email = 'mallory@people.example';
    const name = '<img src=x onerror=alert(1)> {{ platform.name }}';
    await world.service.house.users.createUser(OPERATOR, 'acme', { email, name, connection: CONNECTION, password: OLD_PASSWORD });
    await askedLink(email);
    const [mail] = world.sink.mailsTo(email);
    expect(mail!.to).toEqual([email]);
    expect(mail!.parsed.html).not.toContain('<img src=x');
  });

  test('more than five times in ten minutes for one address sends five mails and says nothing of it', async () => {
    const email = await world.person('acme');
    const texts: string[] = [];
    for (let i = 0; i < 7; i++) {
      const response = await world.ask(customer, email);
      texts.push(`${response.status} ${await response.text()}`);
    }
    expect(new Set(texts).size).toBe(1);
    await world.deliver();
    const links = world.sink.mailsTo(email).map(({ parsed }) => /\/password-reset\?ticket=[\w-]+/.exec(parsed.text!)![0]);
    const statuses = await Promise.all(links.map(async (link) => (await call(world.service.url, link)).status));
    // Only the latest opens, in whatever order the mails went out.
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 410, 410, 410, 410]);
  });

  test('more than a hundred times a minute for one account is refused, whoever it is for', async () => {
    const busy = await createCustomer(world.service, 'busy', new Date('2015-01-01'));
    const known = await world.person('busy');
    const statuses = await tally(104, async (i) => String((await world.ask(busy, `nobody-${i}@people.example`)).status));
    expect(statuses).toEqual({ '200': 100, '429': 4 });
    const refused = await Promise.all([world.ask(busy, known), world.ask(busy, 'nobody@people.example')]);
    const bodies = await Promise.all(refused.map((response) => response.text()));
    expect(refused.map(({ status }) => status)).toEqual([429, 429]);
    expect(bodies[0]).toBe(bodies[1]);
    expect(Number(refused[0].headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

test('no caller met a defect', () => expect(world.service.defects).toEqual([]));
