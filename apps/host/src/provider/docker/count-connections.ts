import { countConnected, isTcpOnly } from "../connections.ts";
import type { DockerProcess } from "./docker-process.ts";
import type { Engine } from "./engine.ts";
import { readContainerSockets } from "./readiness.ts";

/** A process with its connections; undefined when they cannot be counted (`Provider.countConnections`). */
export async function countConnections(
  engine: Engine,
  { processId, containerId, hasRun, exit, ports }: DockerProcess,
  procRoot: string,
): Promise<readonly [processId: string, count: number] | undefined> {
  if (!hasRun || exit || !isTcpOnly(ports)) return undefined;
  const container = await engine.inspect(containerId);
  const sockets = container && (await readContainerSockets(container, procRoot));
  if (!sockets) return undefined;
  // Only its own server listens there: the namespace is the container's.
  const bound = ports.map(({ bindPort }) => bindPort);
  return [processId, countConnected(sockets, bound)];
}
