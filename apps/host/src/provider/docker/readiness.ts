import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessPort } from "../provider.ts";
import { type KernelSocket, parseSockets, readSockets } from "../socket-table.ts";
import type { ContainerState, Engine } from "./engine.ts";
import { HOST_LABEL, PROBE_LABEL, PROCESS_LABEL } from "./container-options.ts";

export interface ReadinessOptions {
  readonly engine: Engine;
  /** Where the processes of the engine are seen if it is of this machine; /proc. */
  readonly procRoot: string;
  readonly probeImage: string | undefined;
  readonly hostId: string;
}

/** `unknowable`: neither are its processes seen from here, nor has the image a HEALTHCHECK, nor is there a probe image. */
export type ContainerReadiness = "ready" | "not_ready" | "unknowable";

/**
 * Whether a container has bound its ports, by the sockets of its own network namespace. A connection to a published port
 * proves nothing: the engine's proxy accepts it before the server listens.
 */
export async function checkContainer(
  container: ContainerState,
  ports: readonly ProcessPort[],
  options: ReadinessOptions,
): Promise<ContainerReadiness> {
  const { engine, procRoot, probeImage, hostId } = options;
  const seen = await readContainerSockets(container, procRoot);
  if (seen) return hasBound(seen, ports) ? "ready" : "not_ready";
  if (container.health !== undefined) return container.health === "healthy" ? "ready" : "not_ready";
  if (probeImage === undefined) return "unknowable";
  const text = await engine.run({
    Image: probeImage,
    Entrypoint: ["cat"],
    Cmd: ["tcp", "tcp6", "udp", "udp6"].map((name) => `/proc/net/${name}`),
    // Without the name of a process it is none, and still found by whoever wonders whose it is.
    Labels: {
      [HOST_LABEL]: hostId,
      [PROBE_LABEL]: container.id,
      [PROCESS_LABEL]: container.labels[PROCESS_LABEL] ?? "",
    },
    HostConfig: { NetworkMode: `container:${container.id}`, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] },
  });
  return hasBound(parseSockets(text), ports) ? "ready" : "not_ready";
}

/** Undefined when the number of its process means nothing here, or somebody else: another machine, another namespace. */
export async function readContainerSockets(
  { id, pid }: ContainerState,
  procRoot: string,
): Promise<KernelSocket[] | undefined> {
  const directory = join(procRoot, String(pid));
  const cgroup = await readFile(join(directory, "cgroup"), "utf8").catch(() => "");
  if (pid === 0 || !cgroup.includes(id)) return undefined;
  return readSockets(join(directory, "net")).catch(() => undefined);
}

/** A server that listens on the container's loopback only can be reached by nobody. */
function hasBound(sockets: readonly KernelSocket[], ports: readonly ProcessPort[]): boolean {
  return ports.every(({ bindPort, transportType }) =>
    sockets.some(
      ({ protocol, state, port, isLoopback }) =>
        state === "bound" && !isLoopback && port === bindPort && (protocol === "udp") === (transportType === "udp"),
    ),
  );
}
