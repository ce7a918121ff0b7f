import { defineEntity, p } from '@mikro-orm/core';
import type { KeyState } from './idempotency.rules.ts';

const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  uniques: [{ name: 'idempotency_key_actor_unique', properties: ['actorKind', 'actorId', 'key'] }],
  indexes: [{ name: 'idempotency_key_created_at_index', properties: ['createdAt'] }],
  properties: {
    id: p.uuid().primary(),
    /** `TOKEN`, or the role of whoever came without one. */
    actorKind: p.text(),
    /** The token's id, or the subject. */
    actorId: p.text(),
    /** As the caller gave it. */
    key: p.text(),
    /** Whose turn it is; a new one for each process that takes the call over. */
    claim: p.uuid(),
    state: p.text().$type<KeyState>().check(`"state" in ('CLAIMED', 'APPLIED', 'ANSWERED')`),
    /** Sealed: the hash of the request, because it may hold a password, and the answer, because it may show a secret. */
    sealed: p.text(),
    createdAt: p.datetime(3),
    /** From when on whoever claimed it counts as dead. */
    leaseUntil: p.datetime(3),
  },
});

/** A call that named a key. */
export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);
