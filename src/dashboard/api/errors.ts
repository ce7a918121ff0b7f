/** What can go wrong with a request, in the one shape that every page shows. */
import type { CombinedError } from 'urql';

/** A refusal or failure: a code for programs, a sentence for people. */
export interface Fault {
  /** As the API names it, e.g. `NOT_FOUND`; `UNREACHABLE` where no answer came at all. */
  readonly code: string;
  readonly message: string;
  /** What the API says beside it, e.g. `line` and `column` of a template. */
  readonly details: Readonly<Record<string, unknown>>;
}

const UNREACHABLE: Fault = {
  code: 'UNREACHABLE',
  message: 'Graceline cannot be reached. Check your connection; this page tries again by itself.',
  details: {},
};

/** In place of {@link UNREACHABLE} where something was to be done. */
const UNANSWERED: Fault = {
  ...UNREACHABLE,
  message: 'Graceline did not answer, so it is not known whether this was done. Look before you try again.',
};
/** What heals without anybody doing anything: no way to the service, and none from it to its database. */
const HEALING: ReadonlySet<string> = new Set([UNREACHABLE.code, 'DATABASE_UNREACHABLE']);

/** What went wrong, of what urql reports. The first error counts: the API stops at it. */
export function faultOf({ graphQLErrors: [first], response }: CombinedError): Fault {
  if (!first) return isAnswer(response) ? answered(response.status) : UNREACHABLE;
  const { code, details } = first.extensions;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: first.message,
    details: typeof details === 'object' && details !== null ? (details as Fault['details']) : {},
  };
}

/** What went wrong with a change: one without an answer may have been made all the same. */
export function changeFault(fault: Fault): Fault {
  return fault.code === UNREACHABLE.code ? UNANSWERED : fault;
}

/** Whether a fault is one of a connection, which heals without anybody doing anything. */
export function isUnreachable(fault: Fault): boolean {
  return HEALING.has(fault.code);
}

/** What went wrong with a plain HTTP request of our own, e.g. to `/session`. */
export async function faultOfResponse(response: Response): Promise<Fault> {
  const body = (await response.json().catch(() => null)) as { error?: Partial<Fault> } | null;
  const { code, message, details } = body?.error ?? {};
  return typeof code === 'string' && typeof message === 'string' ? { code, message, details: details ?? {} } : answered(response.status);
}

/** The fault of a request to which no answer came. */
export function unreachable(): Fault {
  return UNREACHABLE;
}

function isAnswer(response: unknown): response is { readonly status: number } {
  return typeof response === 'object' && response !== null && 'status' in response && typeof response.status === 'number';
}

/** Of an answer that is not the API's: a proxy in between, as a rule. */
function answered(status: number): Fault {
  if (status >= 502 && status <= 504) return UNREACHABLE;
  return { code: 'INTERNAL', message: `The answer could not be read (HTTP status ${status}). Try again in a minute.`, details: {} };
}
