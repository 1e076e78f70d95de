import { ownPort, PortTakenError, type ProcessPort, ProviderAwayError, SpawnError } from "../provider.ts";

/** The engine has answered, with a refusal. */
export class EngineRefusedError extends Error {
  override readonly name = "EngineRefusedError";
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** 503 is what engines answer that are about to start or to stop, and proxies without one behind them. */
const AWAY = [502, 503, 504];

/** In words only, as an answer with status 500: the engine lives, and what runs its containers is just starting again. */
const NO_RUNTIME = /: unavailable\b|transport is closing|containerd\.sock: connect|code = Unavailable/;

/** What a failed call means: an answer, or none. */
export function toEngineError(error: unknown, call: string): EngineRefusedError | ProviderAwayError {
  if (error instanceof ProviderAwayError || error instanceof EngineRefusedError) return error;
  const status = readField(error, "statusCode");
  if (typeof status === "number" && !AWAY.includes(status) && !NO_RUNTIME.test(readMessage(error))) {
    return new EngineRefusedError(status, readMessage(error));
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new ProviderAwayError(`the engine did not answer (${call}): ${reason}`, { cause: error });
}

/**
 * What a failed start of a container means: ports that somebody else holds, a container that cannot exist, or nothing
 * certain. Engines tell of a port in words only: "Bind for 0.0.0.0:20000 failed: port is already allocated", "listen udp4
 * 0.0.0.0:20000: bind: address already in use", "Ports are not available: exposing port TCP 0.0.0.0:20000".
 */
export function toStartError(error: unknown, ports: readonly ProcessPort[]): unknown {
  if (!(error instanceof EngineRefusedError)) return error;
  if (/already allocated|address already in use|ports are not available/i.test(error.message)) {
    const published = ports.map(ownPort);
    const named = published.filter((port) => new RegExp(`:${port}\\b`).test(error.message));
    return new PortTakenError(named.length > 0 ? named : published, { cause: error });
  }
  return new SpawnError(`the engine refuses it: ${error.message}`, { cause: error });
}

/** The engine's own words; for calls that answer with a stream the library puts them behind its own. */
function readMessage(error: unknown): string {
  const message = readField(readField(error, "json"), "message");
  if (typeof message === "string") return message;
  return String(readField(error, "message"))
    .replace(/^\(HTTP code \d+\) .*? - /, "")
    .trim();
}

function readField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
