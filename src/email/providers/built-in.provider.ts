import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { composeMessage } from '../compose-message.provider.ts';
import { putIntoFolder } from '../mail-folder.provider.ts';
import { answerLine } from './answer.ts';
import type { EmailProvider, UserMessage } from './provider.ts';
import { poolProvider } from './smtp.provider.ts';
import { composerOptions, refusedAddress } from './user-message.ts';

const LONGEST_NAME = 150;

/**
 * The platform's own way for the mail of users: its server of SMTP_URL or, with none set, files in `mail/` of the data folder.
 * One for all accounts that have chosen no provider.
 */
export function builtInProvider(config: Pick<Config, 'SMTP_URL' | 'DATA_DIR' | 'MAIL_TIMEOUT_SECONDS'>): EmailProvider {
  if (config.SMTP_URL === undefined) return folderProvider(join(config.DATA_DIR, 'mail'));
  const { password } = new URL(config.SMTP_URL);
  return poolProvider({ url: config.SMTP_URL }, config.MAIL_TIMEOUT_SECONDS * 1_000, { secrets: [decodeURIComponent(password)] });
}

function folderProvider(folder: string): EmailProvider {
  return {
    async send(message) {
      const refused = refusedAddress(message);
      if (refused) return refused;
      const bytes = await composeMessage(composerOptions(message));
      try {
        return { kind: 'sent', answer: await putIntoFolder(folder, fileName(message), bytes) };
      } catch (error) {
        return { kind: 'retry', answer: answerLine((error as Error).message), retryAfterMs: null, wholeAccount: true };
      }
    },
    async close() {},
  };
}

/** By the id that is the same at every attempt, so that a mail that is sent again replaces itself. */
function fileName({ messageId }: UserMessage): string {
  return `user-${messageId.replaceAll(/[^\w@.-]/g, '').slice(0, LONGEST_NAME)}.eml`;
}
