import type { Attributes, Meter, Span, SpanContext } from "@opentelemetry/api";
import type { DatabaseObserver } from "@roombridge/rooms";
import { summarize } from "./summarize-sql.ts";
import { errorType } from "./error-type.ts";
import { SECONDS } from "./telemetry.ts";
import type { Tracing } from "./tracing.ts";

const SYSTEM = { "db.system.name": "postgresql" } as const;

/** Measures what is asked of the database, and shows it in the trace of whoever asked. */
export function observeDatabase(meter: Meter, tracing: Tracing | undefined): DatabaseObserver {
  const durations = meter.createHistogram("db.client.operation.duration", {
    unit: "s",
    description: "From asking the database to its answer, with the wait for a connection",
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const waiting = meter.createUpDownCounter("roombridge.db.statements.in_flight", {
    description: "Statements without an answer yet; more than there are connections wait for one",
  });
  return {
    statement(text) {
      const summary = summarize(text);
      const startedAt = performance.now();
      const span = tracing?.current() && startSpan(tracing, summary, text);
      waiting.add(1);
      return (error) => {
        waiting.add(-1);
        const attributes: Attributes = { ...SYSTEM, "db.query.summary": summary };
        if (error !== undefined) attributes["error.type"] = errorType(error);
        durations.record((performance.now() - startedAt) / 1_000, attributes);
        if (!span) return;
        if (error !== undefined) tracing?.fail(span, error);
        span.end();
      };
    },
    traceparent: () => tracing?.traceparent(),
    asker: () => tracing?.current(),
    onBehalfOf: (name, askers, work) =>
      tracing ? inOneTrace({ tracing, name }, askers as readonly (Span | undefined)[], work) : work(),
  };
}

/** Only within somebody's trace: loops ask all the time, and would fill a receiver with traces of one statement. */
function startSpan(tracing: Tracing, summary: string, text: string): Span {
  const attributes = { ...SYSTEM, "db.query.summary": summary, "db.query.text": text.replaceAll(/\s+/g, " ").trim() };
  return tracing.start(summary, { kind: "client", attributes });
}

interface Together {
  readonly tracing: Tracing;
  readonly name: string;
}

/** Rooms of several requests go into one statement: it is in the trace of the first, and the others' point there. */
async function inOneTrace<Result>(
  { tracing, name }: Together,
  askers: readonly (Span | undefined)[],
  work: () => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = [...new Set(askers)].filter((span) => span !== undefined);
  // Whoever came first may be answered by now, and its span is around us still.
  if (!first) return tracing.outside(work);
  const attributes = { "roombridge.batch.rooms": askers.length };
  return tracing.within(first, () =>
    tracing.run(name, { attributes, links: others.map((span) => span.spanContext()) }, async (span) => {
      const pointers = others.map((other) => pointTo({ tracing, name }, other, span.spanContext()));
      try {
        return await work();
      } finally {
        for (const pointer of pointers) pointer.end();
      }
    }),
  );
}

function pointTo({ tracing, name }: Together, from: Span, to: SpanContext): Span {
  return tracing.within(from, () => tracing.start(name, { links: [to] }));
}
