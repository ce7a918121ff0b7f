import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localEncryptionKeys, parseEncryptionKeys } from '../../../src/secrets/encryption-keys.ts';

const key = () => randomBytes(32).toString('base64');

describe('ENCRYPTION_KEYS', () => {
  test('takes keys with a name each', () => {
    expect(parseEncryptionKeys(`2026:${key()}, old_one-1:${key()}`)?.map(({ id }) => id)).toEqual(['2026', 'old_one-1']);
  });

  test.each([
    '',
    '2026',
    '2026:',
    `:${key()}`,
    `a b:${key()}`,
    `a.b:${key()}`,
    `2026:${randomBytes(31).toString('base64')}`,
    `a:${key()},a:${key()}`,
  ])('takes nothing else: %s', (text) => {
    expect(parseEncryptionKeys(text)).toBeNull();
  });
});

describe('the keys of one machine', () => {
  let dir: string;
  beforeEach(async () => {
    dir = join(await mkdtemp(join(tmpdir(), 'graceline-keys-')), 'data');
  });
  afterEach(() => rm(join(dir, '..'), { recursive: true }));

  test('are made once, for nobody else to read', async () => {
    const made = await localEncryptionKeys(dir);
    expect(await localEncryptionKeys(dir)).toEqual(made);
    expect(parseEncryptionKeys(made.text)).toEqual(made.keys);
    expect((await stat(join(dir, 'encryption-keys'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['encryption-keys']);
  });

  test('are the same for all who start at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => localEncryptionKeys(dir)));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(await readdir(dir)).toEqual(['encryption-keys']);
  });

  test('are not replaced where the file was damaged', async () => {
    await localEncryptionKeys(dir);
    await writeFile(join(dir, 'encryption-keys'), '');
    await expect(localEncryptionKeys(dir)).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
  });
});
