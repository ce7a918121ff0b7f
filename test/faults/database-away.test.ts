/** PostgreSQL gone from under an API: callers are told so, nothing is done twice, and all goes on once it is back. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { wordsFor } from '../../src/process.ts';
import { PostgresServer } from '../support/postgres-server.ts';
import { refusalOf, startService } from '../support/service.ts';

const CREATE = `mutation ($id: ID!, $key: String) {
  createAccount(input: { id: $id, name: "Shop", platform: CLOUD }, idempotencyKey: $key) { id } }`;

const postgres = await PostgresServer.start();
const service = await startService('2026-03-01T12:00:00Z', { DATABASE_URL: postgres.url });

describe.each(['fast', 'immediate'] as const)('while PostgreSQL is away, stopped %s', (how) => {
  test('whoever asks is told to ask again, and a change has its effect once', async () => {
    const call = { id: `shop-${how}`, key: randomUUID() };
    await service.operator.request('{ me { role } }');
    await postgres.stop(how);

    const [asked, created] = await Promise.all([
      refusalOf(service.operator.request('{ accounts { edges { node { id } } } }'), 'DATABASE_UNREACHABLE'),
      refusalOf(service.operator.request(CREATE, call), 'DATABASE_UNREACHABLE'),
    ]);
    expect([asked.status, created.status]).toEqual([503, 503]);
    const page = await fetch(`${service.url}/migrations`);
    expect([page.status, page.headers.get('retry-after'), await page.json()]).toEqual([
      503,
      '5',
      { error: expect.objectContaining({ code: 'DATABASE_UNREACHABLE', message: asked.message.replace(/^\w+: /, '') }) },
    ]);

    const lost = await service.db.transaction((tx) => tx.query('select 1')).catch((error: unknown) => error);
    expect(wordsFor(lost)).toMatch(/^Lost the database \(.+\)\. Start this again once it answers; .*\.$/);

    await postgres.restart();
    const again = () => service.operator.request(CREATE, call);
    expect([await again(), await again()]).toEqual([{ createAccount: { id: call.id } }, { createAccount: { id: call.id } }]);
    // What is away is no defect of ours: nothing about it is logged as one.
    expect(service.defects).toEqual([]);
  });
});
