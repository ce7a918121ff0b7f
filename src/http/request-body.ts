import type { IncomingMessage } from 'node:http';
import { GracelineError } from '../errors.ts';

/**
 * Reads a request's body. Once it is refused nothing more of it is read; what becomes of the rest is `endAnswer`'s.
 *
 * @param limit in bytes
 * @param watch sees each part as it arrives; what it throws refuses the body
 * @throws GracelineError TOO_LARGE, or the error of a connection that broke
 */
export function readBody(request: IncomingMessage, limit: number, watch: (part: Buffer) => void = () => undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let held: Buffer = Buffer.of();
    let size = 0;
    const refuse = (reason: Error) => {
      held = Buffer.of();
      request.removeAllListeners('data').pause();
      reject(reason);
    };
    const tooLarge = () => new GracelineError('TOO_LARGE', `The request is larger than ${limit} bytes. Send less at a time.`, { limit });
    request.once('error', reject);
    request.once('close', () => {
      // An error is dear to make, and every request that was whole closes too.
      if (!request.readableEnded) reject(new Error('The connection closed before the request was whole.'));
    });
    request.once('end', () => resolve(held.subarray(0, size)));
    if (Number(request.headers['content-length']) > limit) return refuse(tooLarge());
    request.on('data', (part: Buffer) => {
      if (size + part.length > limit) return refuse(tooLarge());
      held = append(held, size, part);
      size += part.length;
      try {
        watch(part);
      } catch (reason) {
        refuse(reason as Error);
      }
    });
  });
}

/**
 * Copies a part behind the others: kept one by one, parts of a byte each would take two hundred times what they hold.
 *
 * @param size how much of what is held is taken
 * @returns what holds all of it, with room for more or without
 */
function append(held: Buffer, size: number, part: Buffer): Buffer {
  // Most bodies come in one part.
  if (size === 0) return part;
  const needed = size + part.length;
  const roomy = needed <= held.length ? held : Buffer.allocUnsafe(2 * needed);
  if (roomy !== held) held.copy(roomy, 0, 0, size);
  part.copy(roomy, size);
  return roomy;
}
