import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { type MailTransport, messageOptions, type OutgoingMail } from './outgoing-mail.ts';

/**
 * Mail into a folder, one `.eml` file each, for a platform without a mail server yet. The file is named after the row of
 * the ledger, so a mail that is sent again replaces itself.
 *
 * @param folder made where it is missing
 */
export function fileTransport(folder: string): MailTransport {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail: OutgoingMail) {
      const { message } = await composer.sendMail(messageOptions(mail));
      const path = join(folder, fileName(mail));
      const draft = `${path}.${randomUUID()}.part`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(draft, message);
        // Whoever looks into the folder sees whole mails only.
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        return { kind: 'retry', reason: `Cannot write ${path}: ${(error as Error).message}` };
      }
      return { kind: 'sent', response: path };
    },
    async close() {
      composer.close();
    },
  };
}

function fileName({ createdAt, id }: OutgoingMail): string {
  return `${createdAt.toISOString().replaceAll(/[-:]/g, '')}-${id}.eml`;
}
