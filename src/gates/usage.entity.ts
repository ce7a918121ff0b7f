import { defineEntity, p } from '@mikro-orm/core';

const UsageSchema = defineEntity({
  name: 'Usage',
  tableName: 'usage',
  indexes: [{ name: 'usage_day_index', properties: ['day'] }],
  properties: {
    // No foreign keys: rows are written by the thousand, and neither parent is ever deleted.
    migrationId: p.uuid().primary(),
    accountNumber: p.bigint('number').primary(),
    /** In UTC. */
    day: p.date().primary(),
    /** Who used it, e.g. a client_id; empty where nobody can be named. */
    client: p.text().primary(),
    count: p.bigint('number'),
    lastUsedAt: p.datetime(3),
  },
});

/** How often the old behaviour a migration ends was used for an account on a day. */
export class Usage extends UsageSchema.class {}
UsageSchema.setClass(Usage);

const AccountUsageSchema = defineEntity({
  name: 'AccountUsage',
  tableName: 'account_usage',
  indexes: [{ name: 'account_usage_last_day_index', properties: ['migrationId', 'lastDay', 'accountNumber'] }],
  properties: {
    migrationId: p.uuid().primary(),
    accountNumber: p.bigint('number').primary(),
    /** In UTC. A day and no instant: it moves once a day and not at every use, and so do its place in the index and in lists. */
    lastDay: p.date(),
  },
});

/** The last day on which an account used old behaviour: lists of accounts go by it, however many uses there are. */
export class AccountUsage extends AccountUsageSchema.class {}
AccountUsageSchema.setClass(AccountUsage);

const UsageWatchSchema = defineEntity({
  name: 'UsageWatch',
  tableName: 'usage_watch',
  properties: {
    migrationId: p.uuid().primary(),
    /** In UTC. */
    firstDay: p.date(),
  },
});

/** Since when uses of the old behaviour a migration ends are counted: no use says something only of the days since. */
export class UsageWatch extends UsageWatchSchema.class {}
UsageWatchSchema.setClass(UsageWatch);
