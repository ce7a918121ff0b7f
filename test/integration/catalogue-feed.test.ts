/** The catalogue as an Atom feed, read by a parser that is not ours. */
import { parseFeed } from '@rowanmanning/feed-parser';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { NewMigration } from '../../src/migrations/migrations.service.ts';
import { operator } from '../support/house.ts';
import { startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
const PAGE = 'https://migrations.example.com/migrations';
/** What ends a section of text in XML, is markup in HTML, or is no character of either. */
const HOSTILE = 'A <b>title</b> & "quotes" ]]> 🧾';
const MARKDOWN = '[Guide](/docs/guide?a=1&b=2) ]]> <i>alert(1)</i>\n\n`<i>code</i> href="/x"`\n\n![Picture](picture.png)';

let service: TestService;
beforeAll(async () => {
  service = await startService(NOW, { PLATFORM_NAME: 'Acme & <Cloud>', PUBLIC_URL: 'https://migrations.example.com' });
  await publish({ key: 'hostile', title: HOSTILE, description: MARKDOWN, gracePeriodStart: '2016-03-20', mandatoryOptIn: '2016-06-20' });
  await publish({ key: 'soon', title: 'Soon', gracePeriodStart: '2016-04-20', mandatoryOptIn: 'TBD' });
  await service.house.migrations.createMigration(operator(), { key: 'draft', title: 'A draft', severity: 'LOW' });
  await service.house.migrations.createMigration(operator(), { key: 'never', title: 'A draft that came to nothing', severity: 'LOW' });
  await service.house.migrations.cancelMigration(operator(), 'never', 'A reason.');
});
beforeEach(() => service.setClock('2016-04-02T09:00:00.000Z'));

async function publish(input: Omit<NewMigration, 'severity'> & { key: string }): Promise<void> {
  await service.house.migrations.createMigration(operator(), { severity: 'HIGH', ...input });
  await service.house.migrations.announceBegun(operator(), input.key);
}

const idOf = async (key: string) => (await service.house.migrations.migration(operator(), key)).id;

const get = (headers: Record<string, string> = {}) => fetch(`${service.url}/migrations.atom`, { headers });

async function read() {
  const text = await (await get()).text();
  // oxlint-disable-next-line no-control-regex -- XML 1.0 has none of these
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  const feed = parseFeed(text);
  const entry = (key: string) => feed.items.find(({ url }) => url === `${PAGE}#${key}`);
  return { text, feed, entry };
}

test('has what people were told of, and no draft', async () => {
  const { feed, entry } = await read();
  expect(feed.meta).toEqual({ type: 'atom', version: '1.0' });
  expect([feed.title, feed.url, feed.self]).toEqual(['Acme & <Cloud>: migrations', PAGE, `${PAGE}.atom`]);
  expect(feed.authors.map(({ name }) => name)).toEqual(['Acme & <Cloud>']);
  expect(feed.items.map(({ url }) => url)).toEqual([`${PAGE}#soon`, `${PAGE}#hostile`]);
  expect(entry('soon')).toMatchObject({
    id: `urn:uuid:${await idOf('soon')}`,
    title: 'Soon',
    published: new Date(NOW),
    updated: new Date(NOW),
    description: 'High severity. Grace period from: 20 April 2016. Mandatory from: To be decided.',
  });
});

test('says what is meant, whatever it is, and leads from anywhere to where its links lead', async () => {
  const { text, entry } = await read();
  expect(entry('hostile')!.title).toBe(HOSTILE);
  // The parser reads references twice; what it is given is the HTML itself, as a text that ends where `]]>` stands alone.
  const html = /<content type="html"><!\[CDATA\[(.*?)\]\]><\/content>/s.exec(
    text.slice(text.indexOf(`urn:uuid:${await idOf('hostile')}`)),
  )![1];
  expect(html).toContain('<a href="https://migrations.example.com/docs/guide?a=1&amp;b=2">Guide</a> ]]&gt; &lt;i&gt;alert(1)&lt;/i&gt;');
  expect(html).toContain('<code>&lt;i&gt;code&lt;/i&gt; href=&quot;/x&quot;</code>');
  expect(html).toContain('<img src="https://migrations.example.com/picture.png" alt="Picture">');
});

test('has a control character in no title, whoever let it in', async () => {
  await service.db.query(`update migration set title = E'So\\u0001on' where key = 'soon'`);
  expect((await read()).entry('soon')!.title).toBe('So\u{FFFD}on');
  await service.db.query(`update migration set title = 'Soon' where key = 'soon'`);
});

test('keeps the entry where a migration is renamed or moved, and makes it new', async () => {
  const before = (await read()).entry('soon')!;
  await service.setClock('2016-04-03T10:00:00.000Z');
  await service.house.reschedules.reschedule(operator(), 'soon', { mandatoryOptIn: '2016-08-01', reason: 'Now we know.' });
  const { feed, entry } = await read();
  const after = entry('soon')!;
  expect([after.id, after.published]).toEqual([before.id, before.published]);
  expect([after.updated, feed.updated, feed.items[0]!.id]).toEqual([new Date('2016-04-03T10:00:00.000Z'), after.updated, after.id]);
  expect(after.description).toContain('Mandatory from: 1 August 2016.');
});

test('makes an entry new when the grace period starts and when it is mandatory, by the clock and no worker', async () => {
  await service.setClock('2016-04-20T00:00:00.000Z');
  expect((await read()).entry('soon')!.updated).toEqual(new Date('2016-04-20T00:00:00.000Z'));
  await service.setClock('2016-06-19T23:59:59.999Z');
  expect((await read()).entry('hostile')!.updated).toEqual(new Date(NOW));
  await service.setClock('2016-06-20T00:00:00.000Z');
  expect((await read()).entry('hostile')!.updated).toEqual(new Date('2016-06-20T00:00:00.000Z'));
});

test('says for a while that a migration was cancelled', async () => {
  await publish({ key: 'withdrawn', title: 'Withdrawn', gracePeriodStart: '2016-05-01', mandatoryOptIn: '2016-09-01' });
  const { id } = (await read()).entry('withdrawn')!;
  await service.house.migrations.cancelMigration(operator(), 'withdrawn', 'A reason.');
  expect((await read()).entry('withdrawn')).toMatchObject({ id, title: 'Cancelled: Withdrawn' });
  await service.setClock('2016-07-02T09:00:00.000Z');
  expect((await read()).entry('withdrawn')).toBeUndefined();
});

test('is not sent again while nothing changed', async () => {
  const answer = await get();
  const etag = answer.headers.get('etag')!;
  expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    'application/atom+xml; charset=utf-8',
    'public, max-age=300',
  ]);
  await service.setClock('2016-04-02T10:00:00.000Z');
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await get({ 'if-none-match': known });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
  }
  expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
});

test('is there while there is nothing to tell, and the public page leads to it', async () => {
  const empty = await startService(NOW);
  const feed = parseFeed(await (await fetch(`${empty.url}/migrations.atom`)).text());
  expect([feed.items, feed.updated]).toEqual([[], new Date(0)]);
  expect(await (await fetch(`${empty.url}/migrations`)).text()).toContain(
    '<link rel="alternate" type="application/atom+xml" title="Migrations: Example Platform" href="/migrations.atom">',
  );
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
