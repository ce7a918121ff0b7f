import { defineEntity, p } from '@mikro-orm/core';
import { Administrator } from '../../accounts/administrator.entity.ts';
import { Migration } from '../../migrations/migration.entity.ts';

const CalendarEntrySchema = defineEntity({
  name: 'CalendarEntry',
  tableName: 'calendar_entry',
  properties: {
    administratorId: () => p.manyToOne(Administrator).mapToPk().primary(),
    migrationId: () => p.manyToOne(Migration).mapToPk().primary(),
    /** Where the calendar was last told that it is. */
    startsAt: p.datetime(3),
    /** Whether it was there when the calendar was last worked out; one that is done or gone is not. */
    shown: p.boolean(),
    /** How often it was somewhere else before, because the migration moved or an account has a deadline of its own, or was not there. */
    moves: p.integer(),
    /** When it last moved, or was first told. */
    changedAt: p.datetime(3),
  },
});

/** A deadline as the calendar of an administrator was last told of it. */
export class CalendarEntry extends CalendarEntrySchema.class {}
CalendarEntrySchema.setClass(CalendarEntry);
