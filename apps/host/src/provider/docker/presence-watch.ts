import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@roombridge/service";
import type { DockerProcess } from "./docker-process.ts";
import type { ContainerState, Engine } from "./engine.ts";
import { isAlive } from "./stop-container.ts";

const TIMING = {
  intervalMs: 1_000,
  /** Engines tell of an end within a second or two, and then with its exit code, which is worth some patience. */
  goneMs: 8_000,
  /** Where processes are not seen. Each question is an event of the engine, for all who listen. */
  askMs: 300_000,
};

export interface PresenceWatchOptions {
  readonly engine: Engine;
  /** Where the processes of the engine are seen if it is of this machine; /proc. */
  readonly procRoot: string;
  /** What is to be looked at. */
  readonly processes: ReadonlyMap<string, DockerProcess>;
  readonly onChange: () => void;
  readonly log: Logger;
  /** For tests. */
  readonly timing?: Partial<typeof TIMING>;
}

/**
 * Finds containers that their engine calls running for ever, although they have ended: the news of an end may be lost
 * when containerd is killed at the same time (moby/moby#37848, docker/for-linux#779).
 */
export class PresenceWatch {
  readonly #options: PresenceWatchOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #timing: typeof TIMING;
  #isLooking = false;
  /** The engine's processes are seen here: what is not, is nowhere. */
  #hasSeen = false;

  constructor(options: PresenceWatchOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#timer = setInterval(() => void this.#look(), this.#timing.intervalMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const living = [...this.#options.processes.values()].filter(({ exit }) => exit === undefined);
      await Promise.all(living.map((process) => this.#lookAt(process)));
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAt(process: DockerProcess): Promise<void> {
    const { processId, presence } = process;
    try {
      const missing = await this.#findMissing(process);
      if (!missing) presence.missingSinceMs = undefined;
      else if (this.#hasSeen) this.#miss(process);
      else await this.#ask(process, missing);
    } catch (error) {
      // An engine that is away says nothing: later it may know of the end by itself.
      presence.missingSinceMs = undefined;
      this.#options.log.debug({ err: error, processId }, "could not look for the process of a container");
    }
  }

  /** A container that runs by the word of its engine only. */
  async #findMissing({ containerId, presence }: DockerProcess): Promise<ContainerState | undefined> {
    const { engine, procRoot } = this.#options;
    const { pid, askAgainAtMs } = presence;
    if (pid !== undefined && (await isSeen({ id: containerId, pid }, procRoot))) return undefined;
    if (!this.#hasSeen && performance.now() < askAgainAtMs) return undefined;
    const container = await engine.inspect(containerId);
    if (!container || !isAlive(container)) return undefined;
    if (!(await isSeen(container, procRoot))) return container;
    presence.pid = container.pid;
    this.#hasSeen = true;
    return undefined;
  }

  #miss(process: DockerProcess): void {
    const { onChange, log } = this.#options;
    const { processId, presence } = process;
    const nowMs = performance.now();
    presence.missingSinceMs ??= nowMs;
    if (nowMs - presence.missingSinceMs < this.#timing.goneMs) return;
    process.vanished();
    log.warn({ processId }, "the engine calls a container running that has ended");
    onChange();
  }

  /**
   * A signal makes an engine look for the process, and believe what it finds. This one means nothing to the init process of
   * the container, which passes it on to nobody. A paused one would be woken by it.
   */
  async #ask({ presence }: DockerProcess, { id, status }: ContainerState): Promise<void> {
    if (status === "running") await this.#options.engine.kill(id, "SIGCHLD");
    presence.askAgainAtMs = performance.now() + this.#timing.askMs;
  }
}

/** Throws when that cannot be known, for want of file descriptors for instance. */
async function isSeen({ id, pid }: Pick<ContainerState, "id" | "pid">, procRoot: string): Promise<boolean> {
  const directory = join(procRoot, String(pid));
  try {
    const read = (name: string) => readFile(join(directory, name), "utf8");
    const [cgroup, stat] = await Promise.all([read("cgroup"), read("stat")]);
    return cgroup.includes(id) && !isOver(stat);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A zombie does nothing any more. The name before the state may hold parentheses itself (proc(5)). */
function isOver(stat: string): boolean {
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}

/** ESRCH: it has ended between the opening and the reading. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}
