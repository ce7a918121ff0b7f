import { defineEntity, p } from '@mikro-orm/core';
import { Migration } from '../migrations/migration.entity.ts';

const DecisionSchema = defineEntity({
  name: 'Decision',
  tableName: 'decision',
  indexes: [
    { name: 'decision_account_number_index', properties: ['accountNumber'] },
    { name: 'decision_ends_at_index', properties: ['endsAt'], where: '"ends_at" is not null' },
    { name: 'decision_steered_index', properties: ['migrationId'], where: '"extended_until" is not null or "exempt_until" is not null' },
  ],
  properties: {
    // No foreign keys: each would lock the migration's row for every opt-in, and neither parent is ever deleted.
    migrationId: p.uuid().primary(),
    accountNumber: p.bigint('number').primary(),
    optedInAt: p.datetime(3).nullable(),
    optedOutAt: p.datetime(3).nullable(),
    extendedUntil: p.datetime(3).nullable(),
    exemptUntil: p.datetime(3).nullable(),
    /** The next end of an extension or exemption that a worker has still to record. */
    endsAt: p.datetime(3).nullable(),
  },
});

/** What was decided for an account about a migration. An account that decided nothing has no row. */
export class Decision extends DecisionSchema.class {}
DecisionSchema.setClass(Decision);

const RolloutCountSchema = defineEntity({
  name: 'RolloutCount',
  tableName: 'rollout_count',
  properties: {
    migrationId: () => p.manyToOne(Migration).mapToPk().primary(),
    /** Affected accounts that existed before the grace period started. */
    existing: p.bigint('number'),
    /** Affected accounts created at or after its start. */
    born: p.bigint('number'),
    optedIn: p.bigint('number'),
    optedOut: p.bigint('number'),
    /** What the counts have seen; null where they must be counted anew. */
    asOf: p.text().columnType('pg_snapshot').nullable(),
    /** When every account was last counted. */
    countedAt: p.datetime(3).nullable(),
  },
});

/** The folded counts of a rollout; what they have not seen yet is added when they are read. */
export class RolloutCount extends RolloutCountSchema.class {}
RolloutCountSchema.setClass(RolloutCount);
