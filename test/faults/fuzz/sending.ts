/** Sends one thing to the process that is fuzzed, and gives what came back. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type Attempt, hasToken, type HttpAttempt, type RawAttempt, type Sender, type SocketAttempt } from './attempt.ts';

/** What came back. */
export interface Answer {
  /** Of HTTP, in the order they came; of a socket, of its handshake. None where the connection was just closed. */
  readonly statuses: readonly number[];
  /** All that was said, as text. */
  readonly text: string;
  /** Messages on a socket. */
  readonly messages: readonly string[];
  /** The code a socket was closed with; null where we closed it. */
  readonly closeCode: number | null;
}

/** A request that is not whole is waited for no longer than this: then we say that no more will come. */
const QUIET_MS = 60;
/** The server answers everything within its own limits; a minute is none of them. */
const ANSWER_WITHIN_MS = 60_000;

/** Sends attempts over real sockets: ordinary requests over connections that are kept, all else over ones of its own. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(
    private readonly url: string,
    /** By who sends. */
    readonly tokens: Readonly<Record<string, string>>,
  ) {}

  /** @param id by which the log names the request, where the attempt says no other */
  async send(attempt: Attempt, id: string): Promise<Answer> {
    const late = new AbortController();
    const answer = attempt.kind === 'http' ? this.request(attempt, id) : attempt.kind === 'raw' ? this.raw(attempt) : this.socket(attempt);
    try {
      return await Promise.race([
        answer,
        sleep(ANSWER_WITHIN_MS, undefined, late).then(() => Promise.reject(new Error('There was no answer within a minute.'))),
      ]);
    } finally {
      late.abort();
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async request({ as, method, path, headers, body }: HttpAttempt, id: string): Promise<Answer> {
    const all = { 'x-request-id': id, ...this.authorization(as), ...headers };
    const request = httpRequest(`${this.url}/`, {
      agent: this.agent,
      method,
      path: sendable(path),
      headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, fieldOf(value)])),
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    response.setEncoding('utf8');
    for await (const part of response) text += part as string;
    return { statuses: [response.statusCode!], text, messages: [], closeCode: null };
  }

  private async raw({ bytes }: RawAttempt): Promise<Answer> {
    const connection = connect(Number(new URL(this.url).port), '127.0.0.1');
    let text = '';
    connection.setEncoding('latin1').on('data', (part: string) => (text += part));
    // Cut while we were still sending: what was answered before counts.
    connection.on('error', () => undefined);
    const closed = new Promise((resolve) => connection.once('close', resolve));
    connection.write(bytes);
    await Promise.race([closed, sleep(QUIET_MS)]);
    connection.end();
    await closed;
    return {
      statuses: [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status)),
      text,
      messages: [],
      closeCode: null,
    };
  }

  private async socket({ as, protocol, messages: said }: SocketAttempt): Promise<Answer> {
    const socket = new WebSocket(`${this.url}/graphql`, protocol === '' ? [] : [protocol], {
      headers: this.authorization(as),
      perMessageDeflate: false,
    });
    const messages: string[] = [];
    let handshake = 101;
    let closeCode: number | null = null;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => messages.push(data.toString()));
    socket.once('unexpected-response', (_, response) => {
      handshake = response.statusCode!;
      socket.terminate();
    });
    const closed = new Promise<void>((resolve) => socket.once('close', (code) => ((closeCode = code), resolve())));
    await Promise.race([once(socket, 'open').catch(() => undefined), closed]);
    if (socket.readyState === socket.OPEN) {
      for (const message of said) say(socket, message);
      socket.send('{"type":"ping"}');
      // Answers to what came before come before; where a frame has broken the stream there is none.
      await Promise.race([closed, until(socket, messages), sleep(QUIET_MS)]);
      const heard = closeCode;
      socket.terminate();
      await closed;
      closeCode = heard;
    }
    return { statuses: [handshake], text: messages.join('\n'), messages, closeCode };
  }

  private authorization(as: Sender): Record<string, string> {
    return hasToken(as) ? { authorization: `Bearer ${this.tokens[as]}` } : {};
  }
}

function say(socket: WebSocket, message: SocketAttempt['messages'][number]): void {
  if (typeof message === 'string') socket.send(message.toWellFormed());
  else if ('binary' in message) socket.send(message.binary);
  else (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(message.frames);
}

/** Resolves with the pong. */
async function until(socket: WebSocket, messages: readonly string[]): Promise<void> {
  while (!messages.at(-1)?.includes('"pong"')) await once(socket, 'message');
}

/** node refuses to send what no address and no header may hold; that is for raw requests. */
function sendable(path: string): string {
  return path.replaceAll(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()));
}

function fieldOf(value: string): string {
  return value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}
