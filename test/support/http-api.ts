/** What the servers that stand for providers' HTTP APIs have in common: real sockets, and misbehaviour where a test asks for it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** One mail as the API was told of it. */
export interface ApiMail {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: readonly { readonly name: string; readonly address: string }[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** What else the request says, by its own names. */
  readonly extras: Readonly<Record<string, unknown>>;
}

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON; nothing for none. */
  readonly body?: unknown;
}

/** What the API does with mails that are in order. */
export type ApiBehaviour =
  | 'accept'
  | 'throttle'
  | 'refuseRecipient'
  | 'refuseSender'
  | 'fail'
  | 'silent'
  | 'drip'
  | 'reset'
  | 'garbage'
  | 'redirect';

/** A request that was read whole. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const DRIP_EVERY_MS = 20;

/** How one provider's API reads requests and words its answers. */
export interface ApiDialect {
  /** The mail of a request in order, or the answer to one that is not: a wrong path, key or field. */
  read(request: ApiRequest): Promise<ApiMail | ApiAnswer>;
  /** The answer to a mail; that of `drip` never ends. */
  answerTo(mail: ApiMail, behaviour: Exclude<ApiBehaviour, 'silent' | 'reset' | 'garbage' | 'redirect'>): ApiAnswer;
}

/** The server of one API; see {@link startHttpApi}. */
export class HttpApi {
  /** Mails that were in order, whatever became of them. */
  readonly mails: ApiMail[] = [];
  /** Requests that came whole. */
  requests = 0;
  behaviour: ApiBehaviour = 'accept';
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(private readonly dialect: ApiDialect) {
    this.server = createServer((request, response) => {
      void this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** Where it is, for the base-URL settings. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many connections are open now. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Begins to listen on any free port. */
  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Cuts every connection and stops listening. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    this.requests += 1;
    const mail = await this.dialect.read({ method, path: url, headers, body });
    if ('status' in mail) return write(response, mail);
    this.mails.push(mail);
    if (this.behaviour === 'silent') return;
    if (this.behaviour === 'reset') return void request.socket.resetAndDestroy();
    // Of something in between, not of the API.
    if (this.behaviour === 'garbage') return void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad\ngateway</h1>');
    if (this.behaviour === 'redirect') return void response.writeHead(307, { location: `${this.url}${request.url}` }).end();
    const answer = this.dialect.answerTo(mail, this.behaviour);
    if (this.behaviour !== 'drip') return write(response, answer);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), DRIP_EVERY_MS);
    request.socket.once('close', () => clearInterval(drip));
  }
}

/** Starts a server. The test closes it. */
export async function startHttpApi(dialect: ApiDialect): Promise<HttpApi> {
  const api = new HttpApi(dialect);
  await api.listen();
  return api;
}

function write(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
