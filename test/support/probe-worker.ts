/**
 * A real worker process with one sweep that tells the table `probe` when it begins and ends, for tests that need to know
 * what runs when. Its argument is how many milliseconds a run takes at least.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { systemClock } from '../../src/clock.ts';
import { databaseUrl, readConfig } from '../../src/config.ts';
import { Database } from '../../src/db/database.ts';
import { Wake } from '../../src/events/wake.ts';
import { defineSweep } from '../../worker/kit.ts';
import { runUntilSignal } from '../../src/process.ts';
import { startWorker } from '../../worker/worker.ts';

const runMs = Number(process.argv[2] ?? 0);

const probe = defineSweep<Database>({
  name: 'probe',
  run: async (db) => {
    await db.query(`insert into probe (pid, what) values ($1, 'begin')`, [process.pid]);
    await sleep(runMs);
    await db.query(`insert into probe (pid, what) values ($1, 'end')`, [process.pid]);
  },
});

await runUntilSignal(async () => {
  const config = readConfig();
  const log = pino({ level: config.LOG_LEVEL });
  const db = await Database.connect(databaseUrl(config), config.DATABASE_POOL_SIZE, config.DATABASE_WAIT_SECONDS * 1_000);
  const wake = new Wake(db, log);
  const worker = await startWorker({ config, clock: systemClock, db, wake, metrics: null }, db, [probe], log);
  return async () => {
    await worker.stop();
    await wake.close();
    await db.close();
  };
});
