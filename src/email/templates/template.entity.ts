import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../../accounts/account.entity.ts';
import type { TemplateName } from './template.rules.ts';

const EmailTemplateSchema = defineEntity({
  name: 'EmailTemplate',
  tableName: 'email_template',
  properties: {
    accountNumber: () => p.manyToOne(Account).mapToPk().primary().joinColumn('account_number'),
    name: p
      .text()
      .$type<TemplateName>()
      .primary()
      .check(`"name" in ('VERIFICATION', 'WELCOME', 'PASSWORD_CHANGE', 'BLOCKED_ACCOUNT', 'BREACH_ALERT', 'ENROLMENT')`),
    /** An address, or a name with one in angle brackets; null for the default of the account's settings. */
    from: p.text().nullable(),
    /** Liquid. */
    subject: p.text(),
    /** Liquid that makes HTML. */
    body: p.text(),
    /** Where a person goes after the link of the mail; null for a page of the platform. */
    resultUrl: p.text().nullable(),
    linkLifetimeSeconds: p.integer(),
    /** A mail whose template is not enabled is not sent. */
    enabled: p.boolean(),
    updatedAt: p.datetime(3),
    version: p.integer().version(),
  },
});

/** A mail as an account customised it. An account without a row has the platform's own. */
export class EmailTemplate extends EmailTemplateSchema.class {}
EmailTemplateSchema.setClass(EmailTemplate);
