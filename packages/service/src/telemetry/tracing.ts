import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanContext,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import { errorType } from "./error-type.ts";

export interface SpanOptions {
  readonly kind?: "internal" | "server" | "client" | "consumer";
  readonly attributes?: Attributes;
  /** A `traceparent` (W3C Trace Context) of another program; what is not one is ignored. Default: the span around the call. */
  readonly parent?: string | null | undefined;
  readonly links?: readonly SpanContext[];
  /** Whether what `run` was given has failed, when it throws. Default: always. */
  readonly isFailure?: (error: unknown) => boolean;
  /** Milliseconds since 1970. Default: now. */
  readonly startedAtMs?: number;
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
} as const;

/** Version 00 of W3C Trace Context; later ones may be longer. */
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const MAX_TRACEPARENT = 512;

/** Spans, and which of them is around the code that runs. */
export class Tracing {
  readonly #tracer: Tracer;
  readonly #active = new AsyncLocalStorage<Context>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Runs `work` in a span of its own, which ends with it. Rejects as `work` does. */
  async run<Result>(name: string, options: SpanOptions, work: (span: Span) => Promise<Result>): Promise<Result> {
    const span = this.start(name, options);
    try {
      return await this.#active.run(trace.setSpan(ROOT_CONTEXT, span), () => work(span));
    } catch (error) {
      if (options.isFailure?.(error) ?? true) this.fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  /** A span that the caller ends; it is around nothing. */
  start(name: string, { kind = "internal", attributes = {}, parent, links, startedAtMs }: SpanOptions = {}): Span {
    const remote = parseTraceparent(parent ?? "");
    const around = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : (this.#active.getStore() ?? ROOT_CONTEXT);
    const options = {
      kind: KINDS[kind],
      attributes,
      ...(links ? { links: links.map((context): Link => ({ context })) } : {}),
      ...(startedAtMs === undefined ? {} : { startTime: startedAtMs }),
    };
    return this.#tracer.startSpan(name, options, around);
  }

  /** Runs `work` inside of a span that goes on afterwards. */
  within<Result>(span: Span, work: () => Result): Result {
    return this.#active.run(trace.setSpan(ROOT_CONTEXT, span), work);
  }

  /** Marks a span as failed. The error is named, never quoted: it may hold secrets. */
  fail(span: Span, error: unknown): void {
    span.setAttribute("error.type", errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** Runs `work` inside of no span. */
  outside<Result>(work: () => Result): Result {
    return this.#active.exit(work);
  }

  /** The span around the code that runs, as far as it is recorded. */
  current(): Span | undefined {
    const context = this.#active.getStore();
    const span = context && trace.getSpan(context);
    return span?.isRecording() ? span : undefined;
  }

  /** Of the span around the code that runs, for another program to go on with. */
  traceparent(): string | undefined {
    const span = this.current();
    return span && formatTraceparent(span.spanContext());
  }

  /** What a log record says of the span around it. */
  logFields(): { trace_id?: string; span_id?: string } {
    const context = this.#active.getStore();
    const spanContext = context && trace.getSpanContext(context);
    return spanContext ? { trace_id: spanContext.traceId, span_id: spanContext.spanId } : {};
  }
}

function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** Undefined for anything that is no `traceparent`. */
export function parseTraceparent(text: string): SpanContext | undefined {
  if (text.length > MAX_TRACEPARENT) return undefined;
  const [, version, traceId = "", spanId = "", flags = ""] = TRACEPARENT.exec(text.trim()) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && text.trim().length !== 55)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}
