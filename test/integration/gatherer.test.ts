import { describe, expect, it } from 'vitest';
import { Gatherer } from '../../src/db/gatherer.ts';
import { connectClone } from '../support/house.ts';

const { db } = await connectClone();

/** Squares numbers in PostgreSQL, and keeps what it was asked together. */
function squares() {
  const groups: number[] = [];
  const gatherer = new Gatherer<string, number>(async (asked) => {
    groups.push(asked.length);
    const rows = await db.query<{ square: number }>(
      'select (n::int * n::int) as square from unnest($1::text[]) with ordinality as asked (n, place) order by place',
      [asked],
    );
    return rows.map(({ square }) => square);
  });
  return { gatherer, groups };
}

describe('gatherer', () => {
  it('answers each caller with its own, all in one statement', async () => {
    const { gatherer, groups } = squares();
    expect(await Promise.all(['2', '3', '4'].map((n) => gatherer.ask(n)))).toEqual([4, 9, 16]);
    expect(groups).toEqual([3]);
  });

  it('lets callers just answered join those who waited', async () => {
    const { gatherer, groups } = squares();
    const client = async () => {
      for (let i = 0; i < 5; i += 1) await gatherer.ask(String(i));
    };
    const waiting = Array.from({ length: 4 }, client);
    await Promise.all(waiting);
    expect(groups).toEqual([4, 4, 4, 4, 4]);
  });

  it('goes by a hundred at most', async () => {
    const { gatherer, groups } = squares();
    await Promise.all(Array.from({ length: 250 }, (_, i) => gatherer.ask(String(i))));
    expect(groups).toEqual([100, 100, 50]);
  });

  it('of reads begins a second statement while the first takes long, and never a third', async () => {
    const release: (() => void)[] = [];
    const groups: string[][] = [];
    const gatherer = Gatherer.ofReads(async (asked: readonly string[]) => {
      groups.push([...asked]);
      await new Promise<void>((resolve) => release.push(resolve));
      return asked;
    });
    const first = gatherer.ask('a');
    await expect.poll(() => groups).toEqual([['a']]);
    const second = gatherer.ask('b');
    await expect.poll(() => groups).toEqual([['a'], ['b']]);
    const others = [gatherer.ask('c'), gatherer.ask('d')];
    release[1]!();
    expect(await second).toBe('b');
    await expect.poll(() => groups).toEqual([['a'], ['b'], ['c', 'd']]);
    release[0]!();
    release[2]!();
    expect([await first, ...(await Promise.all(others))]).toEqual(['a', 'c', 'd']);
  });

  it('lets nobody pay for the bad input of another', async () => {
    const { gatherer, groups } = squares();
    const outcomes = await Promise.allSettled(['2', 'two', '4'].map((n) => gatherer.ask(n)));
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: 4 },
      { status: 'rejected', reason: { code: '22P02' } },
      { status: 'fulfilled', value: 16 },
    ]);
    expect(groups).toEqual([3, 1, 1, 1]);
  });

  it('tells all of a group when their server is lost, once, and works for those who come after', async () => {
    let attempts = 0;
    const gatherer = new Gatherer<boolean, string>(async ([fatal]) => {
      attempts += 1;
      await db.query(fatal ? 'select pg_terminate_backend(pg_backend_pid())' : 'select 1');
      return ['done'];
    });
    const outcomes = await Promise.allSettled([gatherer.ask(true), gatherer.ask(true)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(attempts).toBe(1);
    expect(await gatherer.ask(false)).toBe('done');
  });
});
