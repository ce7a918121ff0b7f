/** A subscriber that outlives every server: it connects to any that is there and goes on after the last event it has. */
import { WebSocket } from 'ws';
import { isAfter } from '../../../src/events/log.ts';
import { atEndOfFile } from '../../support/end-of-file.ts';
import { BrokenPromise } from '../fault.ts';

const QUERY = 'subscription ($after: String) { accountMigrationChanged(after: $after) { cursor } }';
const RETRY_AFTER_MS = 100;
/** A server sends pings more often than this; where none comes the connection is dead. */
const SILENCE_MS = 30_000;

interface Message {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly accountMigrationChanged: { readonly cursor: string } }; readonly errors?: unknown };
}

/** See the top of this file. */
export class LogWatcher {
  /** Of every event, in the order they came; whoever has compared them may take them away. */
  cursors: string[] = [];
  /** How often it had to begin again. */
  resumed = 0;
  private socket: WebSocket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private broken: BrokenPromise | undefined;

  /**
   * @param urls of the servers, one of which it takes each time
   * @param after where it begins
   */
  constructor(
    private readonly urls: readonly string[],
    private readonly token: string,
    private after: string,
  ) {
    this.connect();
    atEndOfFile(() => this.close());
  }

  /** @throws BrokenPromise where an event came twice or out of order */
  check(): void {
    if (this.broken) throw this.broken;
  }

  private close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.terminate();
  }

  private connect(): void {
    const url = this.urls[this.resumed % this.urls.length]!;
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${this.token}` },
    });
    this.socket = socket;
    const lively = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => socket.terminate(), SILENCE_MS);
    };
    lively();
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('ping', lively);
    socket.on('message', (data: Buffer) => {
      lively();
      this.take(JSON.parse(data.toString()) as Message, socket);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(this.timer);
      if (this.closed) return;
      this.resumed += 1;
      this.timer = setTimeout(() => this.connect(), RETRY_AFTER_MS);
    });
  }

  private take({ type, payload }: Message, socket: WebSocket): void {
    if (type === 'connection_ack')
      return socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { after: this.after } } }));
    if (type === 'next' && payload?.data) {
      const { cursor } = payload.data.accountMigrationChanged;
      if (!isAfter(cursor, this.after)) this.broken ??= new BrokenPromise(`A subscriber got ${cursor} after ${this.after}`);
      this.after = cursor;
      this.cursors.push(cursor);
      return;
    }
    // A server that cannot go on says so, e.g. because its database is away.
    if (type === 'error' || type === 'complete' || type === 'next') socket.terminate();
  }
}
