import type { IncomingMessage } from 'node:http';
import { GracelineError } from '../errors.ts';

/**
 * Reads a request's body. Past the limit nothing more is read; what becomes of the rest is `endAnswer`'s.
 *
 * @param limit in bytes
 * @throws GracelineError TOO_LARGE, or the error of a connection that broke
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = () => {
      chunks.length = 0;
      request.removeAllListeners('data').pause();
      reject(new GracelineError('TOO_LARGE', `The request is larger than ${limit} bytes. Send less at a time.`, { limit }));
    };
    request.once('error', reject);
    request.once('close', () => reject(new Error('The connection closed before the request was whole.')));
    request.once('end', () => resolve(Buffer.concat(chunks)));
    if (Number(request.headers['content-length']) > limit) return refuse();
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    });
  });
}
