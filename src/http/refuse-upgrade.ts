import type { Duplex } from 'node:stream';

/**
 * Refuses a connection that asks to become a socket, and ends it whether or not its peer does.
 *
 * @param status with its phrase, e.g. `403 Forbidden`
 * @param retryAfterSeconds when it may be tried again; left out where that would change nothing
 */
export function refuseUpgrade(connection: Duplex, status: string, retryAfterSeconds?: number): void {
  const retry = retryAfterSeconds === undefined ? '' : `retry-after: ${retryAfterSeconds}\r\n`;
  connection.end(`HTTP/1.1 ${status}\r\n${retry}connection: close\r\ncontent-length: 0\r\n\r\n`, () => connection.destroy());
}
