import 'reflect-metadata';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Actor, SYSTEM } from '../../src/auth/actor.ts';
import { GracelineError } from '../../src/errors.ts';
import { type ApiError, graphqlClient } from '../support/graphql-client.ts';
import { BOMBS, SampleService, SECRET } from '../support/sample-service.ts';
import { bus, tick } from '../support/ticks.ts';

const service = SampleService.forThisFile();

describe('what asks for too much is refused within moments', () => {
  test.each(BOMBS.filter(([, query]) => query.length < 60_000))('over a socket: %s', async (_, query, code) => {
    const messages = graphqlClient(service.url, service.operator.token).subscribe(query);
    await expect(messages.next()).rejects.toMatchObject({ code });
    await messages.close();
  });

  test('over a socket: a message that is too long', async () => {
    const messages = graphqlClient(service.url, service.operator.token).subscribe(`subscription { ticks } # ${'x'.repeat(70_000)}`);
    await expect(messages.closed).resolves.toMatchObject({ code: 1009 });
  });
});

describe('over a socket', () => {
  test('events come in order, and the source ends with the subscription', async () => {
    const messages = await service.subscribeToTicks();
    for (const value of [1, 2, 3]) tick(value);
    expect([await messages.next(), await messages.next(), await messages.next()]).toEqual([{ ticks: 1 }, { ticks: 2 }, { ticks: 3 }]);
    await messages.close();
    await expect.poll(() => bus.listenerCount('tick')).toBe(0);
  });

  test.each([
    ['no token', undefined],
    ['an unknown one', `gl_op_${'A'.repeat(43)}`],
    ['one of the wrong form', 'x'],
  ])('%s is refused with 4403', async (_, token) => {
    const messages = graphqlClient(service.url, token).subscribe('subscription { ticks }');
    await expect(messages.closed).resolves.toMatchObject({ code: 4403, reason: expect.stringContaining('oken') });
  });

  test.each(['query', 'mutation'])('a %s is refused', async (operation) => {
    const messages = graphqlClient(service.url, service.operator.token).subscribe(
      operation === 'query' ? '{ whoAmI }' : 'mutation { nothing }',
    );
    await expect(messages.next()).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('subscriptions only') });
    await messages.close();
  });

  test('a subscription that cannot start says why', async () => {
    const messages = graphqlClient(service.url, service.operator.token).subscribe('subscription { refused }');
    await expect(messages.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await messages.close();
  });

  test('the token may come in the header of the handshake', async () => {
    const socket = new WebSocket(`${service.url}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${service.operator.token}` },
    });
    const answer = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()))));
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    await expect(answer).resolves.toEqual({ type: 'connection_ack' });
    socket.close();
  });

  test.each([
    ['another protocol', 'graphql-ws', {}, 4406],
    ['a page of another site', 'graphql-transport-ws', { origin: 'https://evil.example' }, 403],
  ])('%s is refused', async (_, protocol, headers, code) => {
    const socket = new WebSocket(`${service.url}/graphql`, protocol, { headers });
    const end = new Promise((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.once('close', resolve);
      socket.once('error', () => resolve(code));
    });
    await expect(end).resolves.toBe(code);
  });

  test.each(['next', 'error', 'connection_ack'])(
    'a peer that sends what only servers send is closed with 4400, and that is no defect: %s',
    async (type) => {
      const before = service.logged.length;
      const socket = new WebSocket(`${service.url}/graphql`, 'graphql-transport-ws', {
        headers: { authorization: `Bearer ${service.operator.token}` },
      });
      const closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, reason.toString()])));
      socket.once('open', () => {
        socket.send('{"type":"connection_init"}');
        socket.send(JSON.stringify({ type, id: '1', payload: type === 'error' ? [{ message: 'x' }] : {} }));
      });
      await expect(closed).resolves.toEqual([4400, expect.stringContaining(type)]);
      expect(service.logged.slice(before).filter(({ level }) => Number(level) >= 50)).toEqual([]);
    },
  );

  test('a socket takes 50 subscriptions at once', async () => {
    const socket = new WebSocket(`${service.url}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${service.operator.token}` },
    });
    const refused = new Promise<unknown>((resolve) =>
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { type: string };
        if (message.type === 'error') resolve(message);
        if (message.type !== 'connection_ack') return;
        for (let id = 1; id <= 51; id++)
          socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: 'subscription { ticks }' } }));
      }),
    );
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    await expect(refused).resolves.toMatchObject({ id: '51', payload: [{ extensions: { code: 'TOO_LARGE' } }] });
    socket.close();
    await expect.poll(() => bus.listenerCount('tick')).toBe(0);
  });

  test('a revoked token closes its sockets with 4403, and those of others stay', async () => {
    const { id, token } = await service.newToken();
    const [revoked, kept] = [await service.subscribeToTicks(token), await service.subscribeToTicks()];
    const started = performance.now();
    await service.tokens.revokeToken(SYSTEM, id);
    await expect(revoked.closed).resolves.toMatchObject({ code: 4403, reason: expect.stringContaining('revoked') });
    expect(performance.now() - started).toBeLessThan(5_000);
    tick(5);
    await expect(kept.next()).resolves.toEqual({ ticks: 5 });
    await kept.close();
  });

  test('a token that nobody can judge at the moment keeps its socket, and holds up the end of no other', async () => {
    const [unsure, { id, token }] = [await service.newToken(), await service.newToken()];
    let away = false;
    const { server, url } = await service.start({
      authenticate: async (authorization) => {
        if (away && authorization?.includes(unsure.token)) throw new GracelineError('ISSUER_UNREACHABLE', 'Its issuer does not answer.');
        return service.tokens.authenticate(authorization);
      },
    });
    // Asked about in the order of their sockets: the one that cannot be judged comes first.
    const [kept, revoked] = [await service.subscribeToTicks(unsure.token, url), await service.subscribeToTicks(token, url)];
    away = true;
    await service.tokens.revokeToken(SYSTEM, id);
    await expect(revoked.closed).resolves.toMatchObject({ code: 4403, reason: expect.stringContaining('revoked') });
    tick(6);
    await expect(kept.next()).resolves.toEqual({ ticks: 6 });
    await kept.close();
    await server.close(1_000);
  });

  test('a token that expires closes its sockets with 4403 within five seconds', async () => {
    const { token } = await service.newToken(new Date(Date.now() + 1_000));
    const expiring = await service.subscribeToTicks(token);
    const started = performance.now();
    await expect(expiring.closed).resolves.toMatchObject({ code: 4403, reason: expect.stringContaining('expired') });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test.each<[string, Partial<Actor>]>([
    ['its role', { role: 'RUNTIME' }],
    ['a scope', { scopes: [] }],
    ['whose administrator it is', { administratorId: '01890000-0000-7000-8000-000000000000' }],
  ])('where %s is changed of a token, its sockets close with 4403 and may come again', async (_, changed) => {
    let change: Partial<Actor> = { scopes: ['migrations:read'] };
    const other = await service.start({
      authenticate: async (authorization) => ({ ...(await service.tokens.authenticate(authorization)), ...change }),
    });
    const messages = await service.subscribeToTicks(service.operator.token, other.url);
    change = { ...change, ...changed };
    await expect(messages.closed).resolves.toMatchObject({ code: 4403, reason: expect.stringContaining('changed') });
    const again = await service.subscribeToTicks(service.operator.token, other.url);
    tick(8);
    await expect(again.next()).resolves.toEqual({ ticks: 8 });
    await again.close();
    await other.server.close(1_000);
  });

  test('where tokens cannot be checked again, sockets stay', async () => {
    let failing = false;
    const asked = Promise.withResolvers<void>();
    const authenticate = (authorization: string | undefined) => {
      if (!failing) return service.tokens.authenticate(authorization);
      asked.resolve();
      return Promise.reject(new Error('the database is away'));
    };
    const other = await service.start({ authenticate });
    const messages = await service.subscribeToTicks(service.operator.token, other.url);
    failing = true;
    await asked.promise;
    failing = false;
    tick(6);
    await expect(messages.next()).resolves.toEqual({ ticks: 6 });
    await other.server.close(1_000);
  });

  test('errors are as over HTTP, and the next event still comes', async () => {
    const messages = await service.subscribeToTicks();
    tick(-1);
    const error = await messages.next().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INTERNAL', extensions: { id: expect.any(String) } });
    expect((error as ApiError).message).not.toContain(SECRET);
    tick(7);
    await expect(messages.waitFor(() => true)).resolves.toEqual({ ticks: 7 });
    await messages.close();
  });
});
