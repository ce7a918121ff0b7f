/** A subscriber whose socket is cut again and again, and that resumes each time after the last message it has. */
import { WebSocket } from 'ws';

/** What a {@link ResumingSubscriber} is made of. */
export interface ResumingOptions {
  /** Of the services it connects to, any at each time. */
  readonly urls: readonly string[];
  readonly token: string;
  /** A subscription with one field, which has a `cursor`, and a variable `after`. */
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Where it begins. */
  readonly after: string;
  /** How often it is cut, and after how many messages at most each time. */
  readonly cuts: number;
  readonly messagesPerCut: number;
  readonly random: () => number;
}

/** See the top of this file. */
export class ResumingSubscriber {
  /** Of every message, in the order they came. */
  readonly cursors: string[] = [];
  /** What came instead of a message. */
  readonly faults: string[] = [];
  cuts = 0;
  private socket: WebSocket | null = null;
  private closed = false;

  constructor(private readonly options: ResumingOptions) {
    this.connect();
  }

  /** Leaves. */
  close(): void {
    this.closed = true;
    this.socket?.terminate();
  }

  private connect(): void {
    const { urls, token, query, variables, after, cuts, messagesPerCut, random } = this.options;
    const url = urls[Math.floor(random() * urls.length)]!;
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${token}` },
    });
    this.socket = socket;
    // Now and then before the first message.
    let untilCut = this.cuts < cuts ? Math.floor(random() * (messagesPerCut + 1)) : Infinity;
    const cut = () => {
      this.cuts++;
      socket.removeAllListeners('message');
      socket.terminate();
    };
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; payload?: { data?: Record<string, { cursor: string }> } };
      if (message.type === 'connection_ack') {
        const payload = { query, variables: { ...variables, after: this.cursors.at(-1) ?? after } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        if (untilCut === 0) cut();
      } else if (message.type === 'next' && message.payload?.data) {
        this.cursors.push(Object.values(message.payload.data)[0]!.cursor);
        if (--untilCut === 0) cut();
      } else if (message.type !== 'ping') this.faults.push(data.toString());
    });
    socket.on('error', (error) => this.faults.push(error.message));
    socket.on('close', () => {
      if (!this.closed) this.connect();
    });
  }
}
