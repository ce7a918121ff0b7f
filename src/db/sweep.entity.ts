import { defineEntity, p } from '@mikro-orm/core';

const SweepSchema = defineEntity({
  name: 'Sweep',
  tableName: 'sweep',
  properties: {
    name: p.text().primary(),
    /** When any worker last finished it, on the injected clock. */
    finishedAt: p.datetime(3),
  },
});

/** When each of the worker's sweeps last ran: what readiness and liveness ask. */
export class Sweep extends SweepSchema.class {}
SweepSchema.setClass(Sweep);
