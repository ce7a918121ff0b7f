import { createTransport } from 'nodemailer';
import { mimeMessage } from './mime.ts';
import { type MailTransport, messageOptions, type OutgoingMail, type SendResult } from './outgoing-mail.ts';
import { sendWritten } from './written-mail.provider.ts';
import { answerLine } from './providers/answer.ts';
import type { ProviderResult } from './providers/provider.ts';
import { smtpFailure } from './smtp-failure.ts';
import { loginOf, secretsOf } from './smtp-login.ts';
import { closeSmtpPool, openSmtpPool } from './smtp-pool.provider.ts';

/**
 * Mail over SMTP, on a pool of connections.
 *
 * @param url SMTP_URL
 * @param timeoutMs how long connecting, the greeting and any silence may last; the whole is bounded by the signal of `send`
 * @param maxConnections how many messages can be under way at once
 */
export function smtpTransport(url: string, timeoutMs: number, maxConnections: number): MailTransport {
  const pool = openSmtpPool({ url }, timeoutMs, maxConnections);
  const secrets = secretsOf(loginOf(url));
  const composer = createTransport(pool);
  return {
    async send(mail: OutgoingMail, signal: AbortSignal): Promise<SendResult> {
      try {
        const message = mimeMessage(mail);
        const response = message
          ? await sendWritten(pool, mail, message, signal)
          : (await composer.sendMail({ ...messageOptions(mail), signal })).response;
        return { kind: 'sent', response: answerLine(response, secrets) };
      } catch (error) {
        return outcomeOf(smtpFailure(error as Error, signal, secrets));
      }
    },
    async close() {
      closeSmtpPool(pool);
    },
  };
}

/** A login that is refused is the operator's to mend, and the mail waits until it is. */
function outcomeOf(failure: Exclude<ProviderResult, { kind: 'sent' }>): SendResult {
  return { kind: failure.kind === 'rejected' && failure.about !== 'CREDENTIALS' ? 'rejected' : 'retry', reason: failure.answer };
}
