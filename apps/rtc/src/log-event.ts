import type { Logger } from "@roombridge/service";
import type { OnServerEvent } from "@roombridge/thrift";

/** Writes what the Thrift server reports to the log; calls at debug level, faults of ours as errors. */
export function logEvents(log: Logger): OnServerEvent {
  return (event) => {
    switch (event.type) {
      case "call": {
        const { method, outcome, transport, dialect, durationSeconds, remoteAddress } = event;
        const durationMs = Math.round(durationSeconds * 100_000) / 100;
        log.debug({ method, outcome, durationMs, transport, dialect, remoteAddress }, "call");
        return;
      }
      case "handler_error":
        log.error({ method: event.method, err: event.error, remoteAddress: event.remoteAddress }, "a call failed");
        return;
      case "protocol_error":
        log.warn({ reason: event.message, remoteAddress: event.remoteAddress }, "connection refused: not understood");
        return;
      case "http_refusal":
        log.info(
          { status: event.status, reason: event.message, remoteAddress: event.remoteAddress },
          "request refused",
        );
        return;
      case "timeout":
        // A client that goes quiet is everyday life; a handler that does is not.
        log[event.what === "handler" ? "error" : "debug"](
          { what: event.what, remoteAddress: event.remoteAddress },
          "timeout",
        );
        return;
      case "overload":
        log.warn({ what: event.what, remoteAddress: event.remoteAddress }, "connection refused: overload");
    }
  };
}
