import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { errorType } from "./error-type.ts";
import { parseTraceparent, Tracing } from "./tracing.ts";

function record() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { tracing: new Tracing(provider.getTracer("test")), spans: () => exporter.getFinishedSpans() };
}

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

test.each([
  ["recorded", `00-${trace}-${span}-01`, 1],
  ["not recorded", `00-${trace}-${span}-00`, 0],
  ["of a later version", `cc-${trace}-${span}-01-more`, 1],
  ["with flags that nobody knows", `00-${trace}-${span}-ff`, 1],
])("a traceparent %s is read", (_what, text, traceFlags) => {
  expect(parseTraceparent(text)).toEqual({ traceId: trace, spanId: span, traceFlags, isRemote: true });
});

test.each([
  "",
  "00",
  `ff-${trace}-${span}-01`,
  `00-${trace}-${span}-01-more`,
  `00-${"0".repeat(32)}-${span}-01`,
  `00-${trace}-${"0".repeat(16)}-01`,
  `00-${trace.toUpperCase()}-${span}-01`,
  `00-${trace}-${span}`,
  `cc-${trace}-${span}-01-${"x".repeat(600)}`,
])("%j is no traceparent", (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test("work is inside of its span, across awaits, and side by side work does not mix", async () => {
  const { tracing, spans } = record();
  const inner = async (name: string) => tracing.run(name, {}, () => Promise.resolve());
  await Promise.all(["a", "b"].map((name) => tracing.run(name, {}, () => inner(`${name}-inner`))));
  const idOf = (name: string) =>
    spans()
      .find((one) => one.name === name)
      ?.spanContext().spanId;
  for (const name of ["a", "b"]) {
    const child = spans().find((one) => one.name === `${name}-inner`);
    expect(child?.parentSpanContext?.spanId).toBe(idOf(name));
  }
  expect(tracing.current()).toBeUndefined();
  expect(tracing.logFields()).toEqual({});
});

test("an error marks its span by its code and never by its message", async () => {
  const { tracing, spans } = record();
  const error = Object.assign(new Error("password=hunter2"), { code: "23505" });
  await expect(tracing.run("failing", {}, () => Promise.reject(error))).rejects.toBe(error);
  await expect(tracing.run("refused", { isFailure: () => false }, () => Promise.reject(error))).rejects.toBe(error);
  const [failing, refused] = spans();
  expect(failing).toMatchObject({ attributes: { "error.type": "23505" }, status: { code: 2 }, events: [] });
  expect(refused).toMatchObject({ attributes: {}, status: { code: 0 } });
  expect(JSON.stringify(spans().map(({ attributes, status, events }) => [attributes, status, events]))).not.toContain(
    "hunter2",
  );
});

test("a span that has ended is nobody's parent", async () => {
  const { tracing } = record();
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let late: Promise<string | undefined> | undefined;
  await tracing.run("short", {}, async () => {
    late = over.then(() => tracing.traceparent());
  });
  resolve();
  expect(await late).toBeUndefined();
});

test.each([
  [Object.assign(new Error(), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
  [Object.assign(new Error(), { code: "a secret of whatever length" }), "Error"],
  [new TypeError("x"), "TypeError"],
  ["thrown text", "error"],
  [undefined, "error"],
])("%s is of type %s", (error, type) => {
  expect(errorType(error)).toBe(type);
});
