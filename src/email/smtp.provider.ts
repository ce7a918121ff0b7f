import { createTransport } from 'nodemailer';
import SMTPPool from 'nodemailer/lib/smtp-pool';
import { mimeMessage } from './mime.ts';
import { type MailTransport, messageOptions, oneLine, type OutgoingMail, type SendResult } from './outgoing-mail.ts';
import { sendWritten } from './pooled-message.ts';

/** Long enough to serve one sweep after another, short enough that the server does not hang up first. */
const IDLE_MS = 60_000;

/**
 * Refused for our login or a session gone astray, not for the message: 503 is a command out of order, 530 to 538 want
 * (better) credentials. Mail waits until an operator has mended the settings.
 */
const NOT_ABOUT_THE_MESSAGE = new Set([503, 530, 534, 535, 538]);

/** What nodemailer adds to its errors. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/**
 * Mail over SMTP, on a pool of connections.
 *
 * @param url SMTP_URL
 * @param timeoutMs how long connecting, the greeting and any silence may last; the whole is bounded by the signal of `send`
 * @param maxConnections how many messages can be under way at once
 */
export function smtpTransport(url: string, timeoutMs: number, maxConnections: number): MailTransport {
  const pool = new SMTPPool({
    url,
    pool: true,
    maxConnections,
    // Whether a message goes out again is the ledger's decision alone, which counts it.
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // A server that drips keeps a politely closed connection open for ever.
    socketCloseTimeout: 0,
  });
  const composer = createTransport(pool);
  return {
    async send(mail: OutgoingMail, signal: AbortSignal): Promise<SendResult> {
      try {
        const message = mimeMessage(mail);
        const response = message
          ? await sendWritten(pool, mail, message, signal)
          : (await composer.sendMail({ ...messageOptions(mail), signal })).response;
        return { kind: 'sent', response: oneLine(response, 500) };
      } catch (error) {
        return failure(error as SmtpError, signal);
      }
    },
    async close() {
      pool.close();
    },
  };
}

function failure(error: SmtpError, signal: AbortSignal): SendResult {
  if (signal.aborted) return { kind: 'retry', reason: 'The mail server did not finish in time, and the connection was cut.' };
  const reason = oneLine(error.response ?? error.message, 500);
  const aboutTheMessage = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  // Without an answer from the server it is nodemailer that refuses, e.g. an address that can be none.
  const permanent = error.responseCode === undefined || (error.responseCode >= 500 && !NOT_ABOUT_THE_MESSAGE.has(error.responseCode));
  return { kind: aboutTheMessage && permanent ? 'rejected' : 'retry', reason };
}
