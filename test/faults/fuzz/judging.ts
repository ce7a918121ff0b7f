/** What must hold of every answer and of every line of the log. */
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { CloseCode } from 'graphql-ws';
import { ERROR_STATUS } from '../../../src/errors.ts';
import type { Answer } from './sending.ts';
import type { Attempt } from './attempt.ts';

const CODES: ReadonlySet<unknown> = new Set([
  ...Object.keys(ERROR_STATUS).filter((code) => ERROR_STATUS[code as keyof typeof ERROR_STATUS] < 500),
  ...Object.values(ApolloServerErrorCode).filter((code) => code !== ApolloServerErrorCode.INTERNAL_SERVER_ERROR),
]);

/** What a process says of its inside. None of the texts that are sent looks like any of it. */
const INSIDE =
  /\n\s+at |node_modules|\/src\/[\w/-]+\.ts|\.ts:\d+|syntax error at or near|violates [\w-]+ constraint|invalid input syntax|invalid byte sequence|out of range for type|duplicate key value|relation "\w+"|\b(?:select|insert into|delete from) [\w"]+ (?:from|values|where)\b|(?:Driver|Query|Type|Range|Reference)(?:Exception|Error)|Cannot read propert|is not a function/;

/** Codes by which a socket is closed for a reason of ours: those of the protocol of WebSockets, and of graphql-transport-ws. */
const OUR_FAULTS: readonly number[] = [1011, 1012, 1013, 1014, CloseCode.InternalServerError];

/** What is answered with 503 although nothing is wrong: there is no worker, and perhaps no build of the dashboard. */
const MISSING = /"status":"not ready"|<title>The dashboard is not built/;

/** What is wrong with an answer, in a sentence; null where all that is promised holds. */
export function faultOf(attempt: Attempt, { statuses, text, messages, closeCode }: Answer): string | null {
  const status = statuses.find((one) => one >= 500);
  if (status !== undefined && !(status === 503 && (MISSING.test(text) || isHead(attempt))))
    return `It was answered with ${status}: ${start(text)}`;
  const inside = insideIn(text);
  if (inside !== null && !isEchoed(attempt, inside)) return `The answer tells of the inside ("${inside}"): ${start(text)}`;
  if (attempt.kind === 'socket') return faultOfSocket(messages, closeCode);
  return attempt.kind === 'http' ? faultOfErrors(statuses[0]!, text) : null;
}

/** How an attempt was answered, for the summary: the codes of its errors, or its status. */
export function codesOf(attempt: Attempt, { statuses, text, closeCode }: Answer): string[] {
  const codes = [...text.matchAll(/"(?:code|errorCode)":\s*"([A-Z_]{4,40})"/g)].map(([, code]) => code!);
  if (codes.length > 0) return [...new Set(codes)];
  if (attempt.kind !== 'socket') return statuses.length === 0 ? ['closed'] : [...new Set(statuses)].map((status) => `status ${status}`);
  return [closeCode === null ? `socket ${statuses[0]}` : `socket closed with ${closeCode}`];
}

/** What is wrong with a line of the log; null where nothing is. */
export function faultOfLine(line: string): string | null {
  let entry: { readonly level?: unknown; readonly msg?: unknown };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return `The process printed what is no entry of a log: ${start(line)}`;
  }
  if (typeof entry.level !== 'number' || entry.level >= 50) return `The log has an error: ${start(line)}`;
  if (/\\n\s+at |"stack"/.test(line)) return `The log shows a stack: ${start(line)}`;
  return insideIn(line) === null ? null : `The log tells of the inside: ${start(line)}`;
}

function faultOfSocket(messages: readonly string[], closeCode: number | null): string | null {
  if (closeCode !== null && OUR_FAULTS.includes(closeCode)) return `The socket was closed with ${closeCode}.`;
  for (const message of messages) {
    const { type, payload } = JSON.parse(message) as { readonly type: string; readonly payload?: unknown };
    const errors = type === 'error' ? payload : type === 'next' ? ((payload as { errors?: unknown }).errors ?? []) : [];
    const fault = faultOfList(errors, message);
    if (fault) return fault;
  }
  return null;
}

/** Of a refusal, whichever of our ways of wording one it has: those of GraphQL, of plain HTTP, of OFREP, or of a page. */
function faultOfErrors(status: number, text: string): string | null {
  if (!text.startsWith('{')) return null;
  let body: { readonly errors?: unknown; readonly error?: unknown; readonly errorCode?: unknown; readonly errorDetails?: unknown };
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // A file of lines, each of which is JSON.
    return null;
  }
  if (body.errors !== undefined) return faultOfList(body.errors, text);
  if (status < 400 || 'errorCode' in body)
    return status < 400 || (typeof body.errorDetails === 'string' && body.errorDetails !== '')
      ? null
      : `A refusal has no details: ${start(text)}`;
  return typeof body.error === 'object'
    ? faultOfList([{ extensions: body.error, ...body.error }], text)
    : `A refusal has no error: ${start(text)}`;
}

function faultOfList(errors: unknown, whole: string): string | null {
  if (!Array.isArray(errors)) return `Its errors are no list: ${start(whole)}`;
  for (const { message, extensions } of errors as { readonly message?: unknown; readonly extensions?: { readonly code?: unknown } }[]) {
    if (!CODES.has(extensions?.code)) return `An error has the code ${String(extensions?.code)}: ${start(whole)}`;
    if (typeof message !== 'string' || message.trim() === '') return `An error has no message: ${start(whole)}`;
  }
  return null;
}

/** Then there is no text that says why. */
function isHead(attempt: Attempt): boolean {
  return attempt.kind === 'raw' ? attempt.bytes.subarray(0, 4).toString() === 'HEAD' : attempt.kind === 'http' && attempt.method === 'HEAD';
}

/** What of a text tells of the inside of the process, its statements or where it is installed; null where nothing does. */
function insideIn(text: string): string | null {
  const root = process.cwd();
  return text.includes(root) ? root : (INSIDE.exec(text)?.[0] ?? null);
}

/** Whether it is but what was sent. */
function isEchoed(attempt: Attempt, text: string): boolean {
  return JSON.stringify(attempt).includes(JSON.stringify(text).slice(1, -1));
}

function start(text: string): string {
  return text.length > 1_500 ? `${text.slice(0, 1_500)}…` : text;
}
