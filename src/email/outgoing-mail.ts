/** A mail as it leaves us, and what can become of it: what every transport takes and answers. */

/** One person or sender. */
export interface Mailbox {
  /** For people; may hold anything they call themselves. */
  readonly name: string;
  readonly address: string;
}

/** A mail that is ready to be sent to one person. */
export interface OutgoingMail {
  /** Of its row in the ledger. */
  readonly id: string;
  /** The same at every attempt, so that a receiver can tell a repetition; with its angle brackets. */
  readonly messageId: string;
  /** When its row was made; with the id it names the mail for good. */
  readonly createdAt: Date;
  /** The present instant, for the Date header. */
  readonly date: Date;
  readonly from: Mailbox;
  readonly to: Mailbox;
  /** By which people filter these mails; without angle brackets. */
  readonly listId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What became of one attempt. */
export type SendResult =
  /** The next server took it over. */
  | { readonly kind: 'sent'; readonly response: string }
  /** It can heal: the server was not to be reached, too slow, or asked for patience. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** It cannot: the server refuses this message or this address for good. */
  | { readonly kind: 'rejected'; readonly reason: string };

/** Where mail goes. */
export interface MailTransport {
  /**
   * Makes one attempt. Throws only for defects of ours.
   *
   * @param signal the hard deadline: once aborted the attempt is given up and its connection cut
   */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SendResult>;
  /** Lets go of connections; no attempt may be under way. */
  close(): Promise<void>;
}

// What people write may break lines, hide, or turn the reading direction of what follows it.
// oxlint-disable-next-line no-control-regex -- these are what it is about
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/**
 * What somebody called something, as one line that is safe in a header and in a sentence.
 *
 * @param maxLength in UTF-16 units; longer ones end in an ellipsis
 */
export function oneLine(text: string, maxLength = 200): string {
  const line = text
    .slice(0, maxLength * 2)
    .replace(CONTROLS, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const cut = line.length > maxLength ? `${line.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
  return cut.toWellFormed();
}

/**
 * The mail in the words of nodemailer, for the providers: never a comma-separated list of addresses, nothing read from
 * files or the network, and no line break in any header.
 */
export function messageOptions(mail: OutgoingMail) {
  return {
    messageId: oneLine(mail.messageId),
    date: mail.date,
    from: { name: oneLine(mail.from.name), address: mail.from.address },
    to: { name: oneLine(mail.to.name), address: mail.to.address },
    envelope: { from: mail.from.address, to: [mail.to.address] },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    headers: {
      'List-Id': `<${oneLine(mail.listId)}>`,
      // Of a machine (RFC 3834): answering machines keep quiet, also those that know only the second.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Graceline-Mail': mail.id,
    },
    xMailer: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
