import { readFile } from "node:fs/promises";
import { ownPort, type ProcessStats } from "../provider.ts";
import { type KernelSocket, readSockets } from "../socket-table.ts";
import { HAS_PROC, isAlive, type ProcessStat } from "./process-identity.ts";
import type { ProcessState } from "./process-files.ts";
import { readAllStats } from "./process-session.ts";

/** USER_HZ, the same on every Linux that Node runs on (time(7)). */
const TICKS_PER_SECOND = 100;
/** Whoever measures many sessions at once does not look at the whole machine for each of them. */
const LOOK_MS = 500;

interface Look {
  readonly takenAtMs: number;
  readonly processes: Promise<readonly ProcessStat[]>;
  readonly sockets: Promise<readonly KernelSocket[]>;
}

/** Measures sessions of this machine. */
export class SessionStats {
  #look: Look | undefined;

  /** What a session uses, its shim included. Memory is resident memory; pages that processes share count for each. */
  async read(session: ProcessState): Promise<ProcessStats | undefined> {
    const { pid, ports } = session;
    if (!HAS_PROC || !(await isAlive(session))) return undefined;
    const look = this.#recentLook();
    const [processes, sockets] = await Promise.all([look.processes, look.sockets]);
    const members = processes.filter(({ session }) => session === pid);
    if (members.length === 0) return undefined;
    const memory = await Promise.all(members.map((member) => readResidentBytes(member.pid)));
    const tcp = new Set(ports.filter(({ transportType }) => transportType !== "udp").map(ownPort));
    return {
      cpuSeconds: members.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
      memoryBytes: total(memory),
      tcpConnections: sockets.filter(({ state, port }) => state === "established" && tcp.has(port)).length,
    };
  }

  /**
   * Memory of a session for comparing it with a limit: what several of its processes share counts once. Looked up only where
   * resident memory exceeds `overBytes`, as it takes the kernel long; below that resident memory is the answer.
   */
  async readMemory({ pid }: ProcessState, overBytes: number): Promise<number> {
    const members = (await this.#recentLook().processes).filter(({ session }) => session === pid);
    const resident = await Promise.all(members.map((member) => readResidentBytes(member.pid)));
    const sum = total(resident);
    if (sum <= overBytes) return sum;
    const proportional = await Promise.all(members.map((member) => readProportionalBytes(member.pid)));
    return total(proportional.map((bytes, n) => bytes ?? resident[n] ?? 0));
  }

  #recentLook(): Look {
    const nowMs = performance.now();
    if (this.#look && nowMs - this.#look.takenAtMs < LOOK_MS) return this.#look;
    this.#look = { takenAtMs: nowMs, processes: readAllStats(), sockets: readSockets("/proc/net") };
    return this.#look;
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Each page divided by how many processes have it (proc(5), smaps_rollup); undefined when it may not be read. */
async function readProportionalBytes(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(text) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** 0 when the process is gone. */
async function readResidentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
