import { once } from "node:events";
import { pino, type Logger } from "pino";
import pretty from "pino-pretty";

export type { Logger } from "pino";

const LAST_WRITE_MS = 1_000;
/** Where loggers write in the background. */
const background = new WeakMap<Logger, ReturnType<typeof pino.destination>>();

export interface LogSettings {
  /** Name of the app in every record. */
  readonly name: string;
  readonly level: string;
  readonly format: "pretty" | "json";
  /** What every record says besides; asked for each one. */
  readonly fields?: (() => object) | undefined;
}

/**
 * Logs to standard output; JSON is written in the background and flushed at exit. No headers and no bodies are ever
 * logged; the redacted names are a second line of defence.
 */
export function createLog({ name, level, format, fields }: LogSettings): Logger {
  const destination =
    format === "pretty"
      ? pretty({
          destination: 1,
          sync: true,
          singleLine: true,
          ignore: "pid,hostname",
          translateTime: "SYS:HH:MM:ss.l",
        })
      : pino.destination({ dest: 1, sync: false });
  const log = pino(
    {
      level,
      name,
      ...(fields ? { mixin: fields } : {}),
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: [
        "authorization",
        "token",
        "password",
        "credential",
        "*.authorization",
        "*.token",
        "*.password",
        "*.credential",
      ],
      serializers: { err: describeError },
    },
    destination,
  );
  if (format === "json") background.set(log, destination as ReturnType<typeof pino.destination>);
  return log;
}

/** Logs the last record and waits, a second at most, until it is written: an exit in between would mix up the order. */
export async function logLast(log: Logger, message: string): Promise<void> {
  const destination = log.isLevelEnabled("info") ? background.get(log) : undefined;
  const written = destination && once(destination, "drain", { signal: AbortSignal.timeout(LAST_WRITE_MS) });
  log.info(message);
  await written?.catch(() => {});
}

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/**
 * What a log may say of an error. Not its other fields: those of a database error hold the row that failed, and with it
 * hmackeys.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  return {
    type: error.name,
    message: error.message,
    ...("code" in error && typeof error.code === "string" ? { code: error.code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth === 3 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}
