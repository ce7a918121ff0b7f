import { expect, onTestFinished, test, vi } from 'vitest';
import { Looks } from '../../../worker/looks.ts';
import { silent } from '../../support/house.ts';

type Repository = ConstructorParameters<typeof Looks>[0];

const NOW = new Date('2026-05-04T09:00:00Z');
const TICK: Parameters<Repository['saveJobState']>[0] = { name: 'probe', type: 'single', priority: 0, nextRunAt: NOW, data: {} };

/** Ticks in a store that answers when told to, and what it was asked. */
function slowStore() {
  const asked: string[] = [];
  const answers: PromiseWithResolvers<unknown>[] = [];
  const ask = (what: string) => {
    asked.push(what);
    answers.push(Promise.withResolvers());
    return answers.at(-1)!.promise;
  };
  const repository = {
    getNextJobToRun: (sweep: string) => ask(`look for ${sweep}`),
    saveJobState: () => ask('save'),
    unlockJob: () => ask('unlock'),
    unlockJobs: () => ask('unlock all'),
  } as unknown as Repository;
  const looks = new Looks(repository, silent);
  const look = (sweep: string) => repository.getNextJobToRun(sweep, NOW, NOW, undefined, undefined);
  return { repository, looks, look, asked, answers };
}

test('looks do not pile up at a store that is slow: one a sweep is under way, and its tick is had by who asked first', async () => {
  const { look, asked, answers } = slowStore();
  const first = look('probe');
  expect(await look('probe')).toBeUndefined();
  const other = look('other');
  expect(asked).toEqual(['look for probe', 'look for other']);
  answers[0]!.resolve(TICK);
  answers[1]!.reject(new Error('no server'));
  expect(await first).toBe(TICK);
  await expect(other).rejects.toThrow('no server');
  void look('probe');
  void look('other');
  expect(asked).toEqual(['look for probe', 'look for other', 'look for probe', 'look for other']);
});

test('a look that fails is no look', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { look, looks, answers } = slowStore();
  vi.advanceTimersByTime(1_000);
  const failing = look('probe');
  answers[0]!.reject(new Error('no server'));
  await expect(failing).rejects.toThrow('no server');
  expect(looks.sinceLastMs()).toBe(1_000);
  const findingNothing = look('probe');
  answers[1]!.resolve(undefined);
  await findingNothing;
  expect(looks.sinceLastMs()).toBe(0);
});

test('closing waits for what is under way, and lets nothing more through', async () => {
  const { repository, looks, look, asked, answers } = slowStore();
  const found = look('probe');
  let closed = false;
  const closing = looks.close(60_000).then(() => (closed = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(false);
  answers[0]!.resolve(TICK);
  await closing;
  expect(await found).toBe(TICK);
  expect(await look('probe')).toBeUndefined();
  await repository.saveJobState(TICK, undefined);
  await repository.unlockJob(TICK);
  expect(asked).toEqual(['look for probe']);
});

test('closing gives up a store that does not answer', async () => {
  const { looks, look } = slowStore();
  void look('probe');
  expect(await looks.close(1)).toBeUndefined();
});

test('a tick that cannot be freed ends nobody', async () => {
  const { repository, answers } = slowStore();
  const freeing = repository.unlockJob(TICK);
  answers[0]!.reject(new Error('no server'));
  expect(await freeing).toBeUndefined();
});
