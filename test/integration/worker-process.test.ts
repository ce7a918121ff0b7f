import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/db/database.ts';
import { SWEEPS } from '../../worker/jobs/sweeps.ts';
import { cloneDatabase } from '../support/database.ts';
import { spawnWorker, until } from '../support/processes.ts';
import { tickRows } from '../support/tick-rows.ts';

let url: string;
let db: Database;
beforeAll(async () => {
  url = await cloneDatabase();
  db = await Database.connect(url, 2);
});
afterAll(() => db.close());

test('the worker as it is started in production runs every sweep, and stops cleanly', async () => {
  const worker = await (await spawnWorker({ DATABASE_URL: url, SWEEP_INTERVAL_SECONDS: '0.5' })).ready();
  const names = SWEEPS.map(({ name }) => name).toSorted();
  const swept = async () =>
    (await db.query<{ name: string }>('select name from sweep where finished_at is not null order by name collate "C"')).map(
      ({ name }) => name,
    );
  await until(
    async () => (await swept()).length === names.length,
    () => `Not every sweep succeeds:\n${worker.output}`,
  );
  expect(await swept()).toEqual(names);
  expect(worker.output).not.toContain('sweep failed');
  const asked = performance.now();
  expect(await worker.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_000);
  const ticks = tickRows(db, url);
  expect((await ticks.all()).map(({ name }) => name)).toEqual(names);
  expect(await ticks.locked()).toBe(0);
});
