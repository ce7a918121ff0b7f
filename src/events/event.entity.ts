import { defineEntity, p } from '@mikro-orm/core';

const EventSchema = defineEntity({
  name: 'Event',
  tableName: 'event',
  indexes: [
    { name: 'event_migration_id_xid_id_index', properties: ['migrationId', 'xid', 'id'], where: '"migration_id" is not null' },
    { name: 'event_account_number_xid_id_index', properties: ['accountNumber', 'xid', 'id'], where: '"account_number" is not null' },
    // Opting in is what is done most and must be cheap; whoever looks for that finds it near the end of the log without an index.
    { name: 'event_type_xid_id_index', properties: ['type', 'xid', 'id'], where: `"type" <> 'OPTED_IN'` },
    { name: 'event_actor_xid_id_index', properties: ['actor', 'xid', 'id'] },
    // Instants follow the order of the log nearly, so a summary of each run of pages finds a time and costs a write nothing.
    { name: 'event_at_index', properties: ['at'], type: 'brin' },
  ],
  properties: {
    /** The transaction that wrote it. Readers stop at the oldest transaction still open. */
    xid: p.text().columnType('xid8').defaultRaw('pg_current_xact_id()').primary(),
    id: p.bigint('number').generated('by default as identity').autoincrement().primary(),
    at: p.datetime(3),
    type: p.text(),
    actorRole: p.text(),
    actor: p.text(),
    /** The token it was done with. No foreign key: it would lock the token's row for every event. */
    tokenId: p.uuid().nullable(),
    migrationId: p.uuid().nullable(),
    accountNumber: p.bigint('number').nullable(),
    administratorId: p.uuid().nullable(),
    data: p.json<Record<string, unknown>>(),
    /** The span it was written in, for whatever follows from it; null where that was not traced. It says nothing of what happened. */
    traceparent: p.text().nullable(),
  },
});

/** An immutable record that something changed. Written and read by src/events/log.ts alone. */
export class Event extends EventSchema.class {}
EventSchema.setClass(Event);

const EventCursorSchema = defineEntity({
  name: 'EventCursor',
  tableName: 'event_cursor',
  properties: {
    reader: p.text().primary(),
    cursor: p.text(),
  },
});

/** How far a reader of the log has come that must go on where it stopped. */
export class EventCursor extends EventCursorSchema.class {}
EventCursorSchema.setClass(EventCursor);

const EventHorizonSchema = defineEntity({
  name: 'EventHorizon',
  tableName: 'event_horizon',
  properties: {
    name: p.text().primary(),
    xid: p.text().columnType('xid8'),
    id: p.bigint('number'),
  },
});

/** The last event in the order of the log that is no longer kept; no row while all of them are. See src/events/horizon.ts. */
export class EventHorizon extends EventHorizonSchema.class {}
EventHorizonSchema.setClass(EventHorizon);
