import type { CallEvent } from "./events.ts";

/** One measurement for a histogram. */
export interface CallMetric {
  readonly name: "rpc.server.call.duration";
  readonly unit: "s";
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * A call by the names of OpenTelemetry's conventions for RPC, which are a release candidate and have no registered value for
 * Thrift. Attributes take few values, whatever clients send.
 */
export function toCallMetric({ service, method, outcome, transport, dialect, durationSeconds }: CallEvent): CallMetric {
  const attributes = {
    "rpc.system.name": "thrift",
    "rpc.method": method === "(unknown)" ? "_OTHER" : `${service}/${method}`,
    "rpc.thrift.dialect": dialect,
    "rpc.thrift.transport": transport,
    ...(outcome === "success" ? {} : { "error.type": outcome }),
  };
  return { name: "rpc.server.call.duration", unit: "s", value: durationSeconds, attributes };
}
