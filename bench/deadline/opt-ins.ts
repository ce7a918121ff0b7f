import { OptIns } from '../../src/rollouts/opt-in.repository.ts';
import { type Cost, costOf, takeTurns } from '../measure.ts';
import { OPERATOR, type World } from './world.ts';

const OPT_INS = 2_000;
const ROUNDS = 5;

/** Ways to write that an account opted in. */
export type OptInCosts = Record<'bare' | 'statement' | 'service', Cost[]>;

/** Makes the peer: the same decisions in a table of the same shape, columns, keys and indexes. */
export async function preparePeer({ db }: World): Promise<void> {
  await db.query('create table decision_peer (like decision including all)');
  await db.query('insert into decision_peer select * from decision');
  await db.query('vacuum analyze decision_peer');
}

/**
 * Lets clients opt accounts in, each one after the other, against a bare insert of the same row through the same pool.
 *
 * @param clients how many at once
 */
export async function measureOptIns(world: World, clients: number): Promise<OptInCosts> {
  const { db, rollouts, key } = world;
  const optIns = new OptIns(db);
  const migrationId = await world.migrationId();
  const now = world.present();
  const each = (work: (account: { id: string; number: number }) => Promise<unknown>) => () =>
    costOf(db, OPT_INS, () => atOnce(clients, OPT_INS, () => work(world.nextUndecided())));
  return takeTurns(ROUNDS, {
    bare: each(({ number }) =>
      db.queryPrepared('bare', 'insert into decision_peer (migration_id, account_number, opted_in_at) values ($1, $2, $3)', [
        migrationId,
        number,
        now,
      ]),
    ),
    statement: each(async ({ id }) => {
      const written = await optIns.write(OPERATOR, id, key, now);
      if (!written) throw new Error(`Account ${id} did not opt in.`);
    }),
    service: each(({ id }) => rollouts.optIn(OPERATOR, id, key)),
  });
}

async function atOnce(clients: number, times: number, work: () => Promise<unknown>): Promise<void> {
  let left = times;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}
