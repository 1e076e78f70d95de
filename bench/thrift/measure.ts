import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cpuMicroseconds } from "../cpu-time.ts";
import type { Candidate } from "./candidates.ts";

/** How many connections, and how many calls each has under way. */
export interface Shape {
  readonly connections: number;
  readonly depth: number;
}

export interface Sample {
  readonly cpuMicrosecondsPerCall: number;
  readonly callsPerSecond: number;
}

export interface Load {
  readonly name: string;
  readonly command: readonly string[];
}

const DEADLINE_MS = 20_000;
/** Server and load generator each have a processor of their own where there are two. */
const canPin = availableParallelism() >= 2 && spawnSync("taskset", ["--version"]).status === 0;
export const PINNING = canPin ? "server on processor 1, load on processor 0" : "not pinned";

/** The C program where it compiles, else the same in Node. */
export function prepareLoad(directory: string): Load {
  const source = fileURLToPath(new URL("load.c", import.meta.url));
  const program = join(directory, "load");
  if (spawnSync("gcc", ["-O2", "-o", program, source]).status === 0) return { name: "C (gcc)", command: [program] };
  return { name: "Node: no gcc here", command: [process.execPath, fileURLToPath(new URL("load.ts", import.meta.url))] };
}

export class RunningServer {
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #isEcho: boolean;

  private constructor(child: ChildProcess, port: number, isEcho: boolean) {
    this.#child = child;
    this.#port = port;
    this.#isEcho = isEcho;
  }

  /** Resolves when the server listens. */
  static async start({ name, command, folder, isEcho }: Candidate): Promise<RunningServer> {
    const port = await freePort();
    const [file = "", ...args] = pinned("1", command).map((part) => (part === "$port" ? String(port) : part));
    const child = spawn(file, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await isListening(port))) {
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${name} does not listen`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return new RunningServer(child, port, isEcho);
  }

  /** Puts load on it and reads from the system what its processor time was meanwhile, of all its threads. */
  async measure({ connections, depth }: Shape, milliseconds: number, load: Load): Promise<Sample> {
    const own = [this.#port, connections, depth, milliseconds].map(String);
    const [file = "", ...args] = pinned("0", [...load.command, ...own, this.#isEcho ? "echo" : "reply"]);
    const before = cpuMicroseconds(this.#child.pid);
    const { stdout } = await promisify(execFile)(file, args, { timeout: milliseconds + DEADLINE_MS });
    const cpu = cpuMicroseconds(this.#child.pid) - before;
    const [calls = 0, nanoseconds = 0] = stdout.trim().split(" ").map(Number);
    if (calls === 0) throw new Error("no call was answered");
    return { cpuMicrosecondsPerCall: cpu / calls, callsPerSecond: (calls / nanoseconds) * 1e9 };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }
}

function pinned(processor: string, command: readonly string[]): readonly string[] {
  return canPin ? ["taskset", "-c", processor, ...command] : command;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
