/** Hashes passwords and compares them. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { GracelineError } from '../errors.ts';
import { FairLine } from './fair-line.ts';

/** What one hash costs: `N` = 2^ln blocks of 128 · r bytes, p times over (RFC 7914). */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/**
 * One of the settings OWASP's Password Storage Cheat Sheet holds to be equally strong: 32 MiB and about 0.2 s a hash. Its
 * first, N = 2^17 with p = 1, takes 128 MiB each, which several at once would make the largest thing in the process.
 */
const COST: ScryptCost = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Of Node's four threads, so that look-ups of names and files go on beside. */
const AT_ONCE = 2;
/** Past these a caller would wait for longer than anybody does. */
const MAX_WAITING = 60;
const RETRY_AFTER_SECONDS = 5;
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes as `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, the PHC string format, so that the cost may rise later. */
export class Passwords {
  private readonly line = new FairLine(AT_ONCE, MAX_WAITING, tooMany);
  /** Stands in for the hash a user does not have. */
  private readonly decoy: string;

  constructor(private readonly cost = COST) {
    this.decoy = phc(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));
  }

  /**
   * A new hash with a salt of its own.
   *
   * @param accountNumber whose user it is for: accounts take turns, so that none can keep the people of the others waiting
   * @throws GracelineError RATE_LIMITED where too many wait already
   */
  async hash(password: string, accountNumber: number): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    return phc(this.cost, salt, await this.derive(password, accountNumber, salt, HASH_BYTES, this.cost));
  }

  /**
   * Whether this is the password.
   *
   * @param stored the user's hash; null where there is no user or no password, which takes as long and is never true
   * @param accountNumber as in {@link hash}
   * @throws GracelineError RATE_LIMITED where too many wait already
   */
  async matches(password: string, stored: string | null, accountNumber: number): Promise<boolean> {
    const { cost, salt, hash } = parsed(stored ?? this.decoy);
    const derived = await this.derive(password, accountNumber, salt, hash.length, cost);
    return timingSafeEqual(derived, hash) && stored !== null;
  }

  private derive(password: string, accountNumber: number, salt: Buffer, length: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
    // One character can be written in several ways; the keyboard must not decide which password it is.
    const text = password.normalize('NFKC');
    const options = { N: 2 ** ln, r, p, maxmem: 2 ** (ln + 8) * r };
    return this.line.run(
      accountNumber,
      () =>
        new Promise<Buffer>((resolve, reject) => {
          scrypt(text, salt, length, options, (error, derived) => (error ? reject(error) : resolve(derived)));
        }),
    );
  }
}

function tooMany(): GracelineError {
  return new GracelineError('RATE_LIMITED', `Too many are signing in at once. Try again in ${RETRY_AFTER_SECONDS} s.`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

function phc({ ln, r, p }: ScryptCost, salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

function parsed(text: string): { cost: ScryptCost; salt: Buffer; hash: Buffer } {
  const [, ln, r, p, salt, hash] = PHC.exec(text) ?? [];
  if (!salt || !hash) throw new Error('A stored password hash is none of ours.');
  return { cost: { ln: Number(ln), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
