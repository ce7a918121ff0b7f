import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { Book } from './book.ts';
import type { FullOptions } from './options.ts';

const TIMEOUT_MS = 60_000;
/** A piece that is filled to its end is followed by another, even if that stays empty. */
const SPARE_BYTES = 64;
const decompress = promisify(zstdDecompress);

/** What is asked for. */
export interface SnapshotRequest {
  /** A place in the log that it must not lie before; null for any. */
  readonly after: string | null;
  /** The tag of the one that is there already; null for none. */
  readonly etag: string | null;
  readonly signal: AbortSignal;
}

/** What came. */
export interface SnapshotAnswer {
  /** Null where the one that is there already says the same. */
  readonly book: Book | null;
  readonly etag: string;
  /** Changes are followed from here on. */
  readonly cursor: string;
  /** From this instant on it holds, in ms of the epoch. */
  readonly validFrom: number;
}

/** Of an API. */
export type Requester = Pick<FullOptions, 'url' | 'token' | 'unknownAccount'>;

/** That the server gives no snapshot. */
export class RefusedError extends Error {
  /** Of the server; null where what answers says none. */
  readonly code: string | null;

  constructor(code: string | null, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Asks for a snapshot and reads it.
 *
 * @throws Error that says why there is none
 */
export async function requestSnapshot(
  { url, token, unknownAccount }: Requester,
  { after, etag, signal }: SnapshotRequest,
): Promise<SnapshotAnswer> {
  const address = new URL(`${url.replace(/\/$/, '')}/flags/v1/snapshot`);
  if (unknownAccount !== 'AS_MOST') address.searchParams.set('accounts', 'every');
  if (after !== null) address.searchParams.set('after', after);
  const response = await fetch(address, {
    headers: { authorization: await authorizationOf(token), ...(etag !== null && { 'if-none-match': etag }) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const { status, headers } = response;
  if (status !== 200 && status !== 304) throw await refusalIn(response);
  const body = Buffer.from(await response.arrayBuffer());
  const cursor = headers.get('graceline-cursor');
  const tag = headers.get('etag');
  if (cursor === null || tag === null) throw new Error(`What answers at ${address.origin} is no API of Graceline. Check "url".`);
  return {
    book: status === 304 ? null : await Book.read(await unpack(body, Number(headers.get('graceline-size')))),
    etag: tag,
    cursor,
    validFrom: Date.parse(headers.get('graceline-valid-from') ?? ''),
  };
}

/** In one piece: by default it would be put together from hundreds of small ones, which takes twice as long. */
function unpack(body: Buffer, size: number): Promise<Buffer> {
  return decompress(body, { chunkSize: size + SPARE_BYTES });
}

/** What a token is sent as. */
export async function authorizationOf(token: FullOptions['token']): Promise<string> {
  return `Bearer ${typeof token === 'string' ? token : await token()}`;
}

async function refusalIn(response: Response): Promise<RefusedError> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return new RefusedError(error.code, `No snapshot: ${error.code}. ${error.message}`);
  } catch {
    return new RefusedError(null, `No snapshot: the server answered ${response.status}. Check "url".`);
  }
}
