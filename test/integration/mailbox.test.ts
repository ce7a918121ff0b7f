/** The mailbox of development, over real HTTP, with mails as our own transport writes them and as strangers would. */
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operator } from '../support/house.ts';
import { startService, type TestService } from '../support/service.ts';

const NOW = '2016-04-01T09:00:00.000Z';
const EVIL = '<script>alert(1)</script><img src=x onerror=alert(1)>';
const RTL = '\u202Etxt.exe';

let service: TestService;
let folder: string;

beforeAll(async () => {
  service = await startService(NOW);
  folder = join(service.house.config.DATA_DIR, 'mail');
});
beforeEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, message: string, minute = 0): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), message);
  const at = new Date(Date.parse(NOW) + minute * 60_000);
  await utimes(join(folder, name), at, at);
}

const open = (path: string, of = service) => fetch(of.url + path, { redirect: 'manual' });
const mail = (subject: string, body = 'Hello') =>
  `From: Acme <no-reply@acme.example>\r\nTo: Ada <ada@acme.example>\r\nSubject: ${subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${body}\r\n`;

/** A mail in two forms, and a file. */
const RICH = [
  'From: =?utf-8?q?Acm=C3=A9?= <no-reply@acme.example>',
  'To: Ada <ada@acme.example>',
  `Subject: =?utf-8?b?${Buffer.from(`Reset ${EVIL} ${RTL}`).toString('base64')}?=`,
  'Content-Type: multipart/mixed; boundary=m',
  '',
  '--m',
  'Content-Type: multipart/alternative; boundary=a',
  '',
  '--a',
  'Content-Type: text/plain; charset=utf-8',
  '',
  `Open https://acme.example/reset?ticket=1&x=2 or javascript:alert(1) ${EVIL} ${RTL}`,
  '--a',
  'Content-Type: text/html; charset=utf-8',
  '',
  `<p style="color:red">Rich</p>${EVIL}<form action="https://evil.example"><button>Go</button></form>`,
  '--a--',
  '--m',
  `Content-Type: text/csv; name="${'x'.repeat(400)}.csv"`,
  'Content-Disposition: attachment',
  '',
  'a,b',
  '--m--',
  '',
].join('\r\n');

describe('the list', () => {
  test('says that there is no mail yet', async () => {
    const page = await open('/mailbox');
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('No mail has been written yet')]);
  });

  test('says where mail goes that does not come here', async () => {
    const sending = await startService(NOW, { SMTP_URL: 'smtp://127.0.0.1:9' });
    expect(await (await open('/mailbox', sending)).text()).toContain('SMTP_URL');
  });

  test('shows the newest first, up to a hundred, and how many there are', async () => {
    for (let i = 0; i < 105; i += 1) await put(`mail-${i}.eml`, mail(`Number ${i};`), i);
    await put('half.eml.part', mail('Half'), 200);
    await put('notes.txt', 'Notes', 200);
    const page = await (await open('/mailbox')).text();
    const subjects = [...page.matchAll(/Number (\d+);/g)].map(([, number]) => Number(number));
    expect(subjects).toEqual(Array.from({ length: 100 }, (_, i) => 104 - i));
    expect(page).toContain('The newest 100 of 105.');
    expect(page).not.toMatch(/Half|Notes/);
  });

  test('lists the mail that the service itself writes, and leads to it', async () => {
    const { accounts, applications, users } = service.house;
    await accounts.createAccount(operator(), { id: 'acme', name: 'Acme', platform: 'CLOUD', createdAt: new Date('2015-01-01') });
    const { id } = await applications.createApplication(operator(), 'acme', 'Shop');
    const person = { email: 'sam@acme.example', name: 'Sam', connection: 'people', password: 'correct horse battery' };
    await users.createUser(operator(), 'acme', person);
    const asked = { client_id: id, connection: 'people', email: person.email, password: 'another horse battery' };
    const body = JSON.stringify(asked);
    await fetch(`${service.url}/dbconnections/change_password`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    await service.sweep();
    const [, path] = /href="(\/mailbox\/[^"]+)"/.exec(await (await open('/mailbox')).text())!;
    const page = await (await open(path!)).text();
    expect(page).toContain('sam@acme.example');
    expect(page).toMatch(/<a href="http[^"]+\/password-reset\?ticket=[^"]+" rel="noopener noreferrer">/);
  });
});

describe('a mail', () => {
  test('is shown as text whatever it says, with links that are links', async () => {
    await put('rich.eml', RICH);
    for (const path of ['/mailbox', '/mailbox/rich.eml']) {
      const answer = await open(path);
      const page = await answer.text();
      expect(page).not.toMatch(/<script|<img/);
      expect(page).toContain('&lt;script&gt;alert(1)');
      // What is written from right to left turns nothing around it.
      expect(page).toMatch(/<bdi>[^<]*\u202e[^<]*<\/bdi>/);
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; .*frame-src 'self'$/);
    }
    const page = await (await open('/mailbox/rich.eml')).text();
    expect(page).toContain('<a href="https://acme.example/reset?ticket=1&amp;x=2" rel="noopener noreferrer">');
    expect(page).not.toContain('href="javascript');
    expect(page).toContain('Acmé &lt;no-reply@acme.example&gt;');
    expect(page).toMatch(/<iframe src="\/mailbox\/rich\.eml\/html" sandbox title/);
    expect(page).toMatch(/<bdi>x{200}…<\/bdi> \(text\/csv, \d+ bytes\)/);
  });

  test('has its HTML in a frame of no origin, in which nothing runs, loads or leaves', async () => {
    await put('rich.eml', RICH);
    const frame = await open('/mailbox/rich.eml/html');
    expect(await frame.text()).toContain('<p style="color:red">Rich</p>');
    expect(frame.headers.get('content-security-policy')).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
    );
    expect(frame.headers.get('x-frame-options')).toBe('SAMEORIGIN');
  });

  test('of 10,000 characters in a line, of no subject, or of nonsense is shown too', async () => {
    await put('long.eml', mail('x'.repeat(10_000), 'y'.repeat(10_000)));
    await put('bare.eml', 'Content-Type: text/plain\r\n\r\n');
    await put('garbage.eml', Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 256)).toString('latin1'));
    await put('empty.eml', '');
    const long = await (await open('/mailbox/long.eml')).text();
    expect(long).toContain(`<bdi>${'x'.repeat(200)}…</bdi>`);
    expect(long).toContain('y'.repeat(10_000));
    for (const name of ['bare', 'garbage', 'empty']) expect((await open(`/mailbox/${name}.eml`)).status).toBe(200);
    expect(await (await open('/mailbox')).text()).toContain('Without a subject');
  });

  test('is nowhere else than in the folder', async () => {
    await put('one.eml', mail('One'));
    await writeFile(join(folder, '..', 'outside.eml'), mail('Outside'));
    await mkdir(join(folder, 'folder.eml'), { recursive: true });
    const names = [
      '..%2Foutside.eml',
      '%2E%2E%2Foutside.eml',
      '..%5Coutside.eml',
      '.eml',
      'none.eml',
      'one',
      'one.eml%00',
      'folder.eml',
      `${'a'.repeat(5_000)}.eml`,
    ];
    for (const name of names) for (const end of ['', '/html']) expect((await open(`/mailbox/${name}${end}`)).status).toBeOneOf([400, 404]);
    expect((await open('/mailbox/one.eml')).status).toBe(200);
  });
});

test('in production there is none', async () => {
  const production = await startService(NOW, { NODE_ENV: 'production' });
  await mkdir(join(production.house.config.DATA_DIR, 'mail'), { recursive: true });
  await writeFile(join(production.house.config.DATA_DIR, 'mail', 'one.eml'), mail('One'));
  for (const path of ['/mailbox', '/mailbox/one.eml', '/mailbox/one.eml/html'])
    expect((await fetch(production.url + path, { headers: { accept: 'text/html' } })).status).toBe(404);
});

test('no caller met a defect', () => expect(service.defects).toEqual([]));
