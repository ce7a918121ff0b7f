import { composeMessage } from './compose-message.provider.ts';
import { putIntoFolder } from './mail-folder.provider.ts';
import { type MailTransport, messageOptions, type OutgoingMail } from './outgoing-mail.ts';

/**
 * Mail into a folder, one `.eml` file each, for a platform without a mail server yet. The file is named after the row of
 * the ledger, so a mail that is sent again replaces itself.
 *
 * @param folder made where it is missing
 */
export function fileTransport(folder: string): MailTransport {
  return {
    async send(mail: OutgoingMail) {
      const message = await composeMessage(messageOptions(mail));
      try {
        return { kind: 'sent', response: await putIntoFolder(folder, fileName(mail), message) };
      } catch (error) {
        return { kind: 'retry', reason: (error as Error).message };
      }
    },
    async close() {},
  };
}

function fileName({ createdAt, id }: OutgoingMail): string {
  return `${createdAt.toISOString().replaceAll(/[-:]/g, '')}-${id}.eml`;
}
