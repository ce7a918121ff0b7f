/** What the campaign sends: one thing at a time, as data, so that it can be shrunk, sent again and shown. */
import type { Caller } from '../../support/every-field.ts';

/** Who sends it; `WRONG` has a token that was never made. */
export type Sender = Caller | 'WRONG';

/** A request over HTTP, on a connection that others use before and after. */
export interface HttpAttempt {
  readonly kind: 'http';
  readonly as: Sender;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Bytes on a connection of their own. */
export interface RawAttempt {
  readonly kind: 'raw';
  readonly bytes: Buffer;
}

/** Messages on a WebSocket of its own; bytes are written beneath it, as frames that no library would send. */
export interface SocketAttempt {
  readonly kind: 'socket';
  readonly as: Sender;
  readonly protocol: string;
  readonly messages: readonly (string | { readonly binary: Buffer } | { readonly frames: Buffer })[];
}

export type Attempt = HttpAttempt | RawAttempt | SocketAttempt;

/** More of one thing nobody reads in a terminal. In characters. */
const SHOWN = 4_000;

/** How to send an attempt again by hand; where it is too long to be shown, its beginning. Tokens are named after their owner. */
export function asCommand(attempt: Attempt, url: string, tokens: Readonly<Record<string, string>>): string {
  const text = commandOf(attempt, url);
  const named = Object.entries(tokens).reduce((shown, [owner, token]) => shown.replaceAll(token, `$${owner}_TOKEN`), text);
  return named.length > SHOWN ? `${named.slice(0, SHOWN)}… (${named.length} characters)` : named;
}

function commandOf(attempt: Attempt, url: string): string {
  if (attempt.kind === 'raw') return `printf '${escaped(attempt.bytes)}' | nc ${new URL(url).host.replace(':', ' ')}`;
  if (attempt.kind === 'socket') {
    const sent = attempt.messages.map((message) => {
      if (typeof message === 'string') return JSON.stringify(message);
      return 'binary' in message ? `binary '${escaped(message.binary)}'` : `frames '${escaped(message.frames)}'`;
    });
    return `A WebSocket to ${url}/graphql as ${attempt.as}, subprotocol "${attempt.protocol}", on which is sent:\n${sent.join('\n')}`;
  }
  const { as, method, path, headers, body } = attempt;
  const all = { ...(hasToken(as) && { authorization: `Bearer $${as}_TOKEN` }), ...headers };
  const given = Object.entries(all).map(([name, value]) => `-H ${JSON.stringify(`${name}: ${value}`)}`);
  const data = body === undefined ? [] : [`--data-binary $'${escaped(Buffer.from(body))}'`];
  return [`curl -i -X ${method} '${url}${path}'`, ...given, ...data].join(' ');
}

/** Whether somebody comes with a token. */
export function hasToken(sender: Sender): boolean {
  return sender !== 'NONE';
}

/** As bash and printf read them. */
function escaped(bytes: Buffer): string {
  const shown = bytes.subarray(0, SHOWN);
  let text = '';
  for (const byte of shown) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
