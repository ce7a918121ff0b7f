/** What DATABASE_URL says of TLS holds for every connection: to a PostgreSQL that takes both, so that one left plain would work. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { certificateFor } from '../support/certificate.ts';
import { templateUrl } from '../support/database.ts';
import { atEndOfFile } from '../support/end-of-file.ts';

/** By which the server is reached, as its certificate says. */
const NAME = 'localhost';

let dir: string;
let url: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'graceline-tls-'));
  atEndOfFile(() => rm(dir, { recursive: true }));
  const { key, cert } = certificateFor(NAME);
  const [keyFile, certFile] = [join(dir, 'server.key'), join(dir, 'server.crt')];
  await Promise.all([writeFile(keyFile, key, { mode: 0o600 }), writeFile(certFile, cert)]);
  const flags = ['-c', 'ssl=on', '-c', `ssl_key_file=${keyFile}`, '-c', `ssl_cert_file=${certFile}`, '-c', 'fsync=off'];
  const postgres = await startEmbeddedPostgres(dir, flags);
  atEndOfFile(() => postgres.stop());
  url = Object.assign(new URL(postgres.url), { hostname: NAME }).href;
});

/** Whether they are encrypted: the connections for statements, and the one that listens. */
async function encryptedOf(connectionString: string): Promise<boolean[]> {
  const db = await Database.connect(connectionString, 2);
  const listener = db.createClient();
  try {
    await listener.connect();
    const own = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
    const [pooled, listening] = await Promise.all([db.query<{ ssl: boolean }>(own), listener.query<{ ssl: boolean }>(own)]);
    return [...pooled, ...listening.rows].map(({ ssl }) => ssl);
  } finally {
    await listener.end();
    await db.close();
  }
}

test('without a word of it connections are plain', async () => {
  expect(await encryptedOf(url)).toEqual([false, false]);
});

test('sslmode=verify-full encrypts all of them', async () => {
  expect(await encryptedOf(`${url}?sslmode=verify-full&sslrootcert=${join(dir, 'server.crt')}`)).toEqual([true, true]);
});

test.each([
  ['of somebody we do not know', () => `${url}?sslmode=verify-full`],
  ['that is none', () => `${templateUrl()}?sslmode=verify-full`],
])('a certificate %s gets no connection', async (_whose, address) => {
  await expect(encryptedOf(address())).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
});
