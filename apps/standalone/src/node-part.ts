import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { NODE_FLAGS } from "@roombridge/service";
import type { Part, RunningPart } from "./supervisor.ts";

export interface NodePartOptions {
  readonly name: string;
  /** Absolute path of the program. */
  readonly main: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Variable through which a later start is given the port of the first one, so that port 0 stays what clients know. */
  readonly portVariable?: string;
  /** See Part. */
  readonly cleansUp?: boolean;
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
  /** Default 60,000. */
  readonly readyTimeoutMs?: number;
}

export interface RunningApp extends RunningPart {
  readonly pid: number;
  /** Where it listens, if it told. */
  readonly port: number | undefined;
}

const READY_TIMEOUT_MS = 60_000;
/** From SIGTERM to SIGKILL for a process that is to end at once. */
const KILL_MS = 2_000;
/** The last lines may arrive after the exit, but its children may hold the pipe open for ever. */
const LAST_LINES_MS = 500;

/**
 * A program of ours, run by the Node that runs us. It says `{type: "ready", port?}` over the IPC channel, and ends by
 * itself when the channel closes. Being in a process group of its own, it hears Ctrl-C only from us.
 */
export function nodePart(options: NodePartOptions): Part<RunningApp> {
  let knownPort: number | undefined;
  return {
    name: options.name,
    cleansUp: options.cleansUp ?? false,
    start: async (signal) => {
      const { portVariable } = options;
      const fixed = portVariable === undefined || knownPort === undefined ? {} : { [portVariable]: String(knownPort) };
      const running = await startProcess({ ...options, env: { ...options.env, ...fixed } }, signal);
      knownPort = running.port;
      return running;
    },
  };
}

async function startProcess(options: NodePartOptions, signal: AbortSignal): Promise<RunningApp> {
  signal.throwIfAborted();
  const { main, env, onLine } = options;
  const child = spawn(process.execPath, [...NODE_FLAGS, main], {
    env: { ...env, ROOMBRIDGE_SUPERVISED: "1" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const exited = watchExit(child);
  for (const stream of ["stdout", "stderr"] as const) {
    const input = child[stream];
    if (input !== null) createInterface({ input }).on("line", (line) => line.trim() === "" || onLine(line, stream));
  }
  const port = await becomeReady(child, exited, { ...options, signal }).catch(async (error: unknown) => {
    endNow(child);
    await exited;
    throw error;
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
  };
  return { pid: child.pid ?? 0, port, exited, stop, kill: () => endNow(child) };
}

async function becomeReady(
  child: ChildProcess,
  exited: Promise<string>,
  { name, readyTimeoutMs = READY_TIMEOUT_MS, signal }: NodePartOptions & { readonly signal: AbortSignal },
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  child.on("message", (message: unknown) => {
    if (isReady(message)) resolve(message.port);
  });
  void exited.then((how) => reject(new Error(`${name} ended before it was ready (${how}); its lines above say why`)));
  const timer = setTimeout(
    () => reject(new Error(`${name} was not ready after ${readyTimeoutMs / 1000} s`)),
    readyTimeoutMs,
  );
  const onAbort = (): void => reject(new Error(`${name} was stopped before it was ready`));
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

function watchExit(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once("exit", (code, signal) => {
      void delay(LAST_LINES_MS).then(() => resolve(signal ?? `exit code ${code}`));
    });
  });
}

/** Apps take a second SIGTERM for "at once", which lets them end their own children. */
function endNow(child: ChildProcess): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), KILL_MS).unref();
}

function isReady(message: unknown): message is { type: "ready"; port?: number } {
  return typeof message === "object" && message !== null && "type" in message && message.type === "ready";
}
