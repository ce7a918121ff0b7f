import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GracelineError } from '../../../src/errors.ts';
import { type EncryptionKey, SecretBox } from '../../../src/secrets/secret-box.ts';

const key = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const OLD = key('2025');
const NEW = key('2026');
const box = new SecretBox([NEW, OLD]);
const place = ['email_settings', 7, 'SMTP', 'password'] as const;
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const places = fc.array(fc.oneof(fc.string({ maxLength: 10 }), fc.nat()), { maxLength: 4 });

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof GracelineError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a sealed text', () => {
  test('opens in its place as it was', () => {
    fc.assert(
      fc.property(text, places, (plain, where) => {
        expect(box.open(box.seal(plain, where), where)).toBe(plain);
      }),
    );
  });

  test('opens in no other place, however alike the two are written', () => {
    const asText = (where: readonly unknown[]) => JSON.stringify(where.map(String));
    fc.assert(
      fc.property(text, places, places, (plain, where, elsewhere) => {
        fc.pre(asText(where) !== asText(elsewhere));
        expect(codeOf(() => box.open(box.seal(plain, where), elsewhere))).toBe('SECRET_UNREADABLE');
      }),
    );
    expect(codeOf(() => box.open(box.seal('a', ['x', 'y']), ['x,y']))).toBe('SECRET_UNREADABLE');
    expect(codeOf(() => box.open(box.seal('a', ['x', 'y']), ['xy']))).toBe('SECRET_UNREADABLE');
  });

  test('does not open once any bit of it was flipped', () => {
    const sealed = box.seal('a password', place);
    const [id, body] = sealed.split('.') as [string, string];
    const bytes = Buffer.from(body, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => box.open(`${id}.${flipped.toString('base64url')}`, place))).toBe('SECRET_UNREADABLE');
    }
  });

  test('does not open once it was cut anywhere', () => {
    const sealed = box.seal('a password', place);
    const [id, body] = sealed.split('.') as [string, string];
    const bytes = Buffer.from(body, 'base64url');
    for (let length = 0; length < bytes.length; length += 1)
      expect(codeOf(() => box.open(`${id}.${bytes.subarray(0, length).toString('base64url')}`, place))).toBe('SECRET_UNREADABLE');
    for (let length = 0; length < id.length + 2; length += 1)
      expect(codeOf(() => box.open(sealed.slice(0, length), place))).toBe('SECRET_UNREADABLE');
  });

  test('is never the same twice, and shows nothing of the text', () => {
    const sealed = Array.from({ length: 2_000 }, () => box.seal('the same password', place));
    const nonces = sealed.map((one) => Buffer.from(one.split('.')[1]!, 'base64url').subarray(0, 12).toString('hex'));
    expect(new Set(nonces).size).toBe(sealed.length);
    expect(sealed.every((one) => !Buffer.from(one.split('.')[1]!, 'base64url').includes('password'))).toBe(true);
  });
});

describe('keys', () => {
  test('the first seals, all open', () => {
    const old = new SecretBox([OLD]).seal('text', place);
    expect(box.open(old, place)).toBe('text');
    expect(box.prefix).toBe('2026.');
    expect(old.startsWith(box.prefix)).toBe(false);
    expect(box.seal('text', place).startsWith(box.prefix)).toBe(true);
  });

  test('a key that is not there opens nothing, and its name is told', () => {
    expect(() => new SecretBox([OLD]).open(box.seal('text', place), place)).toThrow(/"2026" that opens it is not in ENCRYPTION_KEYS/);
  });

  test('another key of the same name opens nothing', () => {
    const impostor = new SecretBox([key('2026')]);
    expect(codeOf(() => impostor.open(box.seal('text', place), place))).toBe('SECRET_UNREADABLE');
  });

  test('the name of the key is bound too', () => {
    const twin = new SecretBox([{ id: 'twin', key: NEW.key }]);
    const renamed = box.seal('text', place).replace('2026.', 'twin.');
    expect(codeOf(() => twin.open(renamed, place))).toBe('SECRET_UNREADABLE');
  });

  test('without any nothing is sealed', () => {
    const none = new SecretBox([]);
    expect(codeOf(() => none.prefix)).toBe('INVALID_SETTINGS');
    expect(codeOf(() => none.seal('text', place))).toBe('INVALID_SETTINGS');
  });
});
