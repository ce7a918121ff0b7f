import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is read away of a request nobody wants, so that its connection can serve the next. */
const READ_AWAY_BYTES = 64 * 1_024;
const READ_AWAY_MS = 1_000;
/** So long a client that is still sending has for the answer, before its connection is cut. Closed at once, it might never see it. */
const LINGER_MS = 500;
const BODILESS: readonly number[] = [204, 304];

/**
 * Sends an answer whole. Where the request has far more to come than anybody wants, it is left in the network, and the
 * connection ends: reading 50 MB to throw them away costs more than any answer.
 *
 * @param body the whole of it
 */
export function endAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): void {
  // An answer that has no body by its status must not say how long it is.
  const whole = BODILESS.includes(status) ? headers : { ...headers, 'content-length': Buffer.byteLength(body) };
  if (isRead(request)) {
    response.writeHead(status, whole).end(body);
    return;
  }
  readAway(request, (read) => {
    if (response.destroyed) return;
    if (read) {
      response.writeHead(status, whole).end(body);
      return;
    }
    // To end it would make node read on.
    response.writeHead(status, { ...whole, connection: 'close' }).write(body);
    setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  });
}

function isRead({ headers, readableEnded }: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return readableEnded || (coding === undefined && length === '0');
}

/** @param done called once: true where the request is read to its end, false where it is too long or too slow for that */
function readAway(request: IncomingMessage, done: (read: boolean) => void): void {
  let left = READ_AWAY_BYTES;
  const onData = (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) finish(false);
  };
  const onEnd = () => finish(true);
  const onClose = () => finish(false);
  const timer = setTimeout(() => finish(false), READ_AWAY_MS);
  const finish = (read: boolean) => {
    clearTimeout(timer);
    request.off('data', onData).off('end', onEnd).off('close', onClose);
    if (!read) request.pause();
    done(read);
  };
  request.on('end', onEnd).on('close', onClose);
  if (Number(request.headers['content-length']) > READ_AWAY_BYTES || request.destroyed) finish(false);
  else request.on('data', onData).resume();
}
