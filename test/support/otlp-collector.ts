/** A collector of traces: takes OTLP over HTTP as JSON, as the OpenTelemetry collector does, and shows a trace as a tree. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { atEndOfFile } from './end-of-file.ts';

/** A span as it came. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 within a process, 2 answers, 3 calls, 5 works off. */
  readonly kind: number;
  /** Which process it is of, by `service.name`. */
  readonly service: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2 where it failed. */
  readonly status: { readonly code?: number; readonly message?: string };
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<CollectedSpan, 'service' | 'attributes'> & { attributes: KeyValue[] })[];
    }[];
  }[];
}

/** See the top of this file. */
export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
}

/** Starts one; it ends with the test file. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.url === '/v1/traces') spans.push(...spansOf(body as ExportRequest));
      response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEndOfFile(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

function spansOf({ resourceSpans }: ExportRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service, attributes: valuesOf(span.attributes) })));
  });
}

function valuesOf(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/**
 * A trace as text: a line a span, those within it below it and further in, in the order in which they began.
 *
 * @param show what to say of a span
 */
export function treeOf(spans: readonly CollectedSpan[], traceId: string, show: (span: CollectedSpan) => string): string {
  const ofTrace = spans.filter((span) => span.traceId === traceId);
  const ids = new Set(ofTrace.map(({ spanId }) => spanId));
  const below = (parent: string | null): CollectedSpan[] =>
    ofTrace
      .filter(({ parentSpanId = '' }) => (parent === null ? !ids.has(parentSpanId) : parentSpanId === parent))
      .toSorted((one, other) => (BigInt(one.startTimeUnixNano) < BigInt(other.startTimeUnixNano) ? -1 : 1));
  const lines = (parent: string | null, depth: number): string[] =>
    below(parent).flatMap((span) => [`${'  '.repeat(depth)}${show(span)}`, ...lines(span.spanId, depth + 1)]);
  return lines(null, 0).join('\n');
}
