import { errorType, SECONDS, type Telemetry } from "@roombridge/service";
import type { HonoRequest } from "hono";
import type { Endpoint } from "./endpoint.ts";
import { isForeseen } from "./error-response.ts";

/** How a request ended: the status of its answer, and what the endpoint threw, if it did. */
export type OnAnswer = (status: number, requestId: string, error?: unknown) => void;

type Observe = (
  endpoint: Endpoint,
  request: HonoRequest,
  answer: (onAnswer: OnAnswer) => Promise<Response>,
) => Promise<Response>;

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Counts and times requests, and makes each of them a span, after OpenTelemetry's conventions for HTTP servers. */
export function observeRequests({ meter, tracing }: Telemetry): Observe {
  const durations = meter.createHistogram("http.server.request.duration", {
    unit: "s",
    description: "From the request to the beginning of its answer",
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const active = meter.createUpDownCounter("http.server.active_requests", {
    description: "Requests whose answer has not begun",
  });

  return async (endpoint, request, answer) => {
    const startedAt = performance.now();
    // Anybody may write a method: other ones would be a series each.
    const method = METHODS.has(request.method) ? request.method : "_OTHER";
    const { route = endpoint.name } = endpoint;
    const common = { "http.request.method": method, "url.scheme": "http" };
    active.add(1, common);
    const attributes = { ...common, "http.route": route };
    const told = (status: number, error: unknown): void => {
      const type = typeOf(status, error);
      durations.record((performance.now() - startedAt) / 1_000, {
        ...attributes,
        "http.response.status_code": status,
        ...(type === undefined ? {} : { "error.type": type }),
      });
      active.add(-1, common);
    };
    if (!tracing || endpoint.isProbe) return answer((status, _, error) => told(status, error));

    const options = { kind: "server", attributes, parent: parentOf(endpoint, request) } as const;
    return tracing.run(`${method} ${route}`, options, (span) =>
      answer((status, requestId, error) => {
        told(status, error);
        span.setAttributes({
          "http.response.status_code": status,
          "url.path": request.path,
          "roombridge.request_id": requestId,
        });
        const type = typeOf(status, error);
        if (type !== undefined) span.setAttribute("error.type", type);
        if (status >= 500) tracing.fail(span, error);
      }),
    );
  };
}

/** Callers without a token do not decide what is recorded, nor in whose trace. */
function parentOf({ access }: Endpoint, request: HonoRequest): string | undefined {
  return access === undefined || access === "public" || access === "player" ? undefined : request.header("traceparent");
}

/** An error code tells a region without capacity from a caller in a hurry, which are both 429. */
function typeOf(status: number, error: unknown): string | undefined {
  if (isForeseen(error)) return error.code;
  if (status < 500) return undefined;
  return error === undefined ? String(status) : errorType(error);
}
