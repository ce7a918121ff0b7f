import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { Database } from '../../src/db/database.ts';
import { readSweepRuns } from '../../src/db/sweep-runs.ts';
import { defineSweep, type SweepDefinition } from '../../worker/kit.ts';
import { SweepRunner } from '../../worker/runner.ts';
import { cloneDatabase } from '../support/database.ts';
import { until } from '../support/processes.ts';

const NOW = new Date('2026-05-04T09:00:00.000Z');
const clock: Clock = { now: () => NOW };

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await cloneDatabase(), 4);
});
afterAll(() => db.close());

/** A runner of one sweep that no interval of its own will run again during a test, with what it logs. */
function runnerOf(
  run: SweepDefinition<null>['run'],
  { name = `sweep ${expect.getState().currentTestName}`, every = 60_000, on = clock } = {},
) {
  const logged: unknown[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const config: Config = readConfig({});
  const runner = new SweepRunner([defineSweep<null>({ name, every: () => every, run })], null, { db, clock: on, log, config });
  onTestFinished(async () => void (await runner.stop(5_000)));
  return { runner, name, logged };
}

/** A sweep whose runs end when told to. */
function gatedSweep() {
  const open: (() => void)[] = [];
  const counts = { begun: 0, running: 0, most: 0 };
  const run = async () => {
    counts.begun += 1;
    counts.running += 1;
    counts.most = Math.max(counts.most, counts.running);
    await new Promise<void>((resolve) => open.push(resolve));
    counts.running -= 1;
  };
  return { run, counts, finishOne: () => open.shift()!() };
}

const finishedAt = async (name: string) => (await recorded(name))?.finishedAt ?? undefined;
const recorded = async (name: string) => (await readSweepRuns(db)).find((run) => run.name === name);

describe('one sweep in one process', () => {
  test('triggers during a run become one more run, and no two runs overlap', async () => {
    const { run, counts, finishOne } = gatedSweep();
    const { runner, name } = runnerOf(run);
    runner.start();
    await until(
      () => counts.begun === 1,
      () => 'the first run did not begin',
    );
    for (let i = 0; i < 20; i += 1) {
      runner.wake();
      runner.trigger(name);
    }
    expect(counts.begun).toBe(1);
    finishOne();
    await until(
      () => counts.begun === 2,
      () => 'the wakes during the first run were lost',
    );
    finishOne();
    // One more trigger is the proof that nothing else was queued before it.
    await until(
      () => counts.running === 0,
      () => 'the second run did not end',
    );
    runner.trigger(name);
    await until(
      () => counts.begun >= 3,
      () => 'the last trigger was lost',
    );
    expect(counts).toEqual({ begun: 3, running: 1, most: 1 });
    finishOne();
  });

  test('a sweep that triggers itself before its first await does not overlap itself', async () => {
    const { run, counts, finishOne } = gatedSweep();
    const { runner } = runnerOf(() => {
      if (counts.begun === 0) runner.wake();
      return run();
    });
    runner.start();
    await until(
      () => counts.begun === 1,
      () => 'it did not begin',
    );
    finishOne();
    await until(
      () => counts.begun === 2,
      () => 'its own trigger was lost',
    );
    finishOne();
    expect(counts.most).toBe(1);
  });

  test('success is recorded on the injected clock, with its time, its interval and what comes next', async () => {
    const next = new Date(NOW.getTime() + 86_400_000);
    const { runner, name } = runnerOf(async () => ({ nextDueAt: next }));
    runner.start();
    await until(
      async () => (await finishedAt(name)) !== undefined,
      () => 'nothing was recorded',
    );
    expect(await recorded(name)).toEqual({
      name,
      finishedAt: NOW,
      durationMs: expect.any(Number),
      failedAt: null,
      lastError: null,
      everyMs: 60_000,
      nextWorkAt: next,
    });
  });

  test('a failure is logged as a warning, recorded as what it is, and the next trigger tries again', async () => {
    let runs = 0;
    const { runner, name, logged } = runnerOf(async () => {
      runs += 1;
      if (runs === 1) throw new Error('the cat sat on it');
    });
    runner.start();
    await until(
      () => logged.length === 1,
      () => 'no failure was logged',
    );
    expect(logged[0]).toMatchObject({ level: pino.levels.values.warn, sweep: name, err: { message: 'the cat sat on it' } });
    await until(
      async () => (await recorded(name)) !== undefined,
      () => 'the failure was not recorded',
    );
    const failure = { failedAt: NOW, lastError: 'the cat sat on it' };
    expect(await recorded(name)).toMatchObject({ finishedAt: null, ...failure });
    runner.trigger(name);
    await until(
      async () => (await finishedAt(name)) !== undefined,
      () => 'it did not recover',
    );
    expect(await recorded(name)).toMatchObject({ finishedAt: NOW, ...failure });
  });

  test('runs again by itself when it said its next work falls due', async () => {
    let runs = 0;
    const { runner } = runnerOf(async () => {
      runs += 1;
      return { nextDueAt: runs === 1 ? new Date(NOW.getTime() + 300) : null };
    });
    runner.start();
    await until(
      () => runs === 2,
      () => 'it was not run when its work fell due',
    );
  });

  test('runs by itself when its ticks stay away', async () => {
    let runs = 0;
    const { runner } = runnerOf(
      async () => {
        runs += 1;
      },
      { every: 150 },
    );
    runner.start();
    await until(
      () => runs >= 3,
      () => 'nothing but ticks runs it',
    );
  });

  test('a clock that cannot be read fails the run and nothing else', async () => {
    let broken = true;
    const moody: Clock = {
      now: () => {
        if (broken) throw new Error('no clock');
        return NOW;
      },
    };
    const { runner, name, logged } = runnerOf(async () => ({ nextDueAt: NOW }), { on: moody });
    runner.start();
    await until(
      () => logged.length === 1,
      () => 'no failure was logged',
    );
    broken = false;
    runner.trigger(name);
    await until(
      async () => (await finishedAt(name)) !== undefined,
      () => 'it did not recover',
    );
  });

  test('is stale once it has not succeeded, and dead once it has not ended, for four intervals', async () => {
    const failing = runnerOf(() => Promise.reject(new Error('no')), { name: 'always fails', every: 100 });
    const { run, finishOne } = gatedSweep();
    const hanging = runnerOf(run, { name: 'never ends', every: 100 });
    failing.runner.start();
    hanging.runner.start();
    expect(hanging.runner.isAlive()).toBe(true);
    await until(
      () => !hanging.runner.isAlive(),
      () => 'a sweep that never ends passes for alive',
    );
    await until(
      () => failing.runner.staleSweeps().includes('always fails'),
      () => 'a sweep that never succeeds passes for fresh',
    );
    await until(
      () => failing.runner.isAlive(),
      () => 'a sweep that fails again and again passes for dead',
    );
    finishOne();
  });

  test('a stop tells the run under way, waits for it, and starts no more', async () => {
    let runs = 0;
    let told = false;
    const { runner, name } = runnerOf(async (_, signal) => {
      runs += 1;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      told = true;
    });
    runner.start();
    await until(
      () => runs === 1,
      () => 'it did not begin',
    );
    runner.trigger(name);
    expect(await runner.stop(5_000)).toEqual([]);
    runner.trigger(name);
    expect({ runs, told }).toEqual({ runs: 1, told: true });
  });

  test('a stop names the run that does not end in time', async () => {
    const { run, counts, finishOne } = gatedSweep();
    const { runner, name } = runnerOf(run);
    runner.start();
    await until(
      () => counts.begun === 1,
      () => 'it did not begin',
    );
    expect(await runner.stop(20)).toEqual([name]);
    finishOne();
  });
});
