import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join, resolve } from "node:path";
import { collectOutput } from "./app-output.ts";
import { testEnvironment } from "./env.ts";
import { guardProcessGroup } from "./guard-process-group.ts";

/** Root of the repository; paths of apps are relative to it. */
export const REPOSITORY_ROOT = resolve(import.meta.dirname, "..", "..", "..");

/** A fifth less processor time for each start after the first. */
const COMPILE_CACHE = join(REPOSITORY_ROOT, "node_modules", ".cache", "compile");

const READY_TIMEOUT_MS = 30_000;
const LINE_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 30_000;

export interface AppOptions {
  /** Relative to the repository root: "apps/gateway/src/main.ts". */
  readonly path: string;
  readonly args?: readonly string[];
  /** The app's whole environment, apart from PATH and NODE_COMPILE_CACHE. */
  readonly env: Readonly<Record<string, string>>;
  /** A line of the app's output that means "ready". */
  readonly readyPattern: RegExp;
  /** Time to get ready; 30,000. */
  readonly timeoutMs?: number;
}

export interface AppExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface App {
  readonly pid: number;
  /** The match of `readyPattern`, for ports in capture groups. */
  readonly ready: RegExpExecArray;
  /** Everything written so far, both streams. */
  readonly output: () => string;
  /** The first line, past or to come, that matches; throws after `timeoutMs` (10,000) and when the app ends. */
  readonly line: (pattern: RegExp, timeoutMs?: number) => Promise<RegExpExecArray>;
  readonly exited: Promise<AppExit>;
  /** SIGTERM; throws (after SIGKILL) when the app has not ended after 30 s. Harmless when it has ended already. */
  readonly stop: () => Promise<AppExit>;
  /** SIGKILL to the app alone, as in a crash: what it started lives on, until the test process ends. */
  readonly kill: () => Promise<AppExit>;
}

/**
 * Starts an app of this repository as a process of its own, with the Node that runs the test. Neither the app nor
 * what it starts in its process group outlives the test process.
 * @throws Error with the app's output when it ends, or the time is over, before it is ready.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { path, args = [], env } = options;
  const child = spawn(process.execPath, [resolve(REPOSITORY_ROOT, path), ...args], {
    cwd: REPOSITORY_ROOT,
    env: { PATH: appPath(), NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = collectOutput(child, path);
  const exited = new Promise<AppExit>((done) => child.once("exit", (code, signal) => done({ code, signal })));
  await once(child, "spawn");
  const pid = pidOf(child);
  const release = guardProcessGroup(pid);
  // As long as a member is left the number of the group is not used again, and the guard stays.
  void exited.then(() => signalGroup(pid, 0) || release());

  const line = (pattern: RegExp, timeoutMs = LINE_TIMEOUT_MS) => output.line(pattern, timeoutMs);
  const ready = await line(options.readyPattern, options.timeoutMs ?? READY_TIMEOUT_MS).catch(
    async (error: unknown) => {
      signalGroup(pid, "SIGKILL");
      await exited;
      throw error;
    },
  );
  const kill = () => {
    child.kill("SIGKILL");
    return exited;
  };
  const tooLate = () => new Error(`${path} had not ended ${STOP_TIMEOUT_MS / 1000} s after SIGTERM:\n${output.tail()}`);
  return { pid, ready, output: output.text, line, exited, stop: () => stop(child, exited, tooLate), kill };
}

async function stop(child: ChildProcess, exited: Promise<AppExit>, tooLate: () => Error): Promise<AppExit> {
  let isLate = false;
  child.kill("SIGTERM");
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, STOP_TIMEOUT_MS);
  const exit = await exited;
  clearTimeout(timer);
  if (isLate) throw tooLate();
  return exit;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("a process that was spawned has no pid");
  return child.pid;
}

/** True when the group of `pid` had a member that the signal reached. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** The pinned Node and the workspace's tools come first, as they do under `npm start`. */
function appPath(): string {
  return [dirname(process.execPath), join(REPOSITORY_ROOT, "node_modules", ".bin"), ...testEnvironment.path].join(
    delimiter,
  );
}
