import { mkdir } from "node:fs/promises";
import type { Logger } from "@roombridge/service";
import type { DockerSettings, ImageCommand } from "../../operator-config.ts";
import { readLog } from "../log-reader.ts";
import { findTakenPorts } from "../port-probe.ts";
import { isLog, type LogKeeping, removeOldLogs } from "../process-log.ts";
import {
  type LogOptions,
  type Neighbours,
  type Observed,
  type ProcessSpec,
  type ProcessStats,
  type Provider,
  SpawnError,
} from "../provider.ts";
import { containerName, containerOptions, HOST_LABEL, PROBE_LABEL, readIdentity } from "./container-options.ts";
import { countConnections } from "./count-connections.ts";
import { DockerProcess } from "./docker-process.ts";
import { type ContainerState, Engine, type ListedContainer } from "./engine.ts";
import { type EngineAddress, isOnThisMachine } from "./engine-address.ts";
import { toStartError } from "./engine-error.ts";
import { endOrphans } from "./end-orphans.ts";
import { EngineWatch } from "./engine-watch.ts";
import { imageOf } from "./image-of.ts";
import { ImageStore } from "./image-store.ts";
import { keepLog, keptLog } from "./kept-log.ts";
import { neighboursOn } from "./neighbours.ts";
import { PresenceWatch } from "./presence-watch.ts";
import { readContainerSockets } from "./readiness.ts";
import { ReadinessWatch } from "./readiness-watch.ts";
import { followContainer } from "./follow-container.ts";
import { isAlive, stopContainer } from "./stop-container.ts";

const FILES_INTERVAL_MS = 60_000;

export interface DockerProviderOptions {
  /** Where logs of ended processes are kept; made when missing. */
  readonly root: string;
  /** Containers with this name in their label are ours, and no others. */
  readonly hostId: string;
  readonly address: EngineAddress;
  readonly images: ReadonlyMap<string, ImageCommand>;
  readonly settings: DockerSettings;
  /** Address that players are told. */
  readonly publicHost: string;
  readonly logKeeping: LogKeeping;
  /** Something may have changed: look at `list`. */
  readonly onChange: () => void;
  readonly log: Logger;
  /** Where processes of this machine are seen; /proc. */
  readonly procRoot?: string;
}

/**
 * Game servers as containers of one Docker-compatible engine, which may be away at any time. What an earlier provider of
 * the same `hostId` left is taken over: all that is known of a container is in its labels.
 */
export async function openDockerProvider(options: DockerProviderOptions): Promise<Provider> {
  await mkdir(options.root, { recursive: true, mode: 0o700 });
  return new DockerProvider(options);
}

class DockerProvider implements Provider {
  readonly kind = "docker";
  readonly mapsPorts = true;
  readonly neighbours: Neighbours;
  readonly #options: DockerProviderOptions;
  readonly #procRoot: string;
  readonly #engine: Engine;
  readonly #images: ImageStore;
  readonly #watch: EngineWatch;
  readonly #processes = new Map<string, DockerProcess>();
  readonly #starts = new Map<string, Promise<void>>();
  readonly #readiness: ReadinessWatch;
  readonly #presence: PresenceWatch;
  readonly #filesTimer: NodeJS.Timeout;

  constructor(options: DockerProviderOptions) {
    const { address, settings, log, onChange, hostId, procRoot = "/proc" } = options;
    this.#options = options;
    this.#procRoot = procRoot;
    this.#engine = new Engine(address);
    this.neighbours = neighboursOn({ engine: this.#engine, ...options, procRoot });
    this.#images = new ImageStore({ engine: this.#engine, settings, log });
    this.#watch = new EngineWatch({ engine: this.#engine, label: `${HOST_LABEL}=${hostId}`, onChange });
    this.#readiness = new ReadinessWatch({
      engine: this.#engine,
      readiness: { engine: this.#engine, procRoot, probeImage: settings.probeImage, hostId },
      processes: this.#processes,
      onChange,
      log,
    });
    this.#presence = new PresenceWatch({ engine: this.#engine, procRoot, processes: this.#processes, onChange, log });
    this.#filesTimer = setInterval(() => void this.#keepFiles(), FILES_INTERVAL_MS);
  }

  async start(spec: ProcessSpec): Promise<void> {
    const { processId } = spec;
    const start = this.#starts.get(processId) ?? this.#start(spec).finally(() => this.#starts.delete(processId));
    this.#starts.set(processId, start);
    await start;
  }

  async list(): Promise<Observed[]> {
    const { hostId } = this.#options;
    const epoch = this.#watch.epoch;
    const found = await this.#watch.observe(this.#engine.list(`${HOST_LABEL}=${hostId}`));
    const observed = await Promise.all(found.map((container) => this.#observe(container, epoch)));
    const ids = new Set(found.map(({ id }) => id));
    for (const [processId, { containerId }] of this.#processes) {
      if (!ids.has(containerId) && !this.#starts.has(processId)) this.#processes.delete(processId);
    }
    return observed.filter((seen) => seen !== undefined);
  }

  async inspect(processId: string): Promise<Observed | undefined> {
    const epoch = this.#watch.epoch;
    const container = await this.#watch.observe(this.#find(processId));
    return container && this.#observe(container, epoch);
  }

  async stop(processId: string, graceMs: number): Promise<void> {
    const container = await this.#find(processId);
    const process = container && this.#track(container);
    if (!process || process.isGone) return;
    const { wasTold } = process;
    process.wasTold = true;
    await stopContainer(this.#engine, container, { graceMs, wasTold });
  }

  async forget(processId: string): Promise<void> {
    const container = await this.#find(processId);
    const process = container && this.#track(container);
    if (process) {
      if (!process.isLogKept) await this.#keepLog(process);
      process.isLogKept = true;
      await this.#remove(container.id);
    }
    this.#processes.delete(processId);
  }

  /** On an engine of another machine nothing can be seen; its `start` tells then. */
  async takenPorts(ports: readonly number[]): Promise<number[]> {
    return isOnThisMachine(this.#options.address) ? findTakenPorts(ports) : [];
  }

  async hasLog(processId: string): Promise<boolean> {
    return (await this.#find(processId)) !== undefined || isLog(keptLog(this.#options.root, processId));
  }

  async *logs(processId: string, options: LogOptions = {}): AsyncGenerator<Uint8Array> {
    const container = await this.#find(processId);
    if (!container) yield* readLog(keptLog(this.#options.root, processId), { ...options, follow: false }, () => true);
    else if (options.follow) yield* followContainer(this.#engine, container.id, options);
    else yield* await this.#engine.readLog(container.id, options.tailLines);
  }

  async stats(processId: string): Promise<ProcessStats | undefined> {
    const container = await this.#find(processId);
    const ports = container && this.#track(container)?.ports;
    if (!ports || !isAlive(container)) return undefined;
    const [used, sockets] = await Promise.all([
      this.#engine.stats(container.id),
      readContainerSockets(container, this.#procRoot),
    ]);
    if (!used || !sockets) return used;
    const tcp = new Set(ports.filter((port) => port.transportType !== "udp").map((port) => port.bindPort));
    const connections = sockets.filter(({ state, port }) => state === "established" && tcp.has(port));
    return { ...used, tcpConnections: connections.length };
  }

  async countConnections(): Promise<ReadonlyMap<string, number>> {
    const counts = await Promise.all(
      Array.from(this.#processes.values(), (process) => countConnections(this.#engine, process, this.#procRoot)),
    );
    return new Map(counts.filter((count) => count !== undefined));
  }

  async prepare(): Promise<void> {
    const { images, settings, log } = this.#options;
    await this.#removeProbes();
    const { probeImage } = settings;
    const probe = probeImage === undefined ? [] : [{ image: probeImage, pull: "missing" as const }];
    for (const command of [...images.values(), ...probe]) {
      await (command.pull === "always" ? this.#images.pull(command.image) : this.#images.need(command)).catch(
        (error: unknown) => log.warn({ err: error, image: command.image }, "an image is not there"),
      );
    }
  }

  async close(): Promise<void> {
    this.#readiness.close();
    this.#presence.close();
    clearInterval(this.#filesTimer);
    await this.#watch.close();
  }

  async #start(spec: ProcessSpec): Promise<void> {
    const { images, settings, hostId, publicHost, logKeeping } = this.#options;
    const { processId, ports } = spec;
    const known = await this.#find(processId);
    // One that was only created is what an answer that never came has left behind.
    if (known && known.status !== "created") return;
    if (known) await this.#remove(known.id);
    const command = imageOf(spec, images, settings.images);
    if (ports.some(({ plainPort }) => plainPort !== undefined) && !isOnThisMachine(this.#options.address)) {
      throw new SpawnError("the host terminates TLS for an engine of its own machine only; let the port be tcp");
    }
    await this.#images.need(command);
    try {
      const id = await this.#engine.create(
        containerOptions(spec, command, { hostId, publicHost, logBytes: logKeeping.bytesPerFile }),
      );
      if (id === undefined) {
        // Another provider of the same host was faster; or a stranger has the name.
        if (await this.#find(processId)) return;
        throw new SpawnError(`the engine has a container ${containerName(processId)} that is not this host's`);
      }
      const process = new DockerProcess(processId, { id, ports });
      this.#processes.set(processId, process);
      const { epoch } = this.#watch;
      await this.#engine.start(id);
      process.seen({ status: "running" }, epoch);
    } catch (error) {
      await this.#discard(processId);
      throw toStartError(error, ports);
    }
  }

  async #remove(containerId: string): Promise<void> {
    await this.#engine.remove(containerId);
    await endOrphans(containerId, this.#procRoot);
  }

  async #keepLog({ processId, containerId }: DockerProcess): Promise<void> {
    const { root, log } = this.#options;
    await keepLog(this.#engine, { containerId, processId }, { root, log });
  }

  /** What could not be started has no log, and its name is wanted again. */
  async #discard(processId: string): Promise<void> {
    const { log } = this.#options;
    this.#processes.delete(processId);
    const remove = async () => {
      const left = await this.#find(processId);
      if (left) await this.#remove(left.id);
    };
    await remove().catch((error: unknown) => log.warn({ err: error, processId }, "a container could not be removed"));
  }

  /** What a host that was killed while it looked into a container has left. */
  async #removeProbes(): Promise<void> {
    const { hostId, log } = this.#options;
    try {
      const found = await this.#engine.list(`${HOST_LABEL}=${hostId}`);
      const probes = found.filter(({ labels }) => PROBE_LABEL in labels);
      await Promise.all(probes.map(({ id }) => this.#engine.remove(id)));
    } catch (error) {
      log.warn({ err: error }, "could not look for containers that an earlier host left");
    }
  }

  /** Undefined for a container that is somebody else's, whatever its name. */
  async #find(processId: string): Promise<ContainerState | undefined> {
    const container = await this.#engine.inspect(containerName(processId));
    return container && readIdentity(container, this.#options.hostId) ? container : undefined;
  }

  #track(container: ListedContainer): DockerProcess | undefined {
    const identity = readIdentity(container, this.#options.hostId);
    if (!identity) return undefined;
    const { processId, ports } = identity;
    const known = this.#processes.get(processId);
    if (known?.containerId === container.id) return known;
    const found = new DockerProcess(processId, { id: container.id, ports });
    this.#processes.set(processId, found);
    return found;
  }

  async #observe(container: ListedContainer, epoch: number): Promise<Observed | undefined> {
    const process = this.#track(container);
    if (!process) return undefined;
    process.seen(container, epoch);
    const isOver = !isAlive(container) && !this.#starts.has(process.processId);
    if (isOver && !process.exit) {
      const state = await this.#watch.observe(this.#engine.inspect(container.id));
      if (!state) return undefined;
      process.ended(state, epoch);
    }
    return process.observed(this.#options.publicHost);
  }

  async #keepFiles(): Promise<void> {
    const { root, log, logKeeping } = this.#options;
    await removeOldLogs(root, { isKnown: () => false, ...logKeeping }).catch((error: unknown) =>
      log.warn({ err: error }, "could not look after the logs of game servers"),
    );
  }
}
