import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { SpawnError } from "../provider.ts";

/**
 * Parent of a game server, in a session of its own: it outlives the host and records the exit code.
 * It writes to a file that the host has opened, as the user it runs as may not open files there.
 * It begins only when told to, that is, when its identity is on disk: a host that dies before leaves no process behind.
 * A trap with a command, unlike an ignored signal, is not inherited. The last line ends what the game server left in the
 * group, the shim itself included. Only built-in commands, so that PATH does not matter. A server that wants to leave memory
 * dumps when it crashes, each as large as its memory, may raise the limit itself.
 */
const SHIM = `
read -r go || exit 0
trap : TERM INT HUP
ulimit -S -c 0
"$@" </dev/null 3>&-
echo "$?" >&3
kill -s KILL 0
`;

export interface ShimOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly exitFile: string;
  readonly logFile: string;
  /** Whom it runs as; undefined: as the host. */
  readonly user: ProcessUser | undefined;
}

/** By numbers; it is in no other group. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Shim {
  readonly pid: number;
  readonly exited: Promise<void>;
  /** Starts the command. */
  go(): void;
  /** Gives the command up before it began. */
  cancel(): void;
}

/** Throws SpawnError when not even the shell can be started. */
export async function spawnShim(options: ShimOptions): Promise<Shim> {
  const log = await open(options.logFile, "a", 0o600);
  const exit = await open(options.exitFile, "w", 0o600);
  try {
    const child = spawn("/bin/sh", ["-c", SHIM, "roombridge-shim", ...options.argv], {
      cwd: options.cwd,
      env: options.env,
      stdio: ["pipe", log.fd, log.fd, exit.fd],
      detached: true,
      ...options.user,
    });
    const { pid, stdin } = await spawned(child);
    child.unref();
    stdin.on("error", () => {});
    return {
      pid,
      exited: new Promise((resolve) => child.once("exit", () => resolve())),
      go: () => stdin.end("go\n"),
      cancel: () => stdin.destroy(),
    };
  } finally {
    await log.close();
    await exit.close();
  }
}

async function spawned(child: ChildProcess) {
  try {
    await once(child, "spawn");
  } catch (error) {
    throw new SpawnError("the command could not be started", { cause: error });
  }
  const { pid, stdin } = child;
  if (pid === undefined || stdin === null) throw new SpawnError("the command has no process number");
  return { pid, stdin };
}
