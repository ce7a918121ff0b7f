import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP } from 'node:net';
import { GracelineError } from '../errors.ts';
import { ATTEMPT_TIMEOUT_MS, MAX_ANSWER_LENGTH } from './webhook.rules.ts';
import type { CheckedUrl, WebhookGuard } from './webhook-guard.ts';

/** Of an answer's body; the status has decided by then. */
const MAX_BODY_BYTES = 4_096;
/** What a body may take after its status: a receiver that never ends it has said what counts. */
const BODY_MS = 1_000;

/** What came of one request. */
export interface RequestOutcome {
  /** Null where there was no answer. */
  readonly statusCode: number | null;
  /** The beginning of the answer, or why there was none. */
  readonly answer: string;
  readonly durationMs: number;
}

/** Posts webhooks: to the address that was checked, following no redirect, each on a connection of its own. */
export class WebhookRequests {
  /**
   * @param timeoutMs the hard deadline, DNS included
   * @param ca certificates to trust instead of the system's; given by tests
   */
  constructor(
    private readonly guard: Pick<WebhookGuard, 'check'>,
    private readonly timeoutMs: number = ATTEMPT_TIMEOUT_MS,
    private readonly ca?: string,
  ) {}

  /** Sends one request. Never rejects: whatever goes wrong with a receiver is an outcome. */
  async post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<RequestOutcome> {
    const begun = performance.now();
    const deadline = AbortSignal.timeout(this.timeoutMs);
    const outcome = await this.attempt(url, headers, body, deadline).catch((error: unknown) => ({
      statusCode: null,
      answer: this.reasonOf(error, deadline),
    }));
    return { ...outcome, answer: shown(outcome.answer), durationMs: Math.round(performance.now() - begun) };
  }

  private async attempt(url: string, headers: Readonly<Record<string, string>>, body: string, deadline: AbortSignal) {
    const late = new Promise<never>((_resolve, reject) => {
      deadline.addEventListener('abort', () => reject(deadline.reason as Error), { once: true });
    });
    const target = await Promise.race([this.guard.check(url), late]);
    const response = await Promise.race([this.send(target, headers, Buffer.from(body), deadline), late]);
    return { statusCode: response.statusCode ?? null, answer: await beginningOf(response) };
  }

  /** Resolves as the head of the answer is there. */
  private send(target: CheckedUrl, headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal) {
    const { url, address, family, port } = target;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = {
      method: 'POST',
      host: address,
      family,
      port,
      path: `${url.pathname}${url.search}`,
      // No pool: a connection that a receiver left in a bad state would spoil the next request.
      agent: false as const,
      signal,
      headers: {
        host: url.host,
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(body.length),
        'user-agent': 'Graceline-Webhooks/1',
        accept: '*/*',
        'accept-encoding': 'identity',
        connection: 'close',
        ...headers,
      },
    };
    const name = url.hostname.replace(/^\[|\]$/g, '');
    const request =
      url.protocol === 'http:'
        ? requestPlain(options)
        : requestTls({ ...options, ...(isIP(name) === 0 && { servername: name }), ...(this.ca !== undefined && { ca: this.ca }) });
    request.on('response', resolve).on('error', reject);
    request.end(body);
    return promise;
  }

  private reasonOf(error: unknown, deadline: AbortSignal): string {
    if (deadline.aborted) return `There was no answer within ${this.timeoutMs / 1_000} s.`;
    if (error instanceof GracelineError) return error.message;
    const { message, code } = error as NodeJS.ErrnoException;
    return `The request failed: ${message === '' ? String(code) : message}.`;
  }
}

/** The first bytes of a body, as far as they come in time; what it breaks off with is no matter, its status counts. */
function beginningOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const end = () => {
      clearTimeout(timer);
      response.destroy();
      resolve(Buffer.concat(parts).subarray(0, MAX_BODY_BYTES).toString('utf8'));
    };
    const timer = setTimeout(end, BODY_MS);
    response.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= MAX_BODY_BYTES) end();
    });
    response.on('end', end).on('error', end).on('close', end);
  });
}

/** Fit to be kept and shown: PostgreSQL holds no NUL, and half a character is none. */
function shown(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, MAX_ANSWER_LENGTH)
    .toWellFormed();
}
