/** Where encryption keys come from: the setting ENCRYPTION_KEYS, or on one's own machine a file that is made at the first start. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GracelineError } from '../errors.ts';
import type { EncryptionKey } from './secret-box.ts';

/** The keys of one machine. */
export interface LocalKeys {
  /** What ENCRYPTION_KEYS would hold. */
  readonly text: string;
  readonly keys: readonly EncryptionKey[];
}

const KEY_BYTES = 32;
const FILE = 'encryption-keys';

/**
 * Reads `<id>:<base64 of 32 bytes>`, separated by commas; the first seals.
 *
 * @returns null where it is anything else, or two keys have the same id
 */
export function parseEncryptionKeys(text: string): EncryptionKey[] | null {
  const keys = text.split(',').map((entry) => {
    const [id = '', key = ''] = entry.trim().split(':');
    return { id, key: Buffer.from(key, 'base64') };
  });
  const ids = new Set(keys.map(({ id }) => id));
  const wrong = ids.size < keys.length || keys.some(({ id, key }) => !/^[\w-]{1,32}$/.test(id) || key.length !== KEY_BYTES);
  return wrong ? null : keys;
}

/**
 * The keys of a database that lives in this folder: those of its file, which is made where there is none.
 *
 * @param dataDir DATA_DIR
 * @throws GracelineError INVALID_SETTINGS where the file holds something else
 */
export async function localEncryptionKeys(dataDir: string): Promise<LocalKeys> {
  const file = join(dataDir, FILE);
  const found = await contentOf(file);
  const text = found ?? (await makeFile(dataDir, file));
  const keys = parseEncryptionKeys(text);
  if (keys) return { text, keys };
  throw new GracelineError(
    'INVALID_SETTINGS',
    `${file} does not hold what ENCRYPTION_KEYS takes. Bring it back as it was; secrets sealed with its keys open with nothing else.`,
  );
}

/** A whole file appears or none: two processes starting at once end up with the same key. */
async function makeFile(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `local:${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return (await readFile(file, 'utf8')).trim();
}

async function contentOf(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
