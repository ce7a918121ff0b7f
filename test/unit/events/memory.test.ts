import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../../src/events/memory.ts';

interface Seen {
  readonly version: number;
}

describe('a memory', () => {
  test('asks once for what many want to know, and then no more', async () => {
    const memory = new Memory<Seen>({ isCurrent: () => true }, { maxSize: 10 });
    let asked = 0;
    const look = async () => ({ version: ++asked });
    expect(await Promise.all([memory.read('a', look), memory.read('a', look)])).toEqual([{ version: 1 }, { version: 1 }]);
    expect([memory.read('a', look), await memory.read('b', look)]).toEqual([{ version: 1 }, { version: 2 }]);
  });

  test('keeps neither what was not there nor what failed', async () => {
    const memory = new Memory<Seen>({ isCurrent: () => true }, { maxSize: 10 });
    expect(await memory.read('a', async () => null)).toBe(null);
    await expect(Promise.resolve(memory.read('a', () => Promise.reject(new Error('gone'))))).rejects.toThrow('gone');
    expect(await memory.read('a', async () => ({ version: 1 }))).toEqual({ version: 1 });
  });

  test('does not count while nobody can say how old it is', async () => {
    let current = true;
    const memory = new Memory<Seen>({ isCurrent: () => current }, { maxSize: 10 });
    await memory.read('a', async () => ({ version: 1 }));
    current = false;
    expect(await memory.read('a', async () => ({ version: 2 }))).toEqual({ version: 2 });
    current = true;
    expect(memory.read('a', async () => ({ version: 3 }))).toEqual({ version: 1 });
  });

  test('keeps as many as it may, those that were asked for lately', async () => {
    const memory = new Memory<Seen>({ isCurrent: () => true }, { maxSize: 2 });
    for (const key of ['a', 'b', 'a', 'c']) await memory.read(key, async () => ({ version: 1 }));
    const again = async () => ({ version: 2 });
    expect([await memory.read('a', again), await memory.read('c', again), await memory.read('b', again)]).toEqual([
      { version: 1 },
      { version: 1 },
      { version: 2 },
    ]);
  });

  test('gives nothing older than what was forgotten last, however reads, commits and answers fall', async () => {
    const steps = fc.array(fc.constantFrom('read', 'commit', 'tell', 'answer'), { minLength: 4, maxLength: 40 });
    let late = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const memory = new Memory<Seen>({ isCurrent: () => true }, { maxSize: 10 });
        const waiting: (() => void)[] = [];
        let [committed, told] = [0, 0];
        const reads: Promise<void>[] = [];
        // The database shows what is committed as it is asked; the answer comes later.
        const look = () => {
          const seen = { version: committed };
          return new Promise<Seen>((resolve) => waiting.push(() => resolve(seen)));
        };
        for (const step of taken) {
          if (step === 'commit') committed++;
          if (step === 'answer') waiting.shift()?.();
          if (step === 'tell') {
            told = committed;
            memory.forget('a');
          }
          if (step === 'read') {
            const atLeast = told;
            reads.push(
              Promise.resolve(memory.read('a', look)).then((seen) => {
                if (seen!.version < committed) late++;
                expect(seen!.version).toBeGreaterThanOrEqual(atLeast);
              }),
            );
          }
          // So that answers arrive between steps.
          await Promise.resolve();
          await Promise.resolve();
        }
        for (const answer of waiting) answer();
        await Promise.all(reads);
      }),
      { numRuns: 500 },
    );
    // Else the steps were too tame to show anything.
    expect(late).toBeGreaterThan(0);
  });
});
