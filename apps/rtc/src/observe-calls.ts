import { RoomNotFoundException, type RoomServiceHandler } from "@roombridge/models/thrift";
import { SECONDS, type Telemetry, type Tracing } from "@roombridge/service";
import { ApplicationException, type CallContext, type OnServerEvent } from "@roombridge/thrift";

const SYSTEM = { "rpc.system.name": "thrift" } as const;

/** Counts and times calls, after OpenTelemetry's conventions for RPC servers, and what is refused before it is one. */
export function measureCalls({ meter }: Telemetry): OnServerEvent {
  const durations = meter.createHistogram("rpc.server.call.duration", {
    unit: "s",
    description: "From the last byte of a call to its encoded reply",
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const refusals = meter.createCounter("roombridge.rtc.refusals", {
    description: "Connections and requests that were refused, by the reason",
  });
  return (event) => {
    switch (event.type) {
      case "call": {
        const { service, method, outcome, durationSeconds } = event;
        durations.record(durationSeconds, {
          ...SYSTEM,
          "rpc.method": `${service}/${method}`,
          ...(outcome === "success" ? {} : { "error.type": outcome }),
        });
        return;
      }
      case "timeout":
        refusals.add(1, { reason: `timeout_${event.what}` });
        return;
      case "overload":
        refusals.add(1, { reason: `too_many_${event.what}` });
        return;
      case "protocol_error":
      case "http_refusal":
      case "handler_error":
        refusals.add(1, { reason: event.type });
    }
  };
}

/** The same service, with a span around each call, in the trace of a THeader client that names one. */
export function traceCalls(tracing: Tracing, service: RoomServiceHandler): RoomServiceHandler {
  const run = async <Result>(
    method: string,
    { headers }: CallContext,
    call: () => Result | PromiseLike<Result>,
  ): Promise<Result> => {
    const attributes = { ...SYSTEM, "rpc.method": `RoomService/${method}` };
    const parent = headers.get("traceparent");
    return tracing.run(`RoomService/${method}`, { kind: "server", attributes, parent, isFailure }, async () => call());
  };
  return {
    create: (call) => run("create", call, () => service.create(call)),
    get: (id, call) => run("get", call, () => service.get(id, call)),
    lists: (call) => run("lists", call, () => service.lists(call)),
    // Answers at once, and asks nobody.
    pppbool: service.pppbool,
  };
}

/** What a caller is told in the words of the IDL is an answer. */
function isFailure(error: unknown): boolean {
  return !(error instanceof RoomNotFoundException || error instanceof ApplicationException);
}
