import Docker, { type ContainerCreateOptions } from "dockerode";
import type { ProcessStats } from "../provider.ts";
import { connectionOptions, type EngineAddress } from "./engine-address.ts";
import { EngineRefusedError, toEngineError } from "./engine-error.ts";
import { readFrames } from "./log-frames.ts";

const CALL_MS = 10_000;
/** Creating and starting wait for disks and for other containers. */
const START_MS = 60_000;
/** An engine that has missed the end of a container waits ten seconds for it, and as long again when it has no containerd. */
const REMOVE_CALLS = 3;

/** Times that an engine does not know begin like this. */
const NEVER = "0001-";

export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: string;
}

export interface ContainerState extends ListedContainer {
  /** In the engine's namespace of processes; 0 when it does not run. */
  readonly pid: number;
  readonly exitCode: number;
  /** False when the engine missed the end; newer ones then say that the exit code was 0. */
  readonly isEndKnown: boolean;
  readonly isOutOfMemory: boolean;
  /** Undefined for an image without HEALTHCHECK. */
  readonly health: string | undefined;
  /** What the image wants in place of SIGTERM. */
  readonly stopSignal: string;
}

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

/**
 * The calls that we make of the Docker Engine API (1.41 or newer). Every one ends: throws ProviderAwayError when no answer
 * came in time, EngineRefusedError when it was no. "Not there" and "is so already" are no errors.
 */
export class Engine {
  readonly #docker: Docker;
  readonly #callMs: number;

  constructor(address: EngineAddress, { callMs = CALL_MS }: { readonly callMs?: number } = {}) {
    this.#docker = new Docker(connectionOptions(address));
    this.#callMs = callMs;
  }

  async list(label: string): Promise<ListedContainer[]> {
    const found = await this.#call("list", (abortSignal) =>
      this.#docker.listContainers({ all: true, filters: { label: [label] }, abortSignal }),
    );
    return found.map(({ Id, Names, Labels, State }) => {
      return { id: Id, name: withoutSlash(Names[0] ?? ""), labels: Labels, status: State };
    });
  }

  /** By id or name. */
  async inspect(name: string): Promise<ContainerState | undefined> {
    const found = await this.#unlessMissing("inspect", (abortSignal) =>
      this.#docker.getContainer(name).inspect({ abortSignal }),
    );
    if (!found) return undefined;
    const { Id, Name, Config, State } = found;
    // Missing in the library's types.
    const { StopSignal } = Config as { StopSignal?: string };
    return {
      id: Id,
      name: withoutSlash(Name),
      labels: Config.Labels ?? {},
      status: State.Status,
      pid: State.Pid,
      exitCode: State.ExitCode,
      isEndKnown: !State.FinishedAt.startsWith(NEVER),
      isOutOfMemory: State.OOMKilled,
      health: State.Health?.Status,
      stopSignal: StopSignal || "SIGTERM",
    };
  }

  /** Answers the id; undefined when the name is taken. */
  async create(options: ContainerCreateOptions): Promise<string | undefined> {
    const create = (abortSignal: AbortSignal) => this.#docker.createContainer({ ...options, abortSignal });
    const made = await this.#unless(409, this.#call("create", create, START_MS));
    return made?.id;
  }

  async start(id: string): Promise<void> {
    const start = (abortSignal: AbortSignal) => this.#docker.getContainer(id).start({ abortSignal });
    await this.#unless(304, this.#call("start", start, START_MS));
  }

  /** False when it does not run. */
  async kill(id: string, signal: string): Promise<boolean> {
    const kill = async (abortSignal: AbortSignal) => {
      await this.#docker.getContainer(id).kill({ signal, abortSignal });
      return true;
    };
    // 409: it is not running.
    return (await this.#unless(409, this.#unlessMissing("kill", kill))) ?? false;
  }

  /** Removes it with its volumes, killing it if it runs. */
  async remove(id: string): Promise<void> {
    const remove = (abortSignal: AbortSignal) =>
      this.#docker.getContainer(id).remove({ force: true, v: true, abortSignal });
    // 409: somebody is removing it.
    await this.#unless(409, this.#unlessMissing("remove", remove, REMOVE_CALLS * this.#callMs));
  }

  /** What it wrote so far, both streams; the last lines only with `tailLines`. */
  async readLog(id: string, tailLines: number | undefined): Promise<AsyncIterable<Uint8Array>> {
    const options = { stdout: true, stderr: true, ...(tailLines === undefined ? {} : { tail: tailLines }) };
    const text = await this.#unlessMissing(
      "logs",
      (abortSignal) => this.#docker.getContainer(id).logs({ ...options, abortSignal }),
      START_MS,
    );
    return readFrames([text ?? new Uint8Array()]);
  }

  /** The same, and what follows until it ends. The caller ends it earlier by destroying the stream. */
  async followLog(id: string, tailLines: number | undefined): Promise<NodeJS.ReadableStream | undefined> {
    const options = { stdout: true, stderr: true, ...(tailLines === undefined ? {} : { tail: tailLines }) };
    return this.#unlessMissing("logs", () => this.#docker.getContainer(id).logs({ ...options, follow: true }));
  }

  async stats(id: string): Promise<Omit<ProcessStats, "tcpConnections"> | undefined> {
    const found = await this.#unlessMissing("stats", () =>
      this.#docker.getContainer(id).stats({ stream: false, "one-shot": true }),
    );
    if (!found) return undefined;
    const { usage, stats } = found.memory_stats;
    // Of one that has ended meanwhile there is nothing to tell.
    if (!(usage > 0)) return undefined;
    // What the kernel can give back at any time is no use of memory; the two names are those of cgroup v1 and v2.
    const cache = stats?.total_inactive_file ?? stats?.inactive_file ?? 0;
    // None for a container in the network of the machine, where nobody counts by container.
    const networks = Object.values(found.networks ?? {});
    return {
      cpuSeconds: found.cpu_stats.cpu_usage.total_usage / 1e9,
      memoryBytes: Math.max(0, usage - cache),
      ...(networks.length === 0 ? {} : { sentBytes: networks.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0) }),
    };
  }

  async hasImage(reference: string): Promise<boolean> {
    const found = await this.#unlessMissing("inspect image", () => this.#docker.getImage(reference).inspect());
    return found !== undefined;
  }

  /** The lines of progress, in JSON. */
  async pull(reference: string, login: RegistryLogin | undefined): Promise<NodeJS.ReadableStream> {
    const pull = () => this.#docker.pull(reference, login === undefined ? {} : { authconfig: login });
    return this.#call("pull", pull, START_MS);
  }

  /** A line for each end of a container with this label, until the connection breaks or the stream is destroyed. */
  async watch(label: string): Promise<NodeJS.ReadableStream> {
    const filters = { type: ["container" as const], event: ["die", "destroy"], label: [label] };
    return this.#call("events", () => this.#docker.getEvents({ filters }));
  }

  /** Runs a container of these options to its end, and answers what it wrote. */
  async run(options: ContainerCreateOptions): Promise<string> {
    const id = await this.create(options);
    if (id === undefined) throw new EngineRefusedError(409, "the name is taken");
    try {
      await this.start(id);
      await this.#call("wait", (abortSignal) => this.#docker.getContainer(id).wait({ abortSignal }));
      const chunks: Uint8Array[] = [];
      for await (const chunk of await this.readLog(id, undefined)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    } finally {
      await this.remove(id);
    }
  }

  #unlessMissing<Answer>(
    what: string,
    call: (signal: AbortSignal) => Promise<Answer>,
    timeoutMs?: number,
  ): Promise<Answer | undefined> {
    return this.#unless(404, this.#call(what, call, timeoutMs));
  }

  async #unless<Answer>(status: number, call: Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof EngineRefusedError && error.status === status) return undefined;
      throw error;
    }
  }

  /** The library never answers when a connection breaks in the middle of an answer, so the clock is ours. */
  async #call<Answer>(
    what: string,
    call: (signal: AbortSignal) => Promise<Answer>,
    timeoutMs = this.#callMs,
  ): Promise<Answer> {
    const abort = new AbortController();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error(`not within ${timeoutMs / 1_000} s`));
      abort.abort();
    }, timeoutMs);
    try {
      return await Promise.race([call(abort.signal), late]);
    } catch (error) {
      throw toEngineError(error, what);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Docker's names begin with one, Podman's do not. */
function withoutSlash(name: string): string {
  return name.replace(/^\//, "");
}
