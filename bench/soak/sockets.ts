import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Subscribers at a time. */
const STANDING = 60;
/** Every so many leave without a word, as a laptop that is shut does. */
const CUT_EVERY = 4;
const SUBSCRIPTION = `subscription ($after: String) {
  accountMigrationChanged(after: $after) { cursor type accountMigration { account { id } migration { key } state { enabled reason } } }
}`;

/** Subscribers to what all accounts decide, who come and go. */
export class Sockets {
  private readonly sockets: WebSocket[] = [];
  private count = 0;
  private errors: string[] = [];
  private gone = 0;

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Opens as many as there are to be. */
  async open(): Promise<void> {
    for (let i = 0; i < STANDING; i++) await once(this.connect(), 'message');
  }

  /** One more comes and the oldest goes. */
  comeAndGo(): void {
    this.connect();
    const oldest = this.sockets.shift()!;
    this.gone += 1;
    leave(oldest, this.gone % CUT_EVERY === 0);
  }

  /** Messages and errors since it was last asked. */
  take(): { readonly count: number; readonly errors: readonly string[] } {
    const { count, errors } = this;
    this.count = 0;
    this.errors = [];
    return { count, errors };
  }

  /** All go; resolves once they are gone. */
  async close(): Promise<void> {
    const left = this.sockets.splice(0);
    await Promise.all(
      left.map(async (socket) => {
        const closed = once(socket, 'close');
        leave(socket, false);
        await closed;
      }),
    );
  }

  private connect(): WebSocket {
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false });
    socket.on('error', (error) => this.errors.push(error.message));
    socket.on('close', (code, reason) => {
      const place = this.sockets.indexOf(socket);
      if (place === -1) return;
      // Whoever closes all waits for those that are there.
      this.sockets.splice(place, 1);
      this.errors.push(`A socket was closed with ${code} ${reason.toString()}.`);
    });
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${this.token}` } })));
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION, variables: { after: null } } }));
      socket.on('message', (data: Buffer) => this.note(data.toString()));
    });
    this.sockets.push(socket);
    return socket;
  }

  private note(text: string): void {
    if (text.includes('"type":"next"') && !text.includes('"errors"')) this.count += 1;
    else if (!text.includes('"type":"ping"')) this.errors.push(text.slice(0, 300));
  }
}

/** Who has not come yet is waited for. */
function leave(socket: WebSocket, cut: boolean): void {
  if (socket.readyState === WebSocket.CONNECTING) socket.once('open', () => socket.close(1000));
  else if (cut) socket.terminate();
  else socket.close(1000);
}
