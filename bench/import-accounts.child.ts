/** The importing process of the benchmark, on its own so that its peak memory is its own. Prints one line of JSON. */
import { pino } from 'pino';
import { importAccounts } from '../src/accounts/import/import-accounts.ts';
import { systemClock } from '../src/clock.ts';
import { Database } from '../src/db/database.ts';
import { Wake } from '../src/events/wake.ts';
import { peakRssBytes } from './memory.ts';

const [databaseUrl, file] = process.argv.slice(2);
const db = await Database.connect(databaseUrl!, 2);
const wake = new Wake(db, pino({ level: 'silent' }));
const start = performance.now();
const { created } = await importAccounts(
  db,
  wake,
  systemClock,
  { role: 'OPERATOR', subject: 'bench', administratorId: null, tokenId: null, scopes: [] },
  { file: file! },
);
const seconds = (performance.now() - start) / 1_000;
await wake.close();
await db.close();
process.stdout.write(JSON.stringify({ created, seconds, maxRssMb: peakRssBytes() / 1e6 }));
