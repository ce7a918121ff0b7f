import 'reflect-metadata';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../src/http.ts';
import { graphqlClient } from '../support/graphql-client.ts';
import { gate, SampleService, SECRET } from '../support/sample-service.ts';
import { bus } from '../support/ticks.ts';

const service = SampleService.forThisFile();

afterEach(() => {
  gate.current = Promise.withResolvers();
  service.missing = [];
});

describe('the HTTP server', () => {
  test('is alive as long as it runs, and ready when nothing is missing', async () => {
    service.missing = ['The database has not been migrated.'];
    const alive = await fetch(`${service.url}/healthz`);
    const notReady = await fetch(`${service.url}/readyz`);
    expect([alive.status, notReady.status]).toEqual([200, 503]);
    expect(await notReady.json()).toEqual({ status: 'not ready', missing: service.missing });
    service.missing = [];
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });

  test('answers pages with headers that keep them harmless', async () => {
    const page = await fetch(service.url);
    expect([page.redirected, page.url, await page.text()]).toEqual([true, `${service.url}/migrations`, '<p>Migrations']);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*style-src 'unsafe-inline'.*frame-ancestors 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['GET', '/nowhere', 404, 'NOT_FOUND'],
    ['GET', '/constructor', 404, 'NOT_FOUND'],
    ['POST', '/migrations', 405, 'INVALID_INPUT'],
    ['GET', '/defect', 500, 'INTERNAL'],
  ])('%s %s is answered with %i %s', async (method, path, status, code) => {
    const response = await fetch(service.url + path, { method });
    const text = await response.text();
    expect([response.status, (JSON.parse(text) as { error: { code: string } }).error.code]).toEqual([status, code]);
    expect(text).not.toContain(SECRET);
  });

  test('answers clients that offer to go on in HTTP/2, as some do with every first request', async () => {
    const { port, hostname } = new URL(service.url);
    const connection = createConnection(Number(port), hostname);
    const answer = new Promise<string>((resolve) => connection.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    connection.write(
      'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n',
    );
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    connection.destroy();
  });

  test('names no secret of an address in the log', async () => {
    const routes = { 'GET /calendar/{secret}': () => ({ status: 200, headers: {}, body: '' }) };
    const other = createHttpServer({ routes, ready: () => Promise.resolve([]), logger: service.logger });
    const port = await other.listen('127.0.0.1', 0);
    await fetch(`http://127.0.0.1:${port}/calendar/${SECRET}.ics?again=${SECRET}`);
    await other.close(100);
    expect(service.logged.filter(({ path }) => path === '/calendar/{secret}')).toHaveLength(1);
    expect(JSON.stringify(service.logged)).not.toContain(`${SECRET}.ics`);
  });

  test('survives a client that goes away in the middle', async () => {
    const { port, hostname } = new URL(service.url);
    const connection = createConnection(Number(port), hostname);
    connection.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-request-id: gone\r\ncontent-length: 100\r\n\r\n{"que',
      () => connection.destroy(),
    );
    await expect
      .poll(() =>
        service.logged.some(({ requestId, msg, level }) => requestId === 'gone' && level === 20 && String(msg).includes('went away')),
      )
      .toBe(true);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  });

  test('a port in use is named with its setting', async () => {
    const second = createHttpServer({ ready: () => Promise.resolve([]), logger: service.logger, portSetting: 'WORKER_PORT' });
    const { port } = new URL(service.url);
    await expect(second.listen('127.0.0.1', Number(port))).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`Port ${port}.*WORKER_PORT`)),
    });
    await second.close(100);
  });

  test('closes within moments: finishes the request under way, closes sockets with 1001, and takes nothing new', async () => {
    const other = await service.start();
    const messages = await service.subscribeToTicks(service.operator.token, other.url);
    const arrived = new Promise((resolve) => bus.once('slow', resolve));
    const answer = graphqlClient(other.url).request('{ slow }');
    await arrived;
    const started = performance.now();
    const closed = other.server.close(5_000);
    await expect(messages.closed).resolves.toMatchObject({ code: 1001 });
    await expect(fetch(`${other.url}/healthz`)).rejects.toThrow('fetch failed');
    gate.current.resolve('done');
    await expect(answer).resolves.toEqual({ slow: 'done' });
    await closed;
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('cuts what is still open at the deadline', async () => {
    const other = await service.start();
    const deaf = createConnection(other.port, '127.0.0.1');
    deaf.on('error', () => undefined);
    const upgraded = new Promise((resolve) => deaf.once('data', resolve));
    deaf.write(
      'GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
    );
    await upgraded;
    const arrived = new Promise((resolve) => bus.once('slow', resolve));
    const answer = graphqlClient(other.url).request('{ slow }');
    answer.catch(() => undefined);
    await arrived;
    const started = performance.now();
    await other.server.close(200);
    expect(performance.now() - started).toBeLessThan(1_500);
    await expect(answer).rejects.toThrow('fetch failed');
    gate.current.resolve('too late');
  });
});
