import { Readable } from 'node:stream';
import type SMTPPool from 'nodemailer/lib/smtp-pool';
import type { OutgoingMail } from './outgoing-mail.ts';

type PoolMessage = Parameters<SMTPPool['send']>[0];

/**
 * Sends a message that is written already through nodemailer's pool. The pool's own `send` is given what it asks of a
 * message and nothing more: by way of `sendMail`, which composes a message around `raw`, the same costs twice as much.
 *
 * @param message all of it, in ASCII
 * @param signal once aborted the attempt is given up and its connection cut
 * @returns what the server answered
 * @throws what nodemailer's `sendMail` throws
 */
export function sendWritten(pool: SMTPPool, mail: OutgoingMail, message: Buffer, signal: AbortSignal): Promise<string> {
  const asked = {
    data: { signal },
    message: {
      getEnvelope: () => ({ from: mail.from.address, to: [mail.to.address] }),
      messageId: () => mail.messageId,
      getHeader: () => mail.messageId,
      createReadStream: () => streamOf(message),
    },
  };
  return new Promise((resolve, reject) => {
    pool.send(asked as unknown as PoolMessage, (error, info) => (error ? reject(error) : resolve(info!.response)));
  });
}

function streamOf(message: Buffer): Readable {
  const stream = new Readable({ read() {} });
  stream.push(message);
  stream.push(null);
  return stream;
}
