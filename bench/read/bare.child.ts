/** The limit: a bare `node:http` server with a prepared statement, which knows no tokens, limits, budgets or documents. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { cursorOf } from '../../src/pagination.ts';
import { answering } from '../fanout/child.ts';
import { ACCOUNT_ROWS, MIGRATION_ROWS } from './statements.ts';

/** A row as the driver gives it. */
type Row = Readonly<Record<string, unknown>>;

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: Number(process.env['DATABASE_POOL_SIZE']) });

async function accountPage({ id }: { id: string }): Promise<unknown> {
  const { rows } = await pool.query<Row>({ name: 'account', text: ACCOUNT_ROWS, values: [id, new Date()] });
  const a = rows[0]!;
  return {
    account: {
      id: a['id'],
      name: a['name'],
      platform: a['platform'],
      plan: a['plan'],
      region: a['region'],
      timeZone: a['time_zone'],
      usesBuiltInEmail: a['uses_built_in_email'],
      createdAt: a['created_at'],
      migrations: rows.map((row) => ({
        account: { id: row['id'] },
        migration: { ...migrationOf(row), guideUrl: row['guide_url'] },
        state: {
          enabled: row['enabled'],
          reason: row['reason'],
          since: row['since'],
          deadline: row['deadline'],
          canOptIn: row['can_opt_in'],
          canOptOut: row['can_opt_out'],
        },
      })),
    },
  };
}

async function migrations({ first }: { first: number }): Promise<unknown> {
  const { rows } = await pool.query<Row>({ name: 'migrations', text: MIGRATION_ROWS, values: [first] });
  const edges = rows.slice(0, first).map((row) => {
    return { cursor: cursorOf([row['grace_period_start'] as string, row['id'] as string]), node: migrationOf(row) };
  });
  return { migrations: { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } } };
}

function migrationOf(row: Row) {
  return {
    key: row['key'],
    title: row['title'],
    severity: row['severity'],
    state: row['state'],
    reversible: row['reversible'],
    gracePeriodStart: row['grace_period_start'],
    graceStartsAt: row['grace_starts_at'],
    mandatoryOptIn: row['mandatory_opt_in'],
    mandatoryAt: row['mandatory_at'],
  };
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => void answer(request.url!, Buffer.concat(parts).toString(), response));
});

async function answer(url: string, asked: string, response: ServerResponse): Promise<void> {
  const input: unknown = JSON.parse(asked);
  const data = await (url === '/account' ? accountPage(input as { id: string }) : migrations(input as { first: number }));
  const body = JSON.stringify({ data });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

server.listen(0, '127.0.0.1', () => answering(null, { port: () => (server.address() as AddressInfo).port }));
