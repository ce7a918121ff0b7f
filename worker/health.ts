import { createServer, type Server } from 'node:http';
import { GracelineError } from '../src/errors.ts';

/** A question that hangs, e.g. to a database behind a dead socket, is answered with no. */
const ANSWER_WITHIN_MS = 2_000;

/** What the two questions of an orchestrator are answered with. */
export interface HealthChecks {
  /** Whether the process does its work; if not, a restart may help. Null where all is well, else what is wrong. */
  live(): string | null;
  /** Whether it and all it needs are there. Null where all is well, else what is wrong. */
  ready(): Promise<string | null>;
}

/**
 * Serves `/healthz` (live) and `/readyz` (ready): 200, or 503 with the reason.
 *
 * @throws GracelineError PORT_IN_USE where another process has the port
 */
export async function startHealthServer(host: string, port: number, checks: HealthChecks): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const report = (fault: string | null) => answer(fault === null ? 200 : 503, fault === null ? { status: 'ok' } : { status: 'unavailable', reason: fault });
    if (request.url === '/healthz') report(checks.live());
    else if (request.url === '/readyz') void readiness(checks).then(report);
    else answer(404, { status: 'not found' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? portInUse(host, port, error) : error));
    server.listen(port, host, resolve);
  });
  return server;
}

async function readiness(checks: HealthChecks): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => (timer = setTimeout(resolve, ANSWER_WITHIN_MS, 'no answer in time')));
  const answer = checks.ready().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
}

function portInUse(host: string, port: number, cause: Error): GracelineError {
  return new GracelineError('PORT_IN_USE', `Port ${port} on ${host} is taken by another process. Stop that one, or set WORKER_PORT to a free port.`, { port }, { cause });
}
