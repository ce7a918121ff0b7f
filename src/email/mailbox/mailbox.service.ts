import PostalMime, { type Address, type Email } from 'postal-mime';
import { GracelineError } from '../../errors.ts';
import { type FolderMail, newestInFolder, readFromFolder } from '../mail-folder.provider.ts';
import { isMailName } from './mailbox.rules.ts';

/** Whoever looks for an older one looks into the folder. */
const MAX_LISTED = 100;
/** None of ours is near it; the page shows a longer one's beginning nowhere. */
const MAX_BYTES = 2 * 1_024 * 1_024;

/** A mail in the list. Texts are whatever the mail says, of any length. */
export interface MailSummary {
  /** Of its file. */
  readonly name: string;
  readonly writtenAt: Date;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
}

/** One mail, read. */
export interface MailContent extends MailSummary {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly bytes: number }[];
}

/** What the list shows. */
export interface MailList {
  readonly mails: readonly MailSummary[];
  /** How many there are in all. */
  readonly total: number;
}

/** Reads the mails that a platform without a mail server has in a folder. For development: nobody is asked who they are. */
export class MailboxService {
  /** @param folder in which they are; null where mail goes out */
  constructor(private readonly folder: string | null) {}

  /** Whether mails stay here at all. */
  get keepsMail(): boolean {
    return this.folder !== null;
  }

  /** The newest mails. */
  async list(): Promise<MailList> {
    if (this.folder === null) return { mails: [], total: 0 };
    const { files, total } = await newestInFolder(this.folder, MAX_LISTED, isMailName);
    const mails: MailSummary[] = [];
    // One by one: a hundred mails at once are all in memory.
    for (const file of files) {
      const read = await this.read(file);
      if (read) mails.push(read);
    }
    return { mails, total };
  }

  /**
   * One mail.
   *
   * @throws GracelineError NOT_FOUND where there is none of this name, whatever it looks like
   */
  async mail(name: string): Promise<MailContent> {
    const file = this.folder !== null && isMailName(name) ? { name, writtenAt: null } : null;
    const mail = file && (await this.read(file));
    if (!mail) throw new GracelineError('NOT_FOUND', 'There is no such mail. The mailbox lists those there are.');
    return mail;
  }

  /** Null where it is gone meanwhile, or no mail of ours by its size. */
  private async read({ name, writtenAt }: { name: string; writtenAt: Date | null }): Promise<MailContent | null> {
    const file = await readFromFolder(this.folder!, name, MAX_BYTES);
    return file && contentOf({ name, writtenAt: writtenAt ?? file.writtenAt }, await PostalMime.parse(file.bytes));
  }
}

function contentOf({ name, writtenAt }: FolderMail, mail: Email): MailContent {
  const { headers, from, to, subject, text, html, attachments } = mail;
  return {
    name,
    writtenAt,
    from: from ? addressText(from) : '',
    to: (to ?? []).map(addressText).join(', '),
    subject: subject ?? '',
    headers: headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    text: text ?? null,
    html: html ?? null,
    attachments: attachments.map(({ filename, mimeType, content }) => ({
      name: filename ?? 'without a name',
      type: mimeType,
      bytes: typeof content === 'string' ? content.length : content.byteLength,
    })),
  };
}

function addressText({ name, address }: Address): string {
  return name ? `${name} <${address ?? ''}>` : (address ?? '');
}
