/** Services that ask over connections they keep, one question after the other on each. */
import { Agent, request as httpRequest } from 'node:http';
import { answering } from '../fanout/child.ts';

/** What is asked, and how often. */
export interface Asking {
  /** E.g. `http://127.0.0.1:4000/ofrep/v1/evaluate/flags/tls`. */
  readonly url: string;
  readonly authorization: string;
  /** What is posted, as JSON, in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly requests: number;
}

/** What came of it. */
export interface Asked {
  readonly elapsedMs: number;
  /** Of each request, in ms. */
  readonly latenciesMs: number[];
}

async function ask({ bodies, connections, requests, ...to }: Asking): Promise<Asked> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  let next = 0;
  const started = performance.now();
  const run = async () => {
    while (next < requests) {
      const at = performance.now();
      await once(to, bodies[next++ % bodies.length]!, agent);
      latenciesMs.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: connections }, run));
  agent.destroy();
  return { elapsedMs: performance.now() - started, latenciesMs };
}

function once({ url, authorization }: Pick<Asking, 'url' | 'authorization'>, body: string, agent: Agent): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`Answered ${response.statusCode}.`))));
    });
    request.on('error', reject).end(body);
  });
}

answering(null, { ask });
