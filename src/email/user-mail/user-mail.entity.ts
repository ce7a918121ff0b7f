import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../../accounts/account.entity.ts';
import type { ProviderName } from '../settings/email-settings.rules.ts';
import type { TemplateName } from '../templates/template.rules.ts';
import type { UserMailStatus } from './user-mail.rules.ts';

const UserMailSchema = defineEntity({
  name: 'UserMail',
  tableName: 'user_mail',
  indexes: [
    { name: 'user_mail_due_index', properties: ['accountNumber', 'sendAfter', 'id'], where: `"status" = 'QUEUED'` },
    { name: 'user_mail_expiry_index', properties: ['expiresAt'], where: `"status" = 'QUEUED'` },
    { name: 'user_mail_sending_index', properties: ['accountNumber'], where: `"status" = 'SENDING'` },
    { name: 'user_mail_failed_index', properties: ['accountNumber', 'finishedAt'], where: `"status" = 'FAILED'` },
    { name: 'user_mail_given_up_index', properties: ['finishedAt', 'id'], where: `"status" = 'FAILED'` },
    { name: 'user_mail_account_number_id_index', properties: ['accountNumber', 'id'] },
    { name: 'user_mail_finished_index', properties: ['finishedAt'], where: '"finished_at" is not null' },
    { name: 'user_mail_remembered_index', properties: ['finishedAt'], where: '"finished_at" is not null and "recipient" is not null' },
  ],
  properties: {
    id: p.uuid().primary(),
    accountNumber: () => p.manyToOne(Account).mapToPk().joinColumn('account_number'),
    template: p.text().$type<TemplateName>(),
    /** The address; null once it is long enough ago. */
    recipient: p.text().nullable(),
    status: p.text().$type<UserMailStatus>().check(`"status" in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'SKIPPED')`),
    /** Sealed: what the template is filled with, links included. Null once the mail is finished, because links open doors. */
    variables: p.text().nullable(),
    sendAfter: p.datetime(3),
    /** Past this it is of no use, e.g. its link has expired. */
    expiresAt: p.datetime(3),
    attempts: p.integer(),
    claimedUntil: p.datetime(3).nullable(),
    messageId: p.text(),
    /** Who was asked to send it last. */
    provider: p.text().$type<ProviderName>().nullable(),
    subject: p.text().nullable(),
    /** What the provider answered last, or why it was not asked. */
    answer: p.text().nullable(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});

/** One mail to a user of an account; its row exists before anything is sent. */
export class UserMail extends UserMailSchema.class {}
UserMailSchema.setClass(UserMail);

const UserMailHoldSchema = defineEntity({
  name: 'UserMailHold',
  tableName: 'user_mail_hold',
  properties: {
    accountNumber: () => p.manyToOne(Account).mapToPk().primary().joinColumn('account_number'),
    /** Until then no mail of the account is begun; after it one at a time, until one is taken. */
    heldUntil: p.datetime(3),
    /** In a row. */
    failures: p.integer(),
    /** Of the account's email settings: with others there is no reason to wait. */
    settingsVersion: p.integer(),
    /** What the provider answered. */
    answer: p.text(),
  },
});

/**
 * That an account's provider takes nothing at present, e.g. because it throttles or does not answer. A row of its own and
 * not a later `sendAfter` of the mails: thousands may wait, and those that are queued meanwhile must wait as well.
 */
export class UserMailHold extends UserMailHoldSchema.class {}
UserMailHoldSchema.setClass(UserMailHold);
