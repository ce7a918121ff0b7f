import { defineEntity, p } from '@mikro-orm/core';

const EventChainSchema = defineEntity({
  name: 'EventChain',
  tableName: 'event_chain',
  properties: {
    xid: p.text().columnType('xid8').primary(),
    id: p.bigint('number').primary(),
    hash: p.text().columnType('bytea'),
  },
});

/** The hash of an event and of the one before it. A table of its own, so that an event's row is never written again. */
export class EventChain extends EventChainSchema.class {}
EventChainSchema.setClass(EventChain);

const EventChainSpanSchema = defineEntity({
  name: 'EventChainSpan',
  tableName: 'event_chain_span',
  properties: {
    /** There is one row. */
    id: p.integer().autoincrement(false).primary().check('"id" = 1'),
    /** The last place that was purged, its hash, and how many events were chained up to it. */
    cutXid: p.text().columnType('xid8'),
    cutId: p.bigint('number'),
    cutHash: p.text().columnType('bytea'),
    cutCount: p.bigint('number'),
    /** The last place that is chained, its hash, and how many events were chained up to it. */
    headXid: p.text().columnType('xid8'),
    headId: p.bigint('number'),
    headHash: p.text().columnType('bytea'),
    headCount: p.bigint('number'),
  },
});

/** Which part of the log is chained: after the cut, up to the head. Written by src/events/chain.ts and what purges alone. */
export class EventChainSpan extends EventChainSpanSchema.class {}
EventChainSpanSchema.setClass(EventChainSpan);
