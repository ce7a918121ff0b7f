/**
 * Traces by OpenTelemetry, sent by OTLP over HTTP. Only what we say ourselves becomes a span: instrumentation that patches
 * modules as they are loaded would cost every process its start. The context is our own too, so that two houses in one
 * process (as in tests) do not share one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { Span, SpanAttributes, SpanFacts, Tracing } from './tracing.ts';

/** A process that stops has five seconds in all. */
const CLOSE_WITHIN_MS = 1_000;
/** Shorter than the library's five seconds: whoever debugs waits for it. */
const SEND_EVERY_MS = 1_000;
/** A collector that is away is said to be no more often. */
const COMPLAIN_EVERY_MS = 60_000;
/** More of a statement or a sentence tells nobody anything. */
const MAX_VALUE_LENGTH = 2_000;

/** What traces are told by. */
export interface TracingSettings {
  /** OTEL_EXPORTER_OTLP_ENDPOINT: where the collector is, e.g. `http://localhost:4318`. */
  readonly endpoint: string;
  /** The share of traces that begin here which are recorded, 0 to 1. */
  readonly ratio: number;
  /** Which process it is, e.g. `graceline-api`; OTEL_SERVICE_NAME outranks it. */
  readonly service: string;
}

/**
 * Starts to trace. The headers for the collector and more of the resource come from the standard variables, which the
 * library reads.
 */
export function openTelemetry({ endpoint, ratio, service }: TracingSettings, log: Logger): Tracing {
  const url = new URL('v1/traces', endpoint.replace(/\/?$/, '/')).href;
  complainTo(log, url);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': service, 'service.namespace': 'graceline' }))
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanLimits: { attributeValueLengthLimit: MAX_VALUE_LENGTH },
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), scheduledDelayMillis: SEND_EVERY_MS })],
  });
  return new OpenTelemetry(provider, provider.getTracer('graceline'));
}

/** What the library cannot send it drops, and tells one handler a process. */
function complainTo(log: Logger, url: string): void {
  let complainedAt = -Infinity;
  setGlobalErrorHandler((err) => {
    if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
    complainedAt = performance.now();
    log.warn({ err, url }, 'traces could not be sent, and are lost; check OTEL_EXPORTER_OTLP_ENDPOINT and its collector');
  });
}

class OpenTelemetry implements Tracing {
  readonly isOn = true;
  private readonly underWay = new AsyncLocalStorage<OtelSpan>();

  constructor(
    private readonly provider: TracerProvider,
    private readonly tracer: Tracer,
  ) {}

  span<T>(name: string, { kind, attributes, parent, links = [] }: SpanFacts, work: (span: Span) => Promise<T>): Promise<T> {
    const options = { kind: kind ? SpanKind[kind] : SpanKind.INTERNAL, links: links.flatMap(linkTo), ...(attributes && { attributes }) };
    const span = this.tracer.startSpan(name, options, this.contextOf(parent));
    return this.underWay.run(span, async () => {
      try {
        return await work(new LiveSpan(span));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: kindOf(error) });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  step<T>(describe: () => SpanFacts & { readonly name: string }, work: () => Promise<T>): Promise<T> {
    // What a request began and did not wait for goes on after it, and is no part of it any more.
    if (!this.underWay.getStore()?.isRecording()) return work();
    const { name, ...facts } = describe();
    return this.span(name, facts, work);
  }

  done(name: string, parent: string, startedAt: number): void {
    this.tracer.startSpan(name, { kind: SpanKind.CONSUMER, startTime: new Date(startedAt) }, this.contextOf(parent)).end();
  }

  traceparent(): string | null {
    const span = this.underWay.getStore();
    if (!span?.isRecording()) return null;
    const { traceId, spanId, traceFlags } = span.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  async close(): Promise<void> {
    const shut = this.provider.shutdown().catch(() => undefined);
    await Promise.race([shut, sleep(CLOSE_WITHIN_MS, undefined, { ref: false })]);
  }

  private contextOf(parent: string | null | undefined): Context {
    const remote = parent ? parsed(parent) : null;
    if (remote) return trace.setSpanContext(ROOT_CONTEXT, remote);
    const span = this.underWay.getStore();
    return span?.isRecording() ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT;
  }
}

class LiveSpan implements Span {
  constructor(private readonly span: OtelSpan) {}

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes);
  }

  fail(why: string): void {
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: why });
  }
}

function parsed(traceparent: string): SpanContext | null {
  const found = parseTraceParent(traceparent);
  return found && { ...found, isRemote: true };
}

function linkTo(traceparent: string): Link[] {
  const context = parsed(traceparent);
  return context && context.traceFlags & TraceFlags.SAMPLED ? [{ context }] : [];
}

/** What went wrong by its code or name: a sentence may hold what people wrote. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
