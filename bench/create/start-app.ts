import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { NODE_FLAGS } from "@roombridge/service";
import { REPOSITORY_ROOT } from "@roombridge/testing";

const READY_MS = 30_000;

export interface MeasuredApp {
  /** 0 where it says that it is ready and listens to nobody, as a host does. */
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Starts an app under our eyes as a supervisor does, so that it may keep its log to itself. Rejects when it does not get ready. */
export function startMeasuredApp(name: string, env: Readonly<Record<string, string>>): Promise<MeasuredApp> {
  return start([...NODE_FLAGS, join(REPOSITORY_ROOT, "apps", name, "src/main.ts")], env);
}

/** Starts a program that sends its parent `{ port }` when it is ready, as our apps do. Rejects when it does not get ready. */
export function startMeasuredProgram(
  file: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<MeasuredApp> {
  return start([file, ...args], env);
}

async function start(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<MeasuredApp> {
  const child = spawn(process.execPath, argv, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const timeout = AbortSignal.timeout(READY_MS);
  const ready = once(child, "message", { signal: timeout });
  const message: unknown = await Promise.race([ready.then(([first]) => first), ended]);
  const port = portOf(message);
  if (port !== undefined && child.pid !== undefined) return { port, pid: child.pid, stop };
  await stop();
  throw new Error(`${argv.join(" ")} did not get ready`);
}

function portOf(message: unknown): number | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  if ("port" in message && typeof message.port === "number") return message.port;
  return "type" in message && message.type === "ready" ? 0 : undefined;
}
