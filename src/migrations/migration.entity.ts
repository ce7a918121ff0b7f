import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import type { Attributes } from '../rollouts/effective-state.rules.ts';
import type { Platform } from '../accounts/accounts.rules.ts';
import type { LifecycleState, Severity } from './lifecycle.rules.ts';

const MigrationSchema = defineEntity({
  name: 'Migration',
  tableName: 'migration',
  indexes: [{ name: 'migration_newest_first_index', properties: ['gracePeriodStart', 'id'] }],
  properties: {
    /** A version 7 UUID: of two migrations with the same start the one created later is newer. */
    id: p.uuid().primary(),
    key: p.text().unique('migration_key_unique'),
    title: p.text(),
    /** Markdown. */
    description: p.text(),
    severity: p.text().$type<Severity>().check(`"severity" in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')`),
    /** The state as last recorded; readers are shown `stateAt` of the lifecycle rules. */
    state: p.text().$type<LifecycleState>().check(`"state" in ('DRAFT', 'ANNOUNCED', 'GRACE_PERIOD', 'MANDATORY', 'CANCELLED')`),
    /** Canonical partial date; its text order is the order of lists, so TBD counts as newest. */
    gracePeriodStart: p.text(),
    graceStartsAt: p.datetime(3).nullable(),
    /** Canonical partial date. */
    mandatoryOptIn: p.text(),
    mandatoryAt: p.datetime(3).nullable(),
    reversible: p.boolean(),
    guideUrl: p.text().nullable(),
    /** Platforms it touches; empty means all. */
    platforms: p.array<Platform>((text) => text as Platform),
    builtInEmailOnly: p.boolean(),
    requiredAttributes: p.json<Attributes>(),
    listedOnly: p.boolean(),
    announcedAt: p.datetime(3).nullable(),
    /** Nothing that fell due before this instant is mailed: the past of an imported migration. */
    quietUntil: p.datetime(3).nullable(),
    /** The dates accounts were last promised, a TBD deadline apart: it takes no promise back. Null before there was one. */
    promisedStart: p.text().nullable(),
    promisedDeadline: p.text().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    version: p.integer().version(),
  },
});

/** A breaking change of the platform that accounts move to. */
export class Migration extends MigrationSchema.class {}
MigrationSchema.setClass(Migration);

const ListedAccountSchema = defineEntity({
  name: 'ListedAccount',
  tableName: 'listed_account',
  properties: {
    migrationId: () => p.manyToOne(Migration).mapToPk().primary(),
    accountNumber: () => p.manyToOne(Account).mapToPk().primary().joinColumn('account_number').index('listed_account_account_number_index'),
  },
});

/** That an account is on the list of a migration that touches listed accounts only. */
export class ListedAccount extends ListedAccountSchema.class {}
ListedAccountSchema.setClass(ListedAccount);

const RescheduleSchema = defineEntity({
  name: 'Reschedule',
  tableName: 'reschedule',
  indexes: [{ name: 'reschedule_migration_id_id_index', properties: ['migrationId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    migrationId: () => p.manyToOne(Migration).mapToPk(),
    /** PENDING while a second operator has still to approve it. */
    status: p.text().$type<'PENDING' | 'APPLIED' | 'REJECTED'>().check(`"status" in ('PENDING', 'APPLIED', 'REJECTED')`),
    oldGracePeriodStart: p.text(),
    oldMandatoryOptIn: p.text(),
    newGracePeriodStart: p.text(),
    newMandatoryOptIn: p.text(),
    reason: p.text().nullable(),
    requestedBy: p.text(),
    requestedAt: p.datetime(3),
    decidedBy: p.text().nullable(),
    decidedAt: p.datetime(3).nullable(),
  },
});

/** One change of a migration's dates, applied or asked for: together, their history. */
export class Reschedule extends RescheduleSchema.class {}
RescheduleSchema.setClass(Reschedule);
