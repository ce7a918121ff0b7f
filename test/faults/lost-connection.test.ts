import { expect, test } from 'vitest';
import { Database, type Transaction } from '../../src/db/database.ts';
import { cloneDatabase } from '../support/database.ts';

const POOL_SIZE = 2;

const end = (tx: Transaction) => tx.query('select pg_terminate_backend(pg_backend_pid())');

test.for([
  ['in the middle', end],
  [
    'while an error of ours is on its way',
    async (tx: Transaction) => {
      await end(tx).catch(() => undefined);
      throw new Error('ours');
    },
  ],
] as const)('a transaction that loses its connection %s leaves its place in the pool to the next', async ([, work]) => {
  const db = await Database.connect(await cloneDatabase(), POOL_SIZE);
  for (let i = 0; i <= POOL_SIZE; i += 1) await expect(db.transaction(work)).rejects.toThrow(/terminating connection|ours/);
  expect(db.poolUse()).toEqual({ total: 0, idle: 0, waiting: 0 });
  expect(await db.transaction((tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  await db.close();
});
