import type { RoomsContext } from "./context.ts";
import { processNotFound } from "./errors.ts";
import { isUuid } from "./ids.ts";
import { findProcessHost, type HostControl } from "./store/host-control.ts";

/** Who can be asked about a process. */
export interface ProcessHost {
  readonly processId: string;
  /** `none`: no host has taken it yet. `static`: its game server was started by somebody else. */
  readonly kind: "none" | "static" | "host";
  /** Undefined where nobody can be asked. */
  readonly control: HostControl | undefined;
  /** It was started, as far as we were told. */
  readonly hasBegun: boolean;
  readonly hasEnded: boolean;
}

/** The host of a process of this application, ended ones for 72 h. Throws `process_not_found`. */
export async function getProcessHost(
  { database }: RoomsContext,
  appId: string,
  processId: string,
): Promise<ProcessHost> {
  const row = isUuid(processId) ? await findProcessHost(database, appId, processId) : undefined;
  if (!row) throw processNotFound(processId);
  const { provider, controlUrl: url, controlSecret: secret, hasBegun, hasEnded } = row;
  const kind = provider === null ? "none" : provider === "static" ? "static" : "host";
  return {
    processId,
    kind,
    control: url === null || secret === null ? undefined : { url, secret },
    hasBegun,
    hasEnded,
  };
}
