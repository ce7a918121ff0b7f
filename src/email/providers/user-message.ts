import { type Mailbox, oneLine } from '../outgoing-mail.ts';
import type { ProviderResult, UserMessage } from './provider.ts';

// One address and nothing that a header, a list or a command could end with: no space, comma, bracket, quote or control.
const PLAIN_ADDRESS = /^[^\s,;:<>()[\]\\"\p{Cc}\p{Cf}]{1,64}@[^\s,;:<>()[\]\\"@\p{Cc}\p{Cf}]{1,253}$/u;
const LONGEST_SUBJECT = 500;
/** A line of RFC 5322. */
const LONGEST_VALUE = 998;

/** Of a machine (RFC 3834): answering machines keep quiet, also those that know only the second. */
const OF_A_MACHINE = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Refuses an address that might be read as several, or as more than an address; null where both are fine. */
export function refusedAddress({ from, to }: UserMessage): ProviderResult | null {
  if (!PLAIN_ADDRESS.test(from.address))
    return { kind: 'rejected', answer: 'The sender has no email address that can be used.', about: 'SENDER' };
  if (PLAIN_ADDRESS.test(to.address)) return null;
  return { kind: 'rejected', answer: 'The recipient has no email address that can be used.', about: 'RECIPIENT' };
}

// RFC 2047. Composers let it through as written, and mail programs decode it, line breaks included.
const ENCODED_WORD = /=(?=\?[^\s?]+\?[bq]\?)/gi;
const ZERO_WIDTH_SPACE = '\u200b';

/** The message with names and subject on one line each, and none of them a header in disguise; what every provider is given. */
export function onOneLine(message: UserMessage): UserMessage {
  const named = ({ name, address }: Mailbox): Mailbox => ({ name: plainLine(name), address });
  return { ...message, from: named(message.from), to: named(message.to), subject: plainLine(message.subject, LONGEST_SUBJECT) };
}

function plainLine(text: string, maxLength?: number): string {
  return oneLine(text, maxLength).replaceAll(ENCODED_WORD, `=${ZERO_WIDTH_SPACE}`);
}

/** The headers that every provider is given besides those it knows by name. */
export function extraHeaders(message: UserMessage, own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const given = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const ours = Object.entries(OF_A_MACHINE).filter(([name]) => !given.has(name.toLowerCase()));
  const theirs = Object.entries(own).map(([name, value]): [string, string] => [name, oneLine(value, LONGEST_VALUE)]);
  return { 'Message-ID': oneLine(message.messageId), ...Object.fromEntries([...ours, ...theirs]) };
}

/**
 * The message in the words of nodemailer: never a comma-separated list of addresses, nothing read from files or the network,
 * and no line break in any header.
 *
 * @param own further headers
 */
export function composerOptions(message: UserMessage, own: Readonly<Record<string, string>> = {}) {
  const { from, to, subject, html, text, date } = onOneLine(message);
  const { 'Message-ID': messageId, ...headers } = extraHeaders(message, own);
  return {
    messageId,
    date,
    from: { ...from },
    to: { ...to },
    envelope: { from: from.address, to: [to.address] },
    subject,
    html,
    text,
    headers,
    xMailer: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
