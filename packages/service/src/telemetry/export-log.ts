import type { DiagLogger } from "@opentelemetry/api";
import type { Logger } from "../log.ts";

/** A receiver that is away is told of so often. */
const TELL_MS = 60_000;
const MAX_CHARACTERS = 300;

/** Where OpenTelemetry's own complaints go: a receiver that is away must not fill the log too. */
export function exportLog(log: Logger, now: () => number = () => performance.now()): DiagLogger {
  let toldAt = -Infinity;
  const tell = (message: string): void => {
    if (now() - toldAt < TELL_MS) return;
    toldAt = now();
    const reason = message.slice(0, MAX_CHARACTERS);
    log.warn({ reason }, "metrics or traces are not handed over; this is told once a minute");
  };
  const ignore = (): void => {};
  return { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore };
}
