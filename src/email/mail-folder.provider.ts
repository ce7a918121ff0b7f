import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where mails are that are written and not sent. */
export function mailFolder(dataDir: string): string {
  return join(dataDir, 'mail');
}

/** A mail in a folder. */
export interface FolderMail {
  /** Of its file. */
  readonly name: string;
  readonly writtenAt: Date;
}

/**
 * Puts a message into a folder of mails, one file each. Whoever looks into it sees whole mails only.
 *
 * @param folder made where it is missing
 * @param name of the file; one that is there is replaced
 * @returns its path
 * @throws Error that names the path
 */
export async function putIntoFolder(folder: string, name: string, message: Buffer): Promise<string> {
  const path = join(folder, name);
  const draft = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(draft, message);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
  return path;
}

/**
 * The mails of a folder that were written last.
 *
 * @param isMail which names count
 * @returns none where the folder is missing, because nothing was written yet
 */
export async function newestInFolder(
  folder: string,
  limit: number,
  isMail: (name: string) => boolean,
): Promise<{ readonly files: readonly FolderMail[]; readonly total: number }> {
  const names = await readdir(folder).catch(unlessMissing);
  const found = await Promise.all((names ?? []).filter(isMail).map((name) => statOf(folder, name)));
  const files = found.filter((file) => file !== null);
  const newest = files.toSorted((one, other) => other.writtenAt.getTime() - one.writtenAt.getTime() || (one.name < other.name ? 1 : -1));
  return { files: newest.slice(0, limit), total: files.length };
}

/**
 * One mail of a folder.
 *
 * @param name a mere name, in which nothing leads out of the folder
 * @param maxBytes a longer one counts as none
 * @returns null where it is missing
 */
export async function readFromFolder(
  folder: string,
  name: string,
  maxBytes: number,
): Promise<{ readonly bytes: Buffer; readonly writtenAt: Date } | null> {
  const file = await statOf(folder, name);
  if (file === null || file.size > maxBytes) return null;
  const bytes = await readFile(join(folder, name)).catch(unlessMissing);
  return bytes ? { bytes, writtenAt: file.writtenAt } : null;
}

async function statOf(folder: string, name: string): Promise<(FolderMail & { readonly size: number }) | null> {
  const found = await stat(join(folder, name)).catch(unlessMissing);
  return found?.isFile() ? { name, writtenAt: found.mtime, size: found.size } : null;
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
