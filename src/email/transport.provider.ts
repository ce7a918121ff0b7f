import type { Config } from '../config.ts';
import { fileTransport } from './file.provider.ts';
import { mailFolder } from './mail-folder.provider.ts';
import type { MailTransport } from './outgoing-mail.ts';
import { smtpTransport } from './smtp.provider.ts';

/** How many messages a process has under way at once: connections of the pool, and senders of the delivery. */
export const MAIL_CONCURRENCY = 5;

/** Where the settings send mail: to the server of SMTP_URL or, with none set, into `mail/` of the data folder. */
export function createTransport(config: Pick<Config, 'SMTP_URL' | 'DATA_DIR' | 'MAIL_TIMEOUT_SECONDS'>): MailTransport {
  if (config.SMTP_URL === undefined) return fileTransport(mailFolder(config.DATA_DIR));
  return smtpTransport(config.SMTP_URL, config.MAIL_TIMEOUT_SECONDS * 1_000, MAIL_CONCURRENCY);
}
