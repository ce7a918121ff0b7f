/** COPY … FROM STDIN over a plain connection: the fastest way into a table, which the driver speaks but does not offer. */
import type pg from 'pg';
import type { AccountFields } from '../accounts.rules.ts';

/** What the driver's connection has for COPY; its types leave it out. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** The server and the socket take pieces of this size without copying them about. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Sends rows to a `copy … from stdin` statement.
 *
 * @param client a connection nobody else uses meanwhile
 * @param data the rows in COPY's text format
 * @throws the server's error, e.g. a unique violation; then no row was written
 */
export function copyIn(client: pg.PoolClient, statement: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = {
      // The driver replaces it by one that also stops the timer of its query timeout; so it is looked up when called.
      callback: (error?: Error) => (error ? reject(error) : resolve()),
      submit: (connection: CopyConnection) => connection.query(statement),
      handleCopyInResponse: (connection: CopyConnection) => {
        for (let at = 0; at < data.length; at += CHUNK_BYTES) connection.sendCopyFromChunk(data.subarray(at, at + CHUNK_BYTES));
        connection.endCopyFrom();
      },
      handleError: (error: Error) => copy.callback(error),
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => copy.callback(),
    };
    client.query(copy as unknown as pg.Submittable);
  });
}

/** The statement that {@link accountRows} is for. */
export const COPY_ACCOUNTS =
  'copy account (id, name, platform, plan, region, time_zone, uses_built_in_email, attributes, created_at, updated_at) from stdin';

/**
 * Accounts in COPY's text format.
 *
 * @param now the present instant; also the creation of those that name none
 */
export function accountRows(accounts: readonly AccountFields[], now: Date): Buffer {
  const present = now.toISOString();
  const rows = accounts.map(
    ({ id, name, platform, plan, region, timeZone, usesBuiltInEmail, attributes, createdAt }) =>
      `${field(id)}\t${field(name)}\t${platform}\t${field(plan)}\t${field(region)}\t${timeZone}\t${usesBuiltInEmail ? 't' : 'f'}\t${field(JSON.stringify(attributes))}\t${createdAt ? createdAt.toISOString() : present}\t${present}\n`,
  );
  return Buffer.from(rows.join(''));
}

/** Checked fields hold no tab or line break, so a backslash is all there is to escape. */
function field(value: string | null): string {
  if (value === null) return '\\N';
  return value.includes('\\') ? value.replaceAll('\\', '\\\\') : value;
}
