import type { Config } from '../../config.ts';
import { composeMessage } from '../compose-message.provider.ts';
import { mailFolder, putIntoFolder } from '../mail-folder.provider.ts';
import { loginOf } from '../smtp-login.ts';
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
  if (config.SMTP_URL === undefined) return folderProvider(mailFolder(config.DATA_DIR));
  return patient(poolProvider({ url: config.SMTP_URL }, config.MAIL_TIMEOUT_SECONDS * 1_000, { login: loginOf(config.SMTP_URL) }));
}

/** A login that the platform's own server refuses is the operator's to mend, and no account's mail is lost over it. */
function patient(provider: EmailProvider): EmailProvider {
  return {
    async send(message, signal) {
      const result = await provider.send(message, signal);
      if (result.kind !== 'rejected' || result.about !== 'CREDENTIALS') return result;
      return { kind: 'retry', answer: result.answer, retryAfterMs: null, wholeAccount: true };
    },
    close: () => provider.close(),
  };
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
