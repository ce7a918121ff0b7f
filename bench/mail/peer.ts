/** What the ledger is measured against: nodemailer's own pool, given messages that are worded already. */
import { createTransport } from 'nodemailer';
import { renderReminder } from '../../src/email/reminder-mail.ts';
import { MAIL_CONCURRENCY } from '../../src/email/transport.provider.ts';
import type { MailWorld } from './world.ts';

/** How many messages wait at once, so that no connection of the pool ever does. */
const IN_HAND = MAIL_CONCURRENCY * 4;
const READ_AT_ONCE = 500;

/** A message as nodemailer takes it. */
export interface PeerMessage {
  readonly messageId: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Words everything that is queued, before any clock runs. */
export async function prepareMessages(world: MailWorld): Promise<PeerMessage[]> {
  const ids = await world.queued();
  const messages: PeerMessage[] = [];
  for (let i = 0; i < ids.length; i += READ_AT_ONCE) {
    for (const [id, content] of await world.reminders.contentOf(ids.slice(i, i + READ_AT_ONCE))) {
      if (!content) throw new Error('A mail has nothing to say.');
      const { name, email: address } = content.administrator;
      const from = { name: content.platformName, address: 'migrations@platform.example' };
      messages.push({ messageId: `<${id}@platform.example>`, from, to: { name, address }, ...renderReminder(content) });
    }
  }
  return messages;
}

/** Sends them all over nodemailer's pool, with as many connections as the ledger has. */
export async function sendByPool(smtpUrl: string, messages: readonly PeerMessage[]): Promise<void> {
  const pool = createTransport({ url: smtpUrl, pool: true, maxConnections: MAIL_CONCURRENCY });
  const rest = messages.values();
  const send = async () => {
    for (const message of rest) await pool.sendMail(message);
  };
  await Promise.all(Array.from({ length: IN_HAND }, send));
  pool.close();
}
