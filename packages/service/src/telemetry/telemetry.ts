import type { Meter } from "@opentelemetry/api";
import type { DatabaseObserver } from "@roombridge/rooms";
import type { Tracing } from "./tracing.ts";

/** What an app measures with. There is none when nothing was switched on. */
export interface Telemetry {
  readonly meter: Meter;
  /** Undefined: traces go nowhere. */
  readonly tracing: Tracing | undefined;
  /** For whatever opens the database. */
  readonly database: DatabaseObserver;
  /** Where `GET /metrics` is answered, if it is. */
  readonly port: number | undefined;
  /** Hands over what was measured and stops; takes as long as a receiver may take. Never rejects. */
  close(): Promise<void>;
}

/** Seconds, from a millisecond to half a minute: advice of OpenTelemetry's HTTP conventions, with a finer beginning. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
