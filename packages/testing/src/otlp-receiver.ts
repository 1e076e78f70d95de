import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP/HTTP carries it in JSON; attributes of whatever type as text. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** OTLP's number: 2 is an error. */
  readonly status: number;
}

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Names of metrics that have arrived. */
  readonly metrics: ReadonlySet<string>;
  /** Everything that has arrived, to be searched for what must not be in it. */
  readonly raw: () => string;
  /** Headers of the last request. */
  readonly headers: () => NodeJS.Dict<string | string[]>;
  close(): Promise<void>;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

interface KeyValue {
  readonly key: string;
  readonly value: Value;
}

interface Resource {
  readonly resource: { readonly attributes: readonly KeyValue[] };
}

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes?: readonly KeyValue[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number };
}

interface Sent {
  readonly resourceSpans?: readonly (Resource & {
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  })[];
  readonly resourceMetrics?: readonly (Resource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  })[];
}

/** Receives metrics and traces as an OpenTelemetry collector does (OTLP/HTTP, JSON), on a free port of 127.0.0.1. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics = new Set<string>();
  const bodies: string[] = [];
  let last: NodeJS.Dict<string | string[]> = {};
  const take = async (request: IncomingMessage): Promise<void> => {
    const body = Buffer.concat(await request.toArray()).toString("utf8");
    bodies.push(body);
    last = request.headers;
    // What is not JSON of this shape fails the request, and with it the test that waits for spans.
    const sent = JSON.parse(body) as Sent;
    for (const { resource, scopeSpans } of sent.resourceSpans ?? []) {
      const service = toRecord(resource.attributes)["service.name"] ?? "";
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push(toSpan(service, span));
    }
    for (const { scopeMetrics } of sent.resourceMetrics ?? [])
      for (const { name } of scopeMetrics.flatMap((scope) => scope.metrics)) metrics.add(name);
  };
  const server = createServer((request, response) => {
    take(request).then(
      () => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
      () => response.writeHead(400).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    metrics,
    raw: () => bodies.join("\n"),
    headers: () => last,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function toSpan(service: string, span: SentSpan): ReceivedSpan {
  const { name, traceId, spanId, parentSpanId, attributes = [], links = [], status } = span;
  return {
    service,
    name,
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    attributes: toRecord(attributes),
    links,
    status: status?.code ?? 0,
  };
}

function toRecord(attributes: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
