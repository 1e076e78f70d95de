import { type Logger, type Loop, startLoop } from "@roombridge/service";
import type { Command } from "../../operator-config.ts";
import { fillPorts } from "../fill-ports.ts";
import { readLog } from "../log-reader.ts";
import { countConnected, isTcpOnly } from "../connections.ts";
import { findTakenPorts } from "../port-probe.ts";
import { isLog, type LogKeeping, removeOldLogs, rotateLog } from "../process-log.ts";
import {
  type LogOptions,
  type Observed,
  type ProcessSpec,
  type ProcessStats,
  type Provider,
  SpawnError,
} from "../provider.ts";
import { checkCommand } from "./command.ts";
import { type LimitSettings, LocalLimits } from "./local-limits.ts";
import { LocalProcess } from "./local-process.ts";
import { prepareFiles, type ProcessState, processFiles, readStates, writeState } from "./process-files.ts";
import { readSockets } from "../socket-table.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { HAS_PROC, identify } from "./process-identity.ts";
import { SessionStats } from "./session-stats.ts";
import { type ProcessUser, spawnShim } from "./shim.ts";

const READINESS_INTERVAL_MS = 100;
const MEMORY_INTERVAL_MS = 1_000;
const FILES_INTERVAL_MS = 10_000;

export interface LocalProviderOptions {
  /** Where processes keep state and logs; made when missing. */
  readonly root: string;
  readonly commands: ReadonlyMap<string, Command>;
  /** What every process gets besides its own environment: PATH, HOME, TZ, LANG. */
  readonly baseEnv: Readonly<Record<string, string>>;
  /** Address that players are told. */
  readonly publicHost: string;
  readonly logKeeping: LogKeeping;
  readonly limits: LimitSettings;
  /** Whom game servers run as; undefined: as the host. Needs a host that runs as root. */
  readonly user?: ProcessUser | undefined;
  /** Something may have changed: look at `list`. */
  readonly onChange: () => void;
  readonly log: Logger;
}

/**
 * Game servers as processes of this machine. Takes over what an earlier provider of the same `root` left. Throws when the
 * cgroup or the user of the settings cannot be used.
 */
export async function openLocalProvider(options: LocalProviderOptions): Promise<Provider> {
  if (options.user && process.getuid?.() !== 0) throw new Error("HOST_RUN_AS needs a host that runs as root");
  const provider = new LocalProvider(options, await LocalLimits.open(options.limits));
  await provider.adopt();
  return provider;
}

class LocalProvider implements Provider {
  readonly kind = "local";
  readonly mapsPorts = false;
  readonly #options: LocalProviderOptions;
  readonly #processes = new Map<string, LocalProcess>();
  readonly #starts = new Map<string, Promise<void>>();
  readonly #stats = new SessionStats();
  readonly #limits: LocalLimits;
  readonly #readinessTimer: NodeJS.Timeout;
  readonly #filesTimer: NodeJS.Timeout;
  readonly #memoryLoop: Loop;
  #isLooking = false;

  constructor(options: LocalProviderOptions, limits: LocalLimits) {
    this.#options = options;
    this.#limits = limits;
    const watch = new MemoryWatch(this.#stats, options.log);
    this.#memoryLoop = startLoop(MEMORY_INTERVAL_MS, () => watch.round(this.#processes.values()));
    this.#readinessTimer = setInterval(() => void this.#checkReadiness(), READINESS_INTERVAL_MS);
    this.#filesTimer = setInterval(() => void this.#keepFiles(), FILES_INTERVAL_MS);
  }

  /** Takes over processes that another host has started: an earlier one, or one that does not know yet that it is over. */
  async adopt(): Promise<void> {
    const { root } = this.#options;
    for (const state of await readStates(root)) {
      const { processId } = state;
      // A start that is under way may have written its state a moment ago.
      if (!this.#processes.has(processId) && !this.#starts.has(processId)) this.#keep(state);
    }
  }

  async start(spec: ProcessSpec): Promise<void> {
    const { processId } = spec;
    if (this.#processes.has(processId)) return;
    const start = this.#starts.get(processId) ?? this.#start(spec).finally(() => this.#starts.delete(processId));
    this.#starts.set(processId, start);
    await start;
  }

  list(): Promise<Observed[]> {
    return Promise.all(Array.from(this.#processes.values(), (process) => process.observe()));
  }

  async inspect(processId: string): Promise<Observed | undefined> {
    return this.#processes.get(processId)?.observe();
  }

  async stop(processId: string, graceMs: number): Promise<void> {
    await this.#processes.get(processId)?.stop(graceMs);
  }

  async forget(processId: string): Promise<void> {
    const process = this.#processes.get(processId);
    if (!process) return;
    await process.forget();
    this.#processes.delete(processId);
    // The last time that anybody looks at its size. A full disk must not keep the process from being forgotten.
    const { logKeeping, log } = this.#options;
    await rotateLog(process.files.log, logKeeping.bytesPerFile).catch((error: unknown) =>
      log.warn({ err: error, processId }, "could not look after the log of a game server"),
    );
  }

  takenPorts(ports: readonly number[]): Promise<number[]> {
    return findTakenPorts(ports);
  }

  hasLog(processId: string): Promise<boolean> {
    return isLog(processFiles(this.#options.root, processId).log);
  }

  logs(processId: string, options: LogOptions = {}): AsyncIterable<Uint8Array> {
    const { log } = processFiles(this.#options.root, processId);
    const isOver = async () => (await this.inspect(processId))?.exit !== undefined || !this.#processes.has(processId);
    return readLog(log, options, isOver);
  }

  async stats(processId: string): Promise<ProcessStats | undefined> {
    const process = this.#processes.get(processId);
    return process && !process.isOver ? this.#stats.read(process.state) : undefined;
  }

  async countConnections(): Promise<ReadonlyMap<string, number>> {
    if (!HAS_PROC) return new Map();
    const countable = (await this.list()).filter(({ phase, endpoints }) => phase === "running" && isTcpOnly(endpoints));
    if (countable.length === 0) return new Map();
    const sockets = await readSockets("/proc/net");
    return new Map(
      countable.map(({ processId, endpoints }) => {
        const ports = endpoints.map(({ port }) => port);
        return [processId, countConnected(sockets, ports)];
      }),
    );
  }

  async prepare(): Promise<void> {
    const { commands, baseEnv, log } = this.#options;
    for (const [name, command] of commands) {
      await checkCommand(command, baseEnv["PATH"] ?? "").catch((error: unknown) =>
        log.warn({ err: error, command: name }, "a command of the operator's file cannot be run"),
      );
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#readinessTimer);
    clearInterval(this.#filesTimer);
    await this.#memoryLoop.stop();
  }

  async #start(spec: ProcessSpec): Promise<void> {
    const { root, baseEnv, user, onChange } = this.#options;
    const { processId, ports } = spec;
    const command = this.#commandOf(spec);
    // A deployment may choose its language, but not which program a name in the operator's file means.
    const env = { ...baseEnv, ...spec.env, ...pick(baseEnv, ["PATH", "HOME"]) };
    await checkCommand(command, env["PATH"] ?? "");
    const files = processFiles(root, processId);
    await prepareFiles(files);
    const shim = await spawnShim({ ...command, env, exitFile: files.exit, logFile: files.log, user });
    try {
      const wanted = ports.map(({ name, port, transportType, plainPort }) => {
        return { name, port, transportType, plainPort };
      });
      const limited = await this.#limits.apply(shim.pid, spec);
      const state = { processId, ...(await identify(shim.pid)), ports: wanted, ...limited };
      await writeState(files, state);
      this.#keep(state);
    } catch (error) {
      shim.cancel();
      throw error;
    }
    void shim.exited.then(onChange);
    shim.go();
  }

  #keep(state: ProcessState): void {
    const { root, publicHost } = this.#options;
    const files = processFiles(root, state.processId);
    this.#processes.set(state.processId, new LocalProcess(state, { files, publicHost }));
  }

  #commandOf({ command: name, image, ports }: ProcessSpec): Command {
    if (image !== null) throw new SpawnError(`this host runs programs, and the build is the image ${image}`);
    const command = name === null ? undefined : this.#options.commands.get(name);
    if (!command)
      throw new SpawnError(`no command named ${JSON.stringify(name)} with argv in the operator's config file`);
    return { argv: fillPorts(command.argv, ports), cwd: command.cwd };
  }

  async #checkReadiness(): Promise<void> {
    const starting = [...this.#processes.values()].filter((process) => process.isStarting);
    if (this.#isLooking || starting.length === 0) return;
    this.#isLooking = true;
    try {
      const news = await Promise.all(starting.map((process) => process.checkReadiness()));
      if (news.includes(true)) this.#options.onChange();
    } catch (error) {
      this.#options.log.error({ err: error }, "could not look at the ports of starting processes");
    } finally {
      this.#isLooking = false;
    }
  }

  async #keepFiles(): Promise<void> {
    const { root, logKeeping } = this.#options;
    try {
      await this.adopt();
      for (const { files } of this.#processes.values()) await rotateLog(files.log, logKeeping.bytesPerFile);
      await this.#limits.tidy((processId) => this.#processes.has(processId) || this.#starts.has(processId));
      await removeOldLogs(root, { isKnown: (processId) => this.#processes.has(processId), ...logKeeping });
    } catch (error) {
      this.#options.log.warn({ err: error }, "could not look after the files of game servers");
    }
  }
}

function pick(variables: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
}
