/** The importing process of the benchmark, on its own so that its peak memory is its own. Prints one line of JSON. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { importAccounts } from '../src/accounts/import/import-accounts.ts';
import { systemClock } from '../src/clock.ts';
import { Database } from '../src/db/database.ts';
import { Wake } from '../src/events/wake.ts';

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
process.stdout.write(JSON.stringify({ created, seconds, maxRssMb: peakBytes() / 1e6 }));

/** On Linux a child's `maxRSS` starts at what its parent had when it was spawned; the kernel's own high-water mark does not. */
function peakBytes(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1_024;
}
