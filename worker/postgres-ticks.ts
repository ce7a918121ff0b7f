import { PostgresBackend } from '@agendajs/postgres-backend';
import pg from 'pg';
import type { Logger } from 'pino';
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, seldom, type TickStore } from './tick-store.ts';

/**
 * Keeps ticks in the table of Agenda beside our own. Called where no other database is given for them.
 *
 * @param url a PostgreSQL connection string
 */
export function openPostgresTicks(url: string, log: Logger): TickStore {
  const connection = {
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  };
  // A pool of its own: ours hands timestamps and numbers to Agenda in other types. A lost connection, idle or in use,
  // must not end the process, and without these listeners it would.
  const pool = new pg.Pool({ ...connection, max: 2, application_name: 'graceline ticker' });
  const lost = seldom((err: unknown) => log.warn({ err }, 'lost a connection of the ticker; the next look reconnects'));
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return {
    backend: new PostgresTicks(pool),
    close: async (owner) => {
      await pool.end();
      await clearLocks(connection, owner).catch((err: unknown) =>
        log.warn({ err }, 'could not free the ticks; they are taken over when their locks expire'),
      );
    },
  };
}

/** Without Agenda's NOTIFY, which only would repeat what its look finds and costs three of them a tick. */
class PostgresTicks extends PostgresBackend {
  private connecting: Promise<void> | undefined;

  constructor(pool: pg.Pool) {
    super({ pool, ensureSchema: false, disableNotifications: true });
  }

  /** Once: Agenda calls it in its constructor, where a failure would end the process. We call it before, and handle that. */
  override connect(): Promise<void> {
    this.connecting ??= super.connect();
    return this.connecting;
  }
}

async function clearLocks(connection: pg.ClientConfig, owner: string): Promise<void> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('update agenda_jobs set locked_at = null where last_modified_by = $1 and locked_at is not null', [owner]);
  } finally {
    await client.end();
  }
}
