import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../../accounts/account.entity.ts';
import type { ProviderName } from '../settings/email-settings.rules.ts';
import type { TemplateName } from '../templates/template.rules.ts';

/** The states of a mail to a user. SKIPPED: the account had switched its template off, or the mail came to late to be of use. */
export const USER_MAIL_STATUSES = ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'SKIPPED'] as const;

const UserMailSchema = defineEntity({
  name: 'UserMail',
  tableName: 'user_mail',
  indexes: [
    { name: 'user_mail_due_index', properties: ['accountNumber', 'sendAfter'], where: `"status" in ('QUEUED', 'SENDING')` },
    { name: 'user_mail_account_number_id_index', properties: ['accountNumber', 'id'] },
    { name: 'user_mail_finished_index', properties: ['finishedAt'], where: '"finished_at" is not null' },
  ],
  properties: {
    id: p.uuid().primary(),
    accountNumber: () => p.manyToOne(Account).mapToPk().joinColumn('account_number'),
    template: p.text().$type<TemplateName>(),
    recipient: p.text(),
    status: p.text().$type<(typeof USER_MAIL_STATUSES)[number]>().check(`"status" in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'SKIPPED')`),
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
