import type { IncomingMessage } from 'node:http';
import { GracelineError } from '../errors.ts';

/** So many parts are copied together: kept one by one, parts of a byte each would take two hundred times what they hold. */
const PARTS_IN_BLOCK = 128;

/**
 * Reads a request's body. Once it is refused nothing more of it is read; what becomes of the rest is `endAnswer`'s.
 *
 * @param limit in bytes
 * @param watch sees each part as it arrives; what it throws refuses the body
 * @throws GracelineError TOO_LARGE, or the error of a connection that broke
 */
export function readBody(request: IncomingMessage, limit: number, watch: (part: Buffer) => void = () => undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const blocks: Buffer[] = [];
    let parts: Buffer[] = [];
    let size = 0;
    const refuse = (reason: Error) => {
      blocks.length = 0;
      parts = [];
      request.removeAllListeners('data').pause();
      reject(reason);
    };
    const tooLarge = () => new GracelineError('TOO_LARGE', `The request is larger than ${limit} bytes. Send less at a time.`, { limit });
    request.once('error', reject);
    request.once('close', () => {
      // An error is dear to make, and every request that was whole closes too.
      if (!request.readableEnded) reject(new Error('The connection closed before the request was whole.'));
    });
    request.once('end', () => resolve(joined([...blocks, ...parts])));
    if (Number(request.headers['content-length']) > limit) return refuse(tooLarge());
    request.on('data', (part: Buffer) => {
      if (size + part.length > limit) return refuse(tooLarge());
      size += part.length;
      parts.push(part);
      if (parts.length === PARTS_IN_BLOCK) blocks.push(Buffer.concat(parts.splice(0)));
      try {
        watch(part);
      } catch (reason) {
        refuse(reason as Error);
      }
    });
  });
}

/** Most bodies come in one part. */
function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
