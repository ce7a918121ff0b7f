import { defineEntity, p } from '@mikro-orm/core';

const SweepSchema = defineEntity({
  name: 'Sweep',
  tableName: 'sweep',
  properties: {
    name: p.text().primary(),
    /** When any worker last finished it well, on the injected clock; null before it ever did. */
    finishedAt: p.datetime(3).nullable(),
    /** How long that run took. */
    durationMs: p.integer().nullable(),
    /** When any worker last failed at it, and with what. */
    failedAt: p.datetime(3).nullable(),
    lastError: p.text().nullable(),
    /** How often it runs where nothing wakes it. */
    everyMs: p.integer().nullable(),
    /** When the next piece of its work falls due, where one is known. */
    nextWorkAt: p.datetime(3).nullable(),
  },
});

/** How each of the worker's sweeps last ended: what readiness, liveness and operators ask. */
export class Sweep extends SweepSchema.class {}
SweepSchema.setClass(Sweep);
