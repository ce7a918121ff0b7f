/** The calendar of an administrator's deadlines, read as calendars read it and parsed by a parser that is not ours. */
import ICAL from 'ical.js';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { operator } from '../support/house.ts';
import { startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
/** What outsiders may call an account: longer than a line, with what calendars give a meaning, and characters of four bytes. */
const HOSTILE = `=Acme; "Books", \\n 🧾 ${'ü'.repeat(60)} END:VCALENDAR`;

let service: TestService;
let ada: GraphqlClient;
let adaId: string;

beforeAll(async () => {
  service = await startService(NOW, {
    PLATFORM_NAME: 'Acme, Cloud',
    PUBLIC_URL: 'https://migrations.example.com',
    PLATFORM_TIME_ZONE: 'Europe/Berlin',
  });
  const { accounts, migrations, rollouts } = service.house;
  for (const [id, name] of [
    ['acme', HOSTILE],
    ['globex', 'Globex'],
    ['initech', 'Initech'],
    ['theirs', 'Secret Inc'],
  ] as const)
    await accounts.createAccount(operator(), { id, name, platform: 'CLOUD', createdAt: new Date('2015-01-01') });
  const input = { email: 'ada@acme.example', name: 'Ada', timeZone: 'America/New_York', accounts: ['acme', 'globex', 'initech'] };
  ({ id: adaId } = await accounts.createAdministrator(operator(), input));
  ada = await service.clientOf({ role: 'ADMINISTRATOR', subject: input.email, administratorId: adaId });
  await make('tls', '2016-03-20', '2016-06-20', 'TLS 1.0, off; \\n for good');
  await make('soon', '2016-04-20', '2016-05-01T12:30:00Z');
  await make('someday', '2016-03-20', 'TBD');
  await make('june', '2016-03-20', '2016-06');
  await make('withdrawn', '2016-03-20', '2016-06-20');
  await service.setClock('2016-04-01T09:00:01.000Z');
  await service.sweep();
  await migrations.cancelMigration(operator(), 'withdrawn', 'A reason.');
  await rollouts.extendDeadline(operator(), 'globex', 'tls', new Date('2016-07-01T00:00:00Z'), 'A reason.');
});
beforeEach(() => service.setClock('2016-04-02T09:00:00.000Z'));

/** Announces a migration. */
async function make(key: string, gracePeriodStart: string, mandatoryOptIn: string, title = key): Promise<void> {
  const { migrations } = service.house;
  const guideUrl = 'https://docs.example/guide';
  await migrations.createMigration(operator(), { key, title, severity: 'LOW', gracePeriodStart, mandatoryOptIn, guideUrl });
  await migrations.announceBegun(operator(), key);
}

const CREATE = 'mutation { createCalendarLink { url createdAt } }';
const LINK = '{ calendarLink { createdAt lastReadAt } }';

/** Makes a link, and says where this service has it. */
async function createLink(by = ada): Promise<string> {
  const { createCalendarLink } = await by.request<{ createCalendarLink: { url: string } }, object>(CREATE);
  expect(createCalendarLink.url).toMatch(/^https:\/\/migrations\.example\.com\/calendar\/[\w-]{43}\.ics$/);
  return service.url + new URL(createCalendarLink.url).pathname;
}

/** The entries of a calendar, by the key of their migration. */
async function entriesOf(url: string): Promise<Map<string, ICAL.Event>> {
  const calendar = new ICAL.Component(ICAL.parse(await (await fetch(url)).text()) as unknown[]);
  const events = calendar.getAllSubcomponents('vevent').map((entry) => new ICAL.Event(entry));
  return new Map(events.map((event) => [new URL(String(event.component.getFirstPropertyValue('url'))).hash.slice(1), event]));
}

describe('the calendar', () => {
  test('has an entry for each migration with a day to come, and for nothing else', async () => {
    const entries = await entriesOf(await createLink());
    expect([...entries.keys()]).toEqual(['soon', 'tls']);
    const tls = entries.get('tls')!;
    expect(tls.summary).toBe('Deadline: TLS 1.0, off; \\n for good');
    // The day begins in the platform's time zone.
    expect(tls.startDate.toString()).toBe('2016-06-19T22:00:00Z');
    expect(tls.component.getFirstPropertyValue('status')).toBe('CONFIRMED');
    expect(tls.component.getFirstPropertyValue('transp')).toBe('TRANSPARENT');
    expect(tls.component.getFirstPropertyValue('url')).toBe('https://migrations.example.com/migrations#tls');
    expect(entries.get('soon')!.component.getFirstPropertyValue('status')).toBe('TENTATIVE');
    expect(entries.get('soon')!.startDate.toString()).toBe('2016-05-01T12:30:00Z');
  });

  test('names the accounts still open, with a deadline of their own, whatever they are called', async () => {
    const { description } = (await entriesOf(await createLink())).get('tls')!;
    expect(description).toContain('Still open on 3 accounts of yours:');
    expect(description).toContain(`- ${HOSTILE} (acme)\n`);
    expect(description).toMatch(/- Globex \(globex\), its own deadline is .*2016/);
    expect(description).toContain('Guide: https://docs.example/guide');
    expect(description).not.toContain('Secret');
  });

  test('is written as calendars want it: in lines of at most 75 octets, each ended by CR LF', async () => {
    const answer = await fetch(await createLink());
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('private, max-age=300');
    const text = await answer.text();
    const lines = text.split('\r\n');
    for (const line of lines) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(line).not.toMatch(/[\r\n]/);
    }
    expect(lines.filter((line) => line === 'END:VCALENDAR')).toHaveLength(1);
    expect(text).toContain('PRODID:-//Graceline//Deadlines//EN');
  });

  test('loses an account that opts in, and a migration once it is done everywhere or its day has come', async () => {
    const url = await createLink();
    const optIn = (account: string) => ada.request(`mutation { optIn(account: "${account}", migration: "tls") { state { reason } } }`);
    const before = (await entriesOf(url)).get('tls')!;
    await optIn('acme');
    await optIn('initech');
    // What was worked out serves for five minutes.
    expect((await entriesOf(url)).get('tls')!.description).toBe(before.description);
    await service.setClock('2016-04-02T09:05:00.000Z');
    const left = (await entriesOf(url)).get('tls')!;
    expect(left.description).toContain('Still open on 1 account of yours:');
    // All that is left has until July: the entry moves there, and says that it did.
    expect([left.uid === before.uid, left.startDate.toString()]).toEqual([true, '2016-07-01T00:00:00Z']);
    expect(left.sequence).toBeGreaterThan(before.sequence);
    expect(String(left.component.getFirstPropertyValue('last-modified'))).toBe('2016-04-02T09:05:00Z');
    await service.setClock('2016-06-25T00:00:00.000Z');
    expect([...(await entriesOf(url)).keys()]).toEqual(['tls']);
    await optIn('globex');
    await service.setClock('2016-06-25T00:05:00.000Z');
    expect([...(await entriesOf(url)).keys()]).toEqual([]);
  });

  test('keeps the entry where a migration is moved, and counts the change', async () => {
    const url = await createLink();
    const before = (await entriesOf(url)).get('soon')!;
    await service.house.reschedules.reschedule(operator(), 'soon', { mandatoryOptIn: '2016-08-01', reason: 'More time.' });
    await service.setClock('2016-04-02T09:05:00.000Z');
    const after = (await entriesOf(url)).get('soon')!;
    expect([after.uid, after.startDate.toString()]).toEqual([before.uid, '2016-07-31T22:00:00Z']);
    expect(after.sequence).toBeGreaterThan(before.sequence);
    expect(String(after.component.getFirstPropertyValue('last-modified'))).toBe('2016-04-02T09:05:00Z');
    await service.setClock('2016-04-02T09:10:00.000Z');
    expect((await entriesOf(url)).get('soon')!.sequence).toBe(after.sequence);
  });

  test('says of a migration that is cancelled that it is, where it had an entry, until its day', async () => {
    const { migrations } = service.house;
    await make('brief', '2016-04-01', '2016-05-20', 'Brief, \\n and gone');
    const url = await createLink();
    const before = (await entriesOf(url)).get('brief')!;
    await migrations.cancelMigration(operator(), 'brief', 'A reason.');
    await service.setClock('2016-04-02T09:05:00.000Z');
    const after = (await entriesOf(url)).get('brief')!;
    expect([after.uid, after.startDate.toString()]).toEqual([before.uid, before.startDate.toString()]);
    expect(after.component.getFirstPropertyValue('status')).toBe('CANCELLED');
    expect(after.summary).toBe('Cancelled: Brief, \\n and gone');
    expect(after.sequence).toBeGreaterThan(before.sequence);
    await service.setClock('2016-05-20T00:00:00.000Z');
    expect((await entriesOf(url)).has('brief')).toBe(false);
  });

  test('says nothing of a cancelled migration that was done before', async () => {
    await make('done', '2016-04-01', '2016-05-20');
    const url = await createLink();
    expect((await entriesOf(url)).has('done')).toBe(true);
    for (const account of ['acme', 'globex', 'initech']) await service.house.rollouts.optIn(operator(), account, 'done');
    await service.setClock('2016-04-02T09:05:00.000Z');
    expect((await entriesOf(url)).has('done')).toBe(false);
    await service.house.migrations.cancelMigration(operator(), 'done', 'A reason.');
    await service.setClock('2016-04-02T09:10:00.000Z');
    expect((await entriesOf(url)).has('done')).toBe(false);
  });

  test('is not sent again while nothing changed', async () => {
    const url = await createLink();
    const etag = (await fetch(url)).headers.get('etag')!;
    await service.setClock('2016-04-02T10:00:00.000Z');
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe('its link', () => {
  test('is there from when it is made until it is removed, and tells when it was read', async () => {
    await ada.request('mutation { removeCalendarLink }');
    expect(await ada.request(LINK)).toEqual({ calendarLink: null });
    const url = await createLink();
    expect(await ada.request(LINK)).toEqual({ calendarLink: { createdAt: '2016-04-02T09:00:00.000Z', lastReadAt: null } });
    await fetch(url, { method: 'HEAD' });
    expect(await ada.request(LINK)).toMatchObject({ calendarLink: { lastReadAt: null } });
    expect((await fetch(url)).status).toBe(200);
    expect(await ada.request(LINK)).toMatchObject({ calendarLink: { lastReadAt: '2016-04-02T09:00:00.000Z' } });
    expect(await ada.request('mutation { removeCalendarLink }')).toEqual({ removeCalendarLink: true });
    expect(await ada.request('mutation { removeCalendarLink }')).toEqual({ removeCalendarLink: false });
    expect((await fetch(url)).status).toBe(404);
    const events = await service.db.query(
      `select type, administrator_id as "of" from event where type like 'CALENDAR_LINK_%' order by id desc limit 2`,
    );
    expect(events).toEqual([
      { type: 'CALENDAR_LINK_REMOVED', of: adaId },
      { type: 'CALENDAR_LINK_CREATED', of: adaId },
    ]);
  });

  test('ends where another is made', async () => {
    const before = await createLink();
    const after = await createLink();
    expect([(await fetch(before)).status, (await fetch(after)).status]).toEqual([404, 200]);
  });

  test('is kept as a hash, and in no event', async () => {
    const secret = /calendar\/([\w-]+)\.ics/.exec(await createLink())![1]!;
    const kept = JSON.stringify([await service.db.query('select * from calendar_link'), await service.db.query('select * from event')]);
    expect(kept).toContain(createHash('sha256').update(secret).digest('hex'));
    expect(kept).not.toContain(secret);
  });

  test.each(['x.ics', `${'a'.repeat(43)}.ics`, 'a', '.ics', '..ics', `${'a'.repeat(5_000)}.ics`, '%F0%9F%A7%BE.ics'])(
    'that nobody made (%s) leads nowhere, and does not say why',
    async (name) => {
      const answer = await fetch(`${service.url}/calendar/${name}`);
      expect([answer.status, await answer.json()]).toEqual([
        404,
        { error: { code: 'NOT_FOUND', message: 'There is nothing at this address.' } },
      ]);
    },
  );
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
