/** Seals what must be stored and read back: credentials, tokens of identity providers, links under way. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { GracelineError } from '../errors.ts';

/** A key with the name by which a sealed text says what opens it. */
export interface EncryptionKey {
  readonly id: string;
  /** 256 bits. */
  readonly key: Buffer;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM (NIST SP 800-38D) with a fresh random nonce for each text. */
export class SecretBox {
  /** @param keys the first seals; all of them open, so that a key can be taken over by the next */
  constructor(private readonly keys: readonly EncryptionKey[]) {}

  /**
   * Seals a text for one place: moved to any other it does not open.
   *
   * @param place what it belongs to, e.g. table, account, provider and field; given again to open it
   * @returns `<key id>.<base64url of nonce, ciphertext and tag>`
   * @throws GracelineError INVALID_SETTINGS where no key is configured
   */
  seal(text: string, place: readonly (string | number)[]): string {
    const { current } = this;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, current.key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(bound(current.id, place));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${current.id}.${sealed.toString('base64url')}`;
  }

  /**
   * Opens what {@link seal} made for the same place.
   *
   * @throws GracelineError SECRET_UNREADABLE where its key is not configured, or it was changed or moved
   */
  open(sealed: string, place: readonly (string | number)[]): string {
    const id = keyIdOf(sealed);
    const key = this.keys.find((candidate) => candidate.id === id);
    if (!key) throw unreadable(`the key "${id}" that opens it is not in ENCRYPTION_KEYS`);
    const bytes = Buffer.from(sealed.slice(id.length + 1), 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable('it is cut off');
    const decipher = createDecipheriv(CIPHER, key.key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(bound(id, place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw unreadable('it was changed, moved from its place, or sealed with another key of the same name', cause);
    }
  }

  /**
   * How everything begins that {@link seal} makes today: what begins otherwise is to be sealed anew.
   *
   * @throws GracelineError INVALID_SETTINGS where no key is configured
   */
  get prefix(): string {
    return `${this.current.id}.`;
  }

  private get current(): EncryptionKey {
    const [current] = this.keys;
    if (current) return current;
    throw new GracelineError('INVALID_SETTINGS', 'ENCRYPTION_KEYS is not set, so nothing secret can be stored. Set it and restart.');
  }
}

function keyIdOf(sealed: string): string {
  return sealed.split('.', 1)[0]!;
}

/** JSON, because two places must never make the same bytes. */
function bound(keyId: string, place: readonly (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify([keyId, ...place.map(String)]));
}

function unreadable(why: string, cause?: unknown): GracelineError {
  return new GracelineError(
    'SECRET_UNREADABLE',
    `A stored secret cannot be opened: ${why}. Give the old key back, or enter the secret again.`,
    {},
    { cause },
  );
}
