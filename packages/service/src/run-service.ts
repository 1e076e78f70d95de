import { IS_SUPERVISED } from "./env.ts";
import { createLog, type Logger, logLast } from "./log.ts";
import { type TelemetryEnv, toTelemetrySettings } from "./telemetry/environment.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Whatever is not finished by then is given up. */
const HARD_STOP_MS = 20_000;

/** An app that is doing its job. */
export interface RunningService {
  /** Where it listens, for the log and the supervisor. */
  readonly port?: number;
  /** Refuses new work, finishes what is under way, and frees everything. */
  drain(): Promise<void>;
  /** Settles when the app cannot go on by itself, with the reason. */
  readonly failed?: Promise<string>;
}

export interface ServiceOptions<Env> {
  readonly name: string;
  /** Reads the environment; throws an Error whose message lists every problem. */
  readonly parseEnv: (variables: NodeJS.ProcessEnv) => Env;
  readonly variables: NodeJS.ProcessEnv;
  /** Without `telemetry` nobody wants to know anything but the log. */
  readonly start: (env: Env, log: Logger, telemetry: Telemetry | undefined) => Promise<RunningService>;
}

type ServiceEnv = TelemetryEnv & { readonly LOG_LEVEL: string; readonly LOG_FORMAT: "pretty" | "json" };

/**
 * The life of an app's process. Starts it, logs `<name> ready`, tells a supervisor by message, and on the first SIGTERM or
 * SIGINT, or when the supervisor is gone, drains it; a second signal, or 20 s, end it at once. Exit codes: 0 drained, 1 not.
 */
export async function runService<Env extends ServiceEnv>(options: ServiceOptions<Env>): Promise<void> {
  const { name } = options;
  const env = readEnv(options);
  const { LOG_LEVEL: level, LOG_FORMAT: format } = env;
  const telemetry = await openTelemetry(name, env).catch((error: unknown) => {
    createLog({ name, level, format }).fatal({ err: error }, `${name} could not start`);
    process.exit(1);
  });
  const tracing = telemetry?.tracing;
  const log = createLog({ name, level, format, fields: tracing && (() => tracing.logFields()) });
  telemetry?.toldBy(log);
  const die = (message: string, error?: unknown): never => {
    log.fatal(error === undefined ? {} : { err: error }, message);
    process.exit(1);
  };
  process.on("uncaughtException", (error) => die("uncaught exception", error));
  process.on("unhandledRejection", (error) => die("unhandled rejection", error));

  const reasons = catchReasonsToStop();
  const service = await options
    .start(env, log, telemetry)
    .catch((error: unknown) => die(`${name} could not start`, error));
  if (telemetry?.port !== undefined) log.info({ metricsPort: telemetry.port }, "metrics are at /metrics");
  log.info(service.port === undefined ? {} : { port: service.port }, `${name} ready`);
  process.send?.({ type: "ready", ...(service.port === undefined ? {} : { port: service.port }) });

  const reason = await Promise.race([reasons.first, ...(service.failed ? [service.failed] : [])]);
  log.info({ reason }, `${name} draining`);
  reasons.onSignal((signal) => die(`${signal} while draining: stopped at once`));
  setTimeout(
    () => die(`draining took longer than ${HARD_STOP_MS / 1_000} s; the rest was given up`),
    HARD_STOP_MS,
  ).unref();
  await service.drain().catch((error: unknown) => die("draining failed", error));
  await telemetry?.close();
  await logLast(log, `${name} stopped`);
  process.exit(0);
}

/** OpenTelemetry is not even loaded when nothing of it is switched on. */
async function openTelemetry(name: string, env: TelemetryEnv) {
  const settings = toTelemetrySettings(name, env);
  if (!settings) return undefined;
  const opening = await import("./telemetry/open-telemetry.ts");
  return opening.openTelemetry(settings);
}

/** A signal, or the end of the supervisor; what comes before the app has started is kept. */
function catchReasonsToStop() {
  const { promise: first, resolve } = Promise.withResolvers<string>();
  let handle: (signal: string) => void = resolve;
  process.on("SIGTERM", (signal) => handle(signal));
  // Ctrl-C in a terminal reaches the supervisor too, which then sends SIGTERM: both would count as "twice = at once".
  process.on("SIGINT", (signal) => IS_SUPERVISED || handle(signal));
  // Even after SIGKILL of the supervisor the kernel closes the channel between it and us.
  if (IS_SUPERVISED && process.connected) process.once("disconnect", () => resolve("the supervisor is gone"));
  return {
    first,
    onSignal(next: (signal: string) => void) {
      handle = next;
    },
  };
}

function readEnv<Env>({ name, parseEnv, variables }: ServiceOptions<Env>): Env {
  try {
    return parseEnv(variables);
  } catch (error) {
    process.stderr.write(`The environment of ${name} has problems:\n${error instanceof Error ? error.message : ""}\n`);
    process.exit(1);
  }
}
