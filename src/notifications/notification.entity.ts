import { defineEntity, p } from '@mikro-orm/core';
import { Administrator } from '../accounts/administrator.entity.ts';
import { Mail } from '../email/mail.entity.ts';
import { Migration } from '../migrations/migration.entity.ts';

const NoticeSchema = defineEntity({
  name: 'Notice',
  tableName: 'notice',
  uniques: [{ name: 'notice_once_unique', properties: ['administratorId', 'migrationId', 'occasion'] }],
  indexes: [
    { name: 'notice_administrator_id_id_index', properties: ['administratorId', 'id'] },
    { name: 'notice_open_index', properties: ['migrationId'], where: '"closed_at" is null' },
    { name: 'notice_waiting_index', properties: ['migrationId'], where: `"closed_at" is null and "occasion" = 'OPEN'` },
  ],
  properties: {
    /** A version 7 UUID: ids order notices by age. */
    id: p.uuid().primary(),
    administratorId: () => p.manyToOne(Administrator).mapToPk(),
    migrationId: () => p.manyToOne(Migration).mapToPk(),
    /** What it tells, e.g. `OPEN`; once per administrator and migration. */
    occasion: p.text(),
    createdAt: p.datetime(3),
    dismissedAt: p.datetime(3).nullable(),
    /** When nothing was left to do about it. */
    closedAt: p.datetime(3).nullable(),
  },
});

/** A dashboard notification to an administrator. */
export class Notice extends NoticeSchema.class {}
NoticeSchema.setClass(Notice);

const ReminderSchema = defineEntity({
  name: 'Reminder',
  tableName: 'reminder',
  indexes: [
    { name: 'reminder_waiting_index', properties: ['dueAt', 'administratorId'], where: '"mail_id" is null' },
    { name: 'reminder_mail_id_index', properties: ['mailId'] },
  ],
  properties: {
    administratorId: () => p.manyToOne(Administrator).mapToPk().primary(),
    migrationId: () => p.manyToOne(Migration).mapToPk().primary(),
    /** Which occasion of the schedule, e.g. `START` or `7_DAYS`; once per administrator and migration. */
    milestone: p.text().primary(),
    dueAt: p.datetime(3),
    /** The mail that carries it; one mail carries all that are due for an administrator. */
    mailId: () => p.manyToOne(Mail).mapToPk().nullable(),
    createdAt: p.datetime(3),
    /** The span of what it follows from, where that was traced. */
    traceparent: p.text().nullable(),
  },
});

/** That an administrator is to be reminded of a migration at a milestone: the ledger that makes it happen once. */
export class Reminder extends ReminderSchema.class {}
ReminderSchema.setClass(Reminder);

const MilestoneRunSchema = defineEntity({
  name: 'MilestoneRun',
  tableName: 'milestone_run',
  properties: {
    migrationId: () => p.manyToOne(Migration).mapToPk().primary(),
    milestone: p.text().primary(),
    timeZone: p.text().primary(),
    finishedAt: p.datetime(3),
  },
});

/** That every administrator of a time zone has been considered for a milestone. */
export class MilestoneRun extends MilestoneRunSchema.class {}
MilestoneRunSchema.setClass(MilestoneRun);
