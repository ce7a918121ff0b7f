import { Agent, request as httpRequest } from 'node:http';

/** More at once than answers in time ever are. */
const CONNECTIONS = 64;

/** What came of requests. */
export interface Answers {
  readonly readsMs: number[];
  readonly optInsMs: number[];
  requests: number;
  readonly errors: string[];
}

/** Requests over connections that are kept, each timed from when it is due to its whole answer. Never throws: errors are kept. */
export class Requests {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  private readonly underWay = new Set<Promise<void>>();
  private taken: Answers = empty();

  /** @param url e.g. `http://127.0.0.1:4000` */
  constructor(private readonly url: string) {}

  read(token: string, query: string, variables: object): Promise<void> {
    return this.graphql(token, query, variables, (ms) => this.taken.readsMs.push(ms));
  }

  optIn(token: string, query: string, variables: object): Promise<void> {
    return this.graphql(token, query, variables, (ms) => this.taken.optInsMs.push(ms));
  }

  change(token: string, query: string, variables: object): Promise<void> {
    return this.graphql(token, query, variables, () => undefined);
  }

  /** All flags of an account, by OFREP. */
  flags(token: string, account: string): Promise<void> {
    return this.send(token, '/ofrep/v1/evaluate/flags', { context: { targetingKey: account } }, (ms) => this.taken.readsMs.push(ms));
  }

  /** What came since it was last asked. */
  take(): Answers {
    const { taken } = this;
    this.taken = empty();
    return taken;
  }

  /** Waits for the answers that are still to come, and lets go of the connections. */
  async close(): Promise<void> {
    await Promise.all(this.underWay);
    this.agent.destroy();
  }

  private graphql(token: string, query: string, variables: object, note: (ms: number) => void): Promise<void> {
    return this.send(token, '/graphql', { query, variables }, note);
  }

  private send(token: string, path: string, body: object, note: (ms: number) => void): Promise<void> {
    const started = performance.now();
    const sent = post(`${this.url}${path}`, token, JSON.stringify(body), this.agent).then(
      (fault) => {
        if (fault === null) note(performance.now() - started);
        else this.taken.errors.push(fault);
      },
      (error: unknown) => void this.taken.errors.push(String(error)),
    );
    this.taken.requests += 1;
    this.underWay.add(sent);
    return sent.finally(() => this.underWay.delete(sent));
  }
}

function empty(): Answers {
  return { readsMs: [], optInsMs: [], requests: 0, errors: [] };
}

/** @returns what is wrong with the answer; null for nothing */
function post(url: string, token: string, body: string, agent: Agent): Promise<string | null> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        const fine = response.statusCode === 200 && !text.startsWith('{"errors"') && !text.includes('"errors":[');
        resolve(fine ? null : `${response.statusCode} ${text.slice(0, 300)}`);
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The server let go of an idle connection in the moment it was taken for this: https://nodejs.org/api/http.html#requestreusedsocket
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(post(url, token, body, agent));
      else reject(error);
    });
    request.end(body);
  });
}
