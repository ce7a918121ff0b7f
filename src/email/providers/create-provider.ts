import type { ProviderAccess } from '../settings/email-settings.rules.ts';
import { mandrillProvider } from './mandrill.provider.ts';
import type { EmailProvider } from './provider.ts';
import { sendgridProvider } from './sendgrid.provider.ts';
import { sesProvider } from './ses.provider.ts';
import type { SmtpGuard } from './smtp-guard.ts';
import { smtpProvider } from './smtp.provider.ts';

/** What the operator of the platform settled for all providers. */
export interface ProviderOptions {
  /** SES_URL; by the region of the account where it is not set. */
  readonly sesUrl?: string;
  /** MANDRILL_URL. */
  readonly mandrillUrl: string;
  /** SENDGRID_URL. */
  readonly sendgridUrl: string;
  /** MAIL_TIMEOUT_SECONDS: the hard deadline of one attempt, however long the caller's own signal would wait. */
  readonly timeoutMs: number;
  /** Says which SMTP servers may be connected to. */
  readonly hosts: SmtpGuard;
}

/**
 * Makes the client of an account's own provider. Nothing is connected to before the first mail.
 *
 * @param access with its secrets opened; kept for as long as the client is
 */
export function createProvider(access: ProviderAccess, options: ProviderOptions): EmailProvider {
  switch (access.provider) {
    case 'SES':
      return sesProvider(access, options.sesUrl, options.timeoutMs);
    case 'MANDRILL':
      return mandrillProvider(access, options.mandrillUrl, options.timeoutMs);
    case 'SENDGRID':
      return sendgridProvider(access, options.sendgridUrl, options.timeoutMs);
    case 'SMTP':
      return smtpProvider(access, options.hosts, options.timeoutMs);
  }
}
