import type { Logger } from "@roombridge/service";
import type { Neighbours } from "../provider.ts";
import { HOST_LABEL, PROBE_LABEL, PROCESS_LABEL, readIdentity } from "./container-options.ts";
import { endOrphans } from "./end-orphans.ts";
import type { Engine, ListedContainer } from "./engine.ts";
import { keepLog } from "./kept-log.ts";
import { stopContainer } from "./stop-container.ts";

const PROCESS_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface NeighboursOptions {
  readonly engine: Engine;
  /** Whose containers are no neighbours. */
  readonly hostId: string;
  /** Where logs of ended processes are kept. */
  readonly root: string;
  readonly log: Logger;
  /** Where processes of this machine are seen. */
  readonly procRoot: string;
}

/** Containers that other hosts have started on the same engine: processes, and what looks into them. */
export function neighboursOn({ engine, hostId: ownId, root, log, procRoot }: NeighboursOptions): Neighbours {
  return {
    async list() {
      const found = await engine.list(HOST_LABEL);
      const processes = new Map<string, { readonly processId: string; readonly hostId: string }>();
      for (const container of found) {
        const hostId = container.labels[HOST_LABEL] ?? "";
        const processId = processOf(container);
        if (processId !== undefined && hostId !== ownId) processes.set(`${processId} ${hostId}`, { processId, hostId });
      }
      return [...processes.values()];
    },
    async end({ processId, hostId }, graceMs) {
      const found = await engine.list(`${HOST_LABEL}=${hostId}`);
      const containers = found.filter((container) => processOf(container) === processId);
      for (const { id, labels } of containers) {
        const state = await engine.inspect(id);
        if (state) await stopContainer(engine, state, { graceMs, wasTold: false });
        if (!(PROBE_LABEL in labels)) await keepLog(engine, { containerId: id, processId }, { root, log });
        await engine.remove(id);
        await endOrphans(id, procRoot);
      }
    },
  };
}

/** Undefined for a container that only has the labels of one: labels are copied, names are not. */
function processOf(container: ListedContainer): string | undefined {
  const { labels } = container;
  const identity = readIdentity(container, labels[HOST_LABEL] ?? "");
  if (identity) return identity.processId;
  const processId = labels[PROCESS_LABEL] ?? "";
  return PROBE_LABEL in labels && PROCESS_ID.test(processId) ? processId : undefined;
}
