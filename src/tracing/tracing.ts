/** What a trace is told of, whether or not there is anybody to tell. The library behind it is loaded only where one is configured. */

/** Single facts of a span, by the names of OpenTelemetry's semantic conventions where they have one. Never a secret, never what people wrote. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** What is known of a span as it begins. */
export interface SpanFacts {
  /** Answers a caller, calls another server, or works off what was left for it; within a process unless given. */
  readonly kind?: 'SERVER' | 'CLIENT' | 'CONSUMER';
  readonly attributes?: SpanAttributes;
  /** What it follows from, as the header `traceparent` has it; what is none counts as not given. */
  readonly parent?: string | null | undefined;
  /** What it follows from as well. */
  readonly links?: readonly string[];
}

/** A span under way. */
export interface Span {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** That what it did went wrong, where nothing is thrown. @param why without what anybody wrote */
  fail(why: string): void;
}

/** Makes spans. The span under way is known to all that is awaited in it. */
export interface Tracing {
  /** Whether anybody is told. */
  readonly isOn: boolean;
  /** Runs work as a span: of the trace it follows from, of the one under way, or of a new one. What it throws is noted. */
  span<T>(name: string, facts: SpanFacts, work: (span: Span) => Promise<T>): Promise<T>;
  /**
   * The same for work that is of no interest by itself: a span where one is under way, else the work alone.
   *
   * @param describe called only where it becomes a span
   */
  step<T>(describe: () => SpanFacts & { readonly name: string }, work: () => Promise<T>): Promise<T>;
  /** Says of work that is done that it was a span. @param parent see {@link SpanFacts.parent} @param startedAt epoch ms */
  done(name: string, parent: string, startedAt: number): void;
  /** The span under way, as the header `traceparent` has it, for whoever goes on with its work later; null where none is recorded. */
  traceparent(): string | null;
  /** Sends what is left, for a second at most. */
  close(): Promise<void>;
}

const NO_SPAN: Span = { rename: () => undefined, set: () => undefined, fail: () => undefined };

/** Tells nobody, and costs a call. */
export const NO_TRACING: Tracing = {
  isOn: false,
  span: (_name, _facts, work) => work(NO_SPAN),
  step: (_describe, work) => work(),
  done: () => undefined,
  traceparent: () => null,
  close: async () => undefined,
};
