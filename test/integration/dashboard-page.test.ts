/** The files of the dashboard over real HTTP, from a build on disk. */
import 'reflect-metadata';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboardPage, policyReportRoutes } from '../../src/http/dashboard-page.ts';
import { createHttpServer, type HttpServer } from '../../src/http.ts';

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))});`;
const PAGE = '<!doctype html><title>Dashboard</title>';

let parent: string;
let dir: string;
let server: HttpServer;
let url: string;
let port: number;
const logged: Record<string, unknown>[] = [];

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'graceline-page-'));
  dir = join(parent, 'dashboard');
  await writeFile(join(parent, 'secret.txt'), 'secret');
  const logger = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) });
  const routes = {
    'GET /migrations': () => ({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: 'public' }),
    ...policyReportRoutes(logger),
  };
  server = createHttpServer({ routes, fallback: dashboardPage(dir), ready: () => Promise.resolve([]), logger });
  port = await server.listen('127.0.0.1', 0);
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server.close(1_000);
  await rm(parent, { recursive: true });
});

const asPerson = (path: string, headers: Record<string, string> = {}) =>
  fetch(url + path, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...headers }, redirect: 'manual' });

/** As it goes over the wire: `fetch` would undo the compression, and the dots of a path. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      void text(response).then((body) => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .once('error', reject)
      .end();
  });
}

test('where nothing is built, the page says in a sentence how to', async () => {
  const page = await asPerson('/');
  expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  expect((await asPerson('/migrations')).status).toBe(200);
});

describe('once it is built', () => {
  beforeAll(async () => {
    await mkdir(join(dir, 'assets'), { recursive: true });
    await writeFile(join(dir, 'index.html'), PAGE);
    await writeFile(join(dir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(join(dir, 'assets', 'main-3f2a.js'), SCRIPT);
    await writeFile(join(dir, 'assets', 'main-3f2a.js.br'), brotliCompressSync(SCRIPT));
    await writeFile(join(dir, 'assets', 'main-3f2a.js.gz'), gzipSync(SCRIPT));
    await writeFile(join(dir, 'assets', 'only-91.css'), 'body{}');
    await writeFile(join(dir, 'assets', 'only-91.css.gz'), gzipSync('body{}'));
    expect(await (await asPerson('/')).text()).toBe(PAGE);
  });

  test.each(['/', '/?tab=open', '/accounts/acme', '/accounts/acme.example', '/migrations/tls-1.0', '/a/b/c/d'])(
    'the page is at %s',
    async (path) => {
      const page = await asPerson(path);
      expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([200, 'text/html; charset=utf-8', PAGE]);
      expect(page.headers.get('cache-control')).toBe('no-cache');
    },
  );

  test('it runs its own script and nothing else', async () => {
    const policy = (await asPerson('/')).headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  test('is asked for once, until there is another build', async () => {
    const etag = (await asPerson('/')).headers.get('etag')!;
    const again = await raw('/', { 'if-none-match': `"old", ${etag}` });
    expect([again.status, again.body, again.headers['content-length']]).toEqual([304, '', undefined]);
    await writeFile(join(dir, 'index.html'), `${PAGE}<p>2`);
    await utimes(join(dir, 'index.html'), new Date(), new Date(Date.now() + 5_000));
    expect((await raw('/', { 'if-none-match': etag })).body).toBe(`${PAGE}<p>2`);
  });

  test.each([
    ['gzip, deflate, br, zstd', 'br', SCRIPT],
    ['gzip;q=1, br;q=0', 'gzip', SCRIPT],
    ['identity', undefined, SCRIPT],
    ['', undefined, SCRIPT],
  ])('its script goes to whoever takes %j as %s', async (accepted, encoding, body) => {
    const answer = await raw('/assets/main-3f2a.js', { 'accept-encoding': accepted });
    expect([answer.status, answer.headers['content-encoding'], answer.headers['vary']]).toEqual([200, encoding, 'accept-encoding']);
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(Number(answer.headers['content-length'])).toBe(
      encoding === 'br' ? brotliCompressSync(body).length : encoding === 'gzip' ? gzipSync(body).length : body.length,
    );
    const whole = await fetch(`${url}/assets/main-3f2a.js`, { headers: { 'accept-encoding': accepted } });
    expect(await whole.text()).toBe(body);
  });

  test('a process that begins while a page is open has its other files', async () => {
    const next = createHttpServer({ fallback: dashboardPage(dir), ready: () => Promise.resolve([]), logger: pino({ level: 'silent' }) });
    const answer = await fetch(`http://127.0.0.1:${await next.listen('127.0.0.1', 0)}/assets/main-3f2a.js`);
    expect(await answer.text()).toBe(SCRIPT);
    await next.close(1_000);
  });

  test('what is compressed in one way only goes in that or plain', async () => {
    expect((await raw('/assets/only-91.css', { 'accept-encoding': 'br, gzip' })).headers['content-encoding']).toBe('gzip');
    expect((await raw('/assets/only-91.css', { 'accept-encoding': 'br' })).headers['content-encoding']).toBeUndefined();
  });

  test('other files are asked for again each time, and HEAD is told what GET would be', async () => {
    const icon = await raw('/favicon.svg');
    expect([icon.status, icon.headers['content-type'], icon.headers['cache-control']]).toEqual([
      200,
      'image/svg+xml; charset=utf-8',
      'no-cache',
    ]);
    const head = await raw('/favicon.svg', {}, 'HEAD');
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', icon.headers['content-length']]);
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/..\\secret.txt',
    '//secret.txt',
    '/assets/main-0000.js',
    '/assets/main-3f2a.js.br',
    '/assets/',
    '/robots.txt',
    '/index.html',
  ])('nothing is at %s', async (path) => {
    const answer = await raw(path, { accept: 'text/html' });
    expect(answer.body).not.toContain('secret');
    if (!/^\/(%2e|\.\.|\/)/.test(path)) expect(answer.status).toBe(404);
  });

  test('programs that ask for no page get none', async () => {
    for (const [path, init] of [
      ['/accounts/acme', { headers: { accept: 'application/json' } }],
      ['/accounts/acme', { method: 'POST' }],
    ] as const)
      expect((await fetch(url + path, init)).status).toBe(404);
    expect(await (await asPerson('/migrations')).text()).toBe('public');
  });
});

test('what the policy kept from happening is logged, in bounds', async () => {
  const report = (blocked: string) =>
    fetch(`${url}/csp-report`, {
      method: 'POST',
      headers: { 'content-type': 'application/csp-report' },
      body: JSON.stringify({ 'csp-report': { 'blocked-uri': blocked, 'line-number': 7, extra: { a: 1 } } }),
    });
  for (let i = 0; i < 30; i += 1) expect((await report(`https://evil.example/${'x'.repeat(2_000)}`)).status).toBe(204);
  const reports = logged.filter(({ report: one }) => one !== undefined);
  expect(reports).toHaveLength(20);
  expect(reports[0]!['report']).toEqual({ 'blocked-uri': `https://evil.example/${'x'.repeat(2_000)}`.slice(0, 300), 'line-number': '7' });
});
