import { defineEntity, p } from '@mikro-orm/core';
import type { Attributes } from '../rollouts/effective-state.rules.ts';
import type { Platform } from './accounts.rules.ts';

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'account',
  indexes: [{ name: 'account_created_at_index', properties: ['createdAt'], type: 'brin' }],
  properties: {
    /** Dense number given at creation, so that decisions can travel and be counted as bit sets. */
    number: p.bigint('number').primary().generated('by default as identity'),
    /** The platform's own id of the account. */
    id: p.text().unique('account_id_unique'),
    name: p.text(),
    platform: p.text().$type<Platform>().check(`"platform" in ('CLOUD', 'APPLIANCE')`),
    plan: p.text().nullable(),
    region: p.text().nullable(),
    timeZone: p.text(),
    /** Whether the platform's built-in provider sends its mail. */
    usesBuiltInEmail: p.boolean(),
    attributes: p.json<Attributes>(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    /** The transaction that created the row: how a rollout's folded counts tell which accounts they have not seen. */
    xid: p.text().columnType('xid8').defaultRaw('pg_current_xact_id()').index('account_xid_index').hidden().lazy(),
  },
});

/** A customer of the platform. */
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);

const AccountImportSchema = defineEntity({
  name: 'AccountImport',
  tableName: 'account_import',
  properties: {
    /** SHA-256 of the file's size and beginning: the same file again goes on where it stopped. */
    fingerprint: p.text().primary(),
    /** Bytes of the file whose accounts are committed. */
    offset: p.bigint('number'),
    /** Lines of the file whose accounts are committed. */
    line: p.bigint('number'),
    created: p.bigint('number'),
    updated: p.bigint('number'),
    unchanged: p.bigint('number'),
    rejected: p.bigint('number'),
    startedAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});

/** How far the import of one file has come; committed with each batch. */
export class AccountImport extends AccountImportSchema.class {}
AccountImportSchema.setClass(AccountImport);
