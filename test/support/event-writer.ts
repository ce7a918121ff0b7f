/**
 * A real process that writes events as the service does: in transactions that overlap, stay open for a while, and are rolled
 * back now and then, so that events are committed in another order than their numbers. Its arguments are a seed, how many
 * events it commits, and the migration and the numbers of the accounts they are about.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { SYSTEM } from '../../src/auth/actor.ts';
import { databaseUrl, readConfig } from '../../src/config.ts';
import { Database } from '../../src/db/database.ts';
import { writeEvents } from '../../src/events/log.ts';
import { Wake } from '../../src/events/wake.ts';
import { seededRandom } from './random.ts';

/** Transactions under way at once. */
const LANES = 3;
const MOST_AT_ONCE = 4;
const OPEN_FOR_MS = 12;
const ROLLED_BACK = 0.05;

const [seed, count, migrationId, ...accounts] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const config = readConfig();
const log = pino({ level: config.LOG_LEVEL });
const db = await Database.connect(databaseUrl(config), LANES + 1);
const wake = new Wake(db, log);
let left = Number(count);

class RolledBack extends Error {}

async function write(events: number): Promise<void> {
  const doomed = random() < ROLLED_BACK;
  const written = Array.from({ length: events }, () => ({
    type: random() < 0.5 ? ('OPTED_IN' as const) : ('OPTED_OUT' as const),
    migrationId,
    accountNumber: Number(accounts[Math.floor(random() * accounts.length)]),
  }));
  try {
    await db.transaction(async (tx) => {
      await writeEvents(tx, SYSTEM, new Date(), written);
      await sleep(random() * OPEN_FOR_MS);
      if (doomed) throw new RolledBack();
    });
    wake.ring();
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    left += events;
  }
}

async function lane(): Promise<void> {
  while (left > 0) {
    const events = Math.min(left, 1 + Math.floor(random() * MOST_AT_ONCE));
    left -= events;
    await write(events);
  }
}

await Promise.all(Array.from({ length: LANES }, lane));
await wake.close();
await db.close();
