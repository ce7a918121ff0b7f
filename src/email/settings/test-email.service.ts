import { validEmail } from '../../accounts/accounts.rules.ts';
import type { Actor } from '../../auth/actor.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import type { RateLimit, RateLimits } from '../../db/rate-limits.ts';
import { writeEvents } from '../../events/log.ts';
import type { Wake } from '../../events/wake.ts';
import { newId } from '../../ids.ts';
import { requireEmailWriter } from '../email-permission.ts';
import type { ProviderResult, UserMessage } from '../providers/provider.ts';
import type { TemplateName } from '../templates/template.rules.ts';
import type { TemplatesService } from '../templates/templates.service.ts';
import type { ProviderName, SendingSettings } from './email-settings.rules.ts';
import type { EmailSettingsService } from './email-settings.service.ts';
import type { TestEmailOutcome } from './test-email.rules.ts';

/** What became of a test mail. */
export interface TestEmailView {
  readonly provider: ProviderName;
  readonly outcome: TestEmailOutcome;
  /** What the provider answered. */
  readonly answer: string;
  /** For REJECTED: what was refused. */
  readonly about: string | null;
  readonly from: string;
  readonly subject: string;
}

/** Sends with an account's provider; see ProviderClients. */
export interface Sender {
  send(accountNumber: number, settings: SendingSettings, message: UserMessage, signal: AbortSignal): Promise<ProviderResult>;
}

/** What it is made of. */
export interface TestEmailParts {
  readonly db: Database;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly emailSettings: Pick<EmailSettingsService, 'accessOf'>;
  readonly templates: Pick<TemplatesService, 'composeSample'>;
  readonly clients: Sender;
  readonly limits: RateLimits;
  /** The hard deadline of what a provider does. */
  readonly timeoutMs: number;
}

/** An account's mail can be sent anywhere with this, so it is no way to write to many. */
const LIMIT: RateLimit = { points: 5, seconds: 60 };

/** Sends single mails with sample data, for whoever wants to see whether an account's settings work. */
export class TestEmailService {
  constructor(private readonly parts: TestEmailParts) {}

  /**
   * Sends one of an account's mails now, disabled or not, and tells what its provider answered. A refusal is an answer too.
   *
   * @param to an address
   * @throws GracelineError FORBIDDEN, NOT_FOUND, INVALID_EMAIL, RATE_LIMITED; INVALID_TEMPLATE where the mail cannot be composed,
   *   SECRET_UNREADABLE where the key of a credential is gone
   */
  async sendTestEmail(actor: Actor, accountId: string, to: string, template: TemplateName): Promise<TestEmailView> {
    const { db, wake, clock, emailSettings, templates, limits, clients, timeoutMs } = this.parts;
    const account = await requireEmailWriter(db, actor, accountId);
    const address = validEmail(to);
    await limits.take('test-email', String(account.number), LIMIT);
    const settings = await emailSettings.accessOf(account.number);
    const recipient = { name: '', address };
    const mail = await templates.composeSample(account.number, template, recipient, settings);
    const { from, subject, html, text } = mail;
    const message = {
      messageId: `<${newId()}@${domainOf(from.address)}>`,
      date: clock.now(),
      from,
      to: recipient,
      subject,
      html,
      text,
    };
    const result = await clients.send(account.number, settings, message, AbortSignal.timeout(timeoutMs));
    const outcome = result.kind === 'sent' ? 'SENT' : result.kind === 'retry' ? 'RETRY' : 'REJECTED';
    const data = { provider: settings.provider, template, domain: domainOf(address), outcome };
    const now = clock.now();
    await db.transaction((tx) => writeEvents(tx, actor, now, [{ type: 'TEST_EMAIL_SENT', accountNumber: account.number, data }]));
    wake.ring();
    return {
      provider: settings.provider,
      outcome,
      answer: result.answer,
      about: result.kind === 'rejected' ? result.about : null,
      from: from.name === '' ? from.address : `${from.name} <${from.address}>`,
      subject,
    };
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
