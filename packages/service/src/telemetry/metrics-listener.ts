import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { MetricReader } from "@opentelemetry/sdk-metrics";
import { toPrometheusText } from "./prometheus-text.ts";

/** Collects when somebody asks. */
export class ScrapedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

export interface MetricsListener {
  /** The real port, also when port 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

/** More at once than anybody needs who asks every few seconds. */
const MAX_CONNECTIONS = 100;

/** Answers `GET /metrics` in the text format of Prometheus. Rejects when the address is taken or not ours. */
export async function listenForPrometheus(
  reader: MetricReader,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsListener> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    answer(reader, request, response).catch(() => void response.writeHead(500).end());
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, "listening").catch((error: unknown) => {
    throw new Error(`METRICS_HOST, METRICS_PORT: nothing can listen on ${host}:${port}`, { cause: error });
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function answer(reader: MetricReader, { url = "", method }: IncomingMessage, response: ServerResponse) {
  const [path] = url.split("?");
  if (path !== "/metrics" || (method !== "GET" && method !== "HEAD")) {
    response.writeHead(404, { "content-type": "text/plain" }).end("GET /metrics\n");
    return;
  }
  const { resourceMetrics } = await reader.collect();
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };
  response.writeHead(200, headers).end(toPrometheusText(resourceMetrics));
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
