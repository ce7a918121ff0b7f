/** What a failed attempt over SMTP means, the same for reminders and for the mail of users. */
import { GracelineError } from '../errors.ts';
import { answerLine } from './providers/answer.ts';
import type { ProviderResult } from './providers/provider.ts';

/** What nodemailer adds to its errors. */
interface SmtpError extends Error {
  /** What kind of failure, e.g. EENVELOPE. */
  readonly code?: string;
  /** The command that was answered, e.g. `RCPT TO`; CONN while connecting. */
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

type Failure = Exclude<ProviderResult, { kind: 'sent' }>;
type About = Extract<ProviderResult, { kind: 'rejected' }>['about'];

const SERVICE_CLOSING = 421;
const BAD_SEQUENCE = 503;
/** Wants (better) credentials, at whatever command: RFC 4954. */
const ABOUT_CREDENTIALS = new Set([530, 534, 535, 538]);

/**
 * Reads the error of nodemailer.
 *
 * @param signal the deadline of the attempt
 * @param secrets that must not stand in the answer
 */
export function smtpFailure(error: SmtpError, signal: AbortSignal, secrets: readonly string[] = []): Failure {
  const retry = (answer: string, wholeAccount: boolean): Failure => ({ kind: 'retry', answer, retryAfterMs: null, wholeAccount });
  if (signal.aborted) return retry('The mail server did not finish in time, and the connection was cut.', true);
  // That TLS could not be begun is what matters, more than how the server put it.
  const answer = answerLine(error.code === 'ETLS' ? error.message : (error.response ?? error.message), secrets);
  // A host that may not be connected to is a fault of the settings, as a wrong login is.
  if (error instanceof GracelineError && error.code === 'HOST_FORBIDDEN') return { kind: 'rejected', answer, about: 'CREDENTIALS' };
  const about = refused(error);
  if (about) return { kind: 'rejected', answer, about };
  const ofThisMail = aboutTheMessage(error) && error.command !== 'MAIL FROM' && error.responseCode !== SERVICE_CLOSING;
  return retry(answer, !ofThisMail);
}

/** What the server refuses for good; null where it can heal. */
function refused(error: SmtpError): About | null {
  const { responseCode: code, command = '' } = error;
  if (code !== undefined && ABOUT_CREDENTIALS.has(code)) return 'CREDENTIALS';
  if (error.code === 'EAUTH') return code === undefined || code >= 500 ? 'CREDENTIALS' : null;
  // 503 is a command out of order: a session gone astray, which says nothing of the message.
  if (!aboutTheMessage(error) || (code !== undefined && (code < 500 || code === BAD_SEQUENCE))) return null;
  // Without an answer of the server it is nodemailer that refuses, e.g. an address that can be none.
  if (code === undefined && error.code === 'EENVELOPE') return error.message.startsWith('Invalid sender') ? 'SENDER' : 'RECIPIENT';
  return byCommand(command, error.response ?? '');
}

function aboutTheMessage({ code }: SmtpError): boolean {
  return code === 'EENVELOPE' || code === 'EMESSAGE';
}

/** The enhanced code (RFC 3463) knows better than the command: many servers check the sender only at RCPT or after DATA. */
function byCommand(command: string, response: string): About {
  if (/^\d{3}[ -]5\.1\.[78]\b/.test(response)) return 'SENDER';
  if (/^\d{3}[ -]5\.[12]\.\d/.test(response)) return 'RECIPIENT';
  if (command === 'MAIL FROM') return 'SENDER';
  return command === 'RCPT TO' ? 'RECIPIENT' : 'MESSAGE';
}
