import { defineEntity, p } from '@mikro-orm/core';

const EventSchema = defineEntity({
  name: 'Event',
  tableName: 'event',
  indexes: [
    { name: 'event_migration_id_xid_id_index', properties: ['migrationId', 'xid', 'id'], where: '"migration_id" is not null' },
    { name: 'event_account_number_xid_id_index', properties: ['accountNumber', 'xid', 'id'], where: '"account_number" is not null' },
  ],
  properties: {
    /** The transaction that wrote it. Readers stop at the oldest transaction still open. */
    xid: p.text().columnType('xid8').defaultRaw('pg_current_xact_id()').primary(),
    id: p.bigint('number').generated('by default as identity').autoincrement().primary(),
    at: p.datetime(3),
    type: p.text(),
    actorRole: p.text(),
    actor: p.text(),
    migrationId: p.uuid().nullable(),
    accountNumber: p.bigint('number').nullable(),
    administratorId: p.uuid().nullable(),
    data: p.json<Record<string, unknown>>(),
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
