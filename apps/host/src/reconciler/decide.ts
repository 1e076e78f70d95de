import type { ExposedPort } from "@roombridge/models/api";
import type { EndReason, HostProcessRow } from "@roombridge/rooms";
import type { Observed } from "../provider/provider.ts";
import type { Launch } from "./launch.ts";

export interface Situation {
  /** Undefined when the process has ended for the database. */
  readonly row: HostProcessRow | undefined;
  /** Undefined when the provider knows no such process. */
  readonly observed: Observed | undefined;
  /** Undefined when this incarnation did not claim the process. */
  readonly launch: Launch | undefined;
  readonly incarnation: string;
  readonly nowMs: number;
  readonly bindDeadlineMs: number;
}

export type Action =
  | { readonly do: "nothing" }
  /** Begin what was claimed. */
  | { readonly do: "launch" }
  /** An earlier incarnation of this host has started it, and it lives. */
  | { readonly do: "adopt" }
  | { readonly do: "report_running"; readonly endpoints: readonly ExposedPort[] }
  /** It is not ready, and something else than before is known of the reason; undefined: nothing. */
  | { readonly do: "explain"; readonly detail: string | undefined }
  /** Its port is somebody else's: begin again on another one. */
  | { readonly do: "change_ports"; readonly taken: readonly number[] }
  /** Stop what is left of it, then record the end. */
  | { readonly do: "end"; readonly reason: EndReason }
  /** The database has closed it: stop it and forget it. */
  | { readonly do: "discard" };

/** What to do about one process, by comparing what the database wants with what the provider sees. */
export function decide(situation: Situation): Action {
  const { row, observed, launch, incarnation } = situation;
  if (!row) return observed || launch ? { do: "discard" } : { do: "nothing" };
  if (row.stopReason !== null) return { do: "end", reason: "exited" };
  if (row.incarnation !== incarnation) return decideOnInherited(row, observed);
  // The answer to our claim was lost with a connection, and with it how to start the process.
  if (!launch) return { do: "end", reason: "host_lost" };
  if (!observed) return launch.startedAtMs === undefined ? { do: "launch" } : { do: "end", reason: "exited" };
  return decideOnSeen({ ...situation, row, observed, launch });
}

function decideOnInherited(row: HostProcessRow, observed: Observed | undefined): Action {
  if (!observed) return { do: "end", reason: "host_lost" };
  if (observed.phase !== "exited") return { do: "adopt" };
  const { code, signal, oom } = observed.exit ?? {};
  const wasSeen = code !== undefined || signal !== undefined || oom === true;
  // While it was starting the loss of its host may be why it did not come up.
  return { do: "end", reason: row.status === "running" && wasSeen ? "exited" : "host_lost" };
}

function decideOnSeen(
  situation: Situation & Required<{ row: HostProcessRow; observed: Observed; launch: Launch }>,
): Action {
  const { row, observed, launch, nowMs, bindDeadlineMs } = situation;
  if (row.status !== "starting") {
    return observed.phase === "exited" ? { do: "end", reason: "exited" } : { do: "nothing" };
  }
  if (observed.phase === "running") return { do: "report_running", endpoints: observed.endpoints };
  // Also when it has exited: without its ports it could do nothing else.
  if (observed.foreignPorts.length > 0) return { do: "change_ports", taken: observed.foreignPorts };
  if (observed.phase === "exited") return { do: "end", reason: "exited" };
  if (launch.startedAtMs !== undefined && nowMs - launch.startedAtMs > bindDeadlineMs) {
    return { do: "end", reason: "bind_deadline" };
  }
  const { detail } = observed;
  return detail === launch.detail ? { do: "nothing" } : { do: "explain", detail };
}
