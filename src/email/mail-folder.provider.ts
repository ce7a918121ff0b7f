import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
