import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../../accounts/account.entity.ts';
import type { ProviderName } from './email-settings.rules.ts';

const EmailSettingsSchema = defineEntity({
  name: 'EmailSettings',
  tableName: 'email_settings',
  properties: {
    accountNumber: () => p.manyToOne(Account).mapToPk().primary().joinColumn('account_number'),
    provider: p.text().$type<ProviderName>().check(`"provider" in ('BUILT_IN', 'SES', 'MANDRILL', 'SENDGRID', 'SMTP')`),
    enabled: p.boolean(),
    /** The sender of templates that name none; null for the provider's own. */
    defaultFrom: p.text().nullable(),
    /** What of the provider's settings is no secret, by field. */
    options: p.json<Readonly<Record<string, unknown>>>(),
    /** Sealed, by field; bound to the account, the provider and the field. */
    secrets: p.json<Readonly<Record<string, string>>>(),
    /** The last characters of each secret, by field. */
    hints: p.json<Readonly<Record<string, string>>>(),
    updatedAt: p.datetime(3),
    version: p.integer().version(),
  },
});

/** Who sends the mail of an account's users. An account without a row has the built-in provider. */
export class EmailSettings extends EmailSettingsSchema.class {}
EmailSettingsSchema.setClass(EmailSettings);
