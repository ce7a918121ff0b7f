/** What every provider of end users' mail is to the rest of the house; `*.provider.ts` beside this speak to one each. */
import type { Mailbox } from '../outgoing-mail.ts';

/** A mail to one user of an account, composed. */
export interface UserMessage {
  /** With its angle brackets; the same at every attempt. */
  readonly messageId: string;
  /** For the Date header. */
  readonly date: Date;
  readonly from: Mailbox;
  readonly to: Mailbox;
  /** One line. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** What became of one attempt. */
export type ProviderResult =
  /** The provider took it over; `answer` is what it said. */
  | { readonly kind: 'sent'; readonly answer: string }
  /** It can heal: not to be reached, too slow, overloaded, or asking for patience (429, SMTP 4xx). */
  | {
      readonly kind: 'retry';
      readonly answer: string;
      /** How long the provider asked to wait, in milliseconds; null where it did not say. */
      readonly retryAfterMs: number | null;
      /** Whether every mail of the account would meet the same, e.g. throttled or not to be reached. */
      readonly wholeAccount: boolean;
    }
  /** It cannot heal by itself: the credentials, the sender or the recipient are refused. */
  | { readonly kind: 'rejected'; readonly answer: string; readonly about: 'CREDENTIALS' | 'SENDER' | 'RECIPIENT' | 'MESSAGE' };

/** A client of one provider with one account's credentials. */
export interface EmailProvider {
  /**
   * Makes one attempt. Throws only for defects of ours. An answer never holds a credential.
   *
   * @param signal the hard deadline: once aborted the attempt is given up and its connection cut
   */
  send(message: UserMessage, signal: AbortSignal): Promise<ProviderResult>;
  /** Lets go of connections. */
  close(): Promise<void>;
}
