import type { Queryable } from '../db/database.ts';
import type { KeyState } from './idempotency.rules.ts';

/** Whose key it is, and the key. */
export interface KeyOwner {
  readonly kind: string;
  readonly id: string;
  readonly key: string;
}

/** A turn at a call: all writes about it name it, and are void once another process has taken over. */
export interface Turn {
  readonly id: string;
  readonly claim: string;
}

/** A key that is there. */
export interface KeptKey extends Turn {
  readonly state: KeyState;
  readonly sealed: string;
  readonly createdAt: Date;
  readonly leaseUntil: Date;
}

/** Claims a key nobody has used. @returns false where somebody has */
export async function insertKey(db: Queryable, { kind, id, key }: KeyOwner, kept: KeptKey): Promise<boolean> {
  const values = [kept.id, kind, id, key, kept.claim, kept.state, kept.sealed, kept.createdAt, kept.leaseUntil];
  const rows = await db.queryPrepared(
    'claim idempotency key',
    `insert into idempotency_key (id, actor_kind, actor_id, key, claim, state, sealed, created_at, lease_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (actor_kind, actor_id, key) do nothing returning 1`,
    values,
  );
  return rows.length > 0;
}

/** A key as it stands; null where it was forgotten meanwhile. */
export async function findKey(db: Queryable, { kind, id, key }: KeyOwner): Promise<KeptKey | null> {
  const [row] = await db.queryPrepared<KeptKey>(
    'find idempotency key',
    `select id, claim, state, sealed, created_at as "createdAt", lease_until as "leaseUntil" from idempotency_key
      where actor_kind = $1 and actor_id = $2 and key = $3`,
    [kind, id, key],
  );
  return row ?? null;
}

/** Takes over a call that changed nothing yet. @returns false where another was quicker, or the call is alive after all */
export async function takeOver(db: Queryable, { id, claim }: Turn, next: string, leaseUntil: Date): Promise<boolean> {
  const rows = await db.query(
    `update idempotency_key set claim = $3, lease_until = $4 where id = $1 and claim = $2 and state = 'CLAIMED' returning 1`,
    [id, claim, next, leaseUntil],
  );
  return rows.length > 0;
}

/** Notes, in the transaction of a change, that it happened. @returns false where another process has taken the call over */
export async function markApplied(tx: Queryable, { id, claim }: Turn): Promise<boolean> {
  const rows = await tx.query(`update idempotency_key set state = 'APPLIED' where id = $1 and claim = $2 returning 1`, [id, claim]);
  return rows.length > 0;
}

/** Keeps the answer. */
export async function keepAnswer(db: Queryable, { id, claim }: Turn, sealed: string): Promise<void> {
  await db.queryPrepared(
    'keep idempotent answer',
    `update idempotency_key set state = 'ANSWERED', sealed = $3 where id = $1 and claim = $2`,
    [id, claim, sealed],
  );
}

/** Ends the lease of a call that failed. */
export async function endLease(db: Queryable, { id, claim }: Turn, now: Date): Promise<void> {
  await db.query('update idempotency_key set lease_until = $3 where id = $1 and claim = $2', [id, claim, now]);
}

/** Forgets a key, so that a call with it is as good as new. */
export async function forgetKey(db: Queryable, { id, claim }: Turn): Promise<void> {
  await db.query('delete from idempotency_key where id = $1 and claim = $2', [id, claim]);
}

/** Forgets some keys of before an instant that nobody works on. @returns how many */
export async function deleteKeys(db: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await db.query(
    `delete from idempotency_key where id in (
       select id from idempotency_key where created_at <= $1 order by created_at limit $2 for update skip locked) returning 1`,
    [before, limit],
  );
  return rows.length;
}
