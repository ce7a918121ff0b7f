import { defineEntity, p } from '@mikro-orm/core';
import { Administrator } from '../accounts/administrator.entity.ts';

/** The states of a mail in the ledger. SKIPPED: nothing was left to say when it was due. */
export const MAIL_STATUSES = ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'SKIPPED'] as const;

const MailSchema = defineEntity({
  name: 'Mail',
  tableName: 'mail',
  uniques: [{ name: 'mail_once_unique', properties: ['administratorId', 'occasion'] }],
  indexes: [
    { name: 'mail_due_index', properties: ['sendAfter'], where: `"status" in ('QUEUED', 'SENDING')` },
    {
      name: 'mail_kept_index',
      properties: ['finishedAt'],
      where: '"recipient" is not null or "subject" is not null or "last_error" is not null',
    },
    { name: 'mail_unsent_index', properties: ['status', 'id'], where: `"status" <> 'SENT'` },
    { name: 'mail_failed_index', properties: ['finishedAt', 'id'], where: `"status" = 'FAILED'` },
  ],
  properties: {
    id: p.uuid().primary(),
    administratorId: () => p.manyToOne(Administrator).mapToPk(),
    /** The administrator's local day: at most one mail each. */
    occasion: p.text(),
    status: p.text().$type<(typeof MAIL_STATUSES)[number]>().check(`"status" in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'SKIPPED')`),
    /** An operator asked for it at once: it waits for no morning. */
    urgent: p.boolean(),
    sendAfter: p.datetime(3),
    attempts: p.integer(),
    /** Until when a worker holds it; past this another may take it over. */
    claimedUntil: p.datetime(3).nullable(),
    messageId: p.text(),
    recipient: p.text().nullable(),
    subject: p.text().nullable(),
    lastError: p.text().nullable(),
    createdAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});

/** One mail of the ledger; its row exists before anything is sent. */
export class Mail extends MailSchema.class {}
MailSchema.setClass(Mail);
