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
  | { readonly do: "report_running" }
  /** Its port is somebody else's: begin again on another one. */
  | { readonly do: "change_ports"; readonly taken: readonly number[] }
  /** It exited before it had its ports: find out whether a port was the reason. */
  | { readonly do: "explain_exit" }
  /** Stop what is left of it, then record the end. */
  | { readonly do: "end"; readonly reason: EndReason }
  /** The database has closed it: stop it and forget it. */
  | { readonly do: "discard" };

/** What to do about one process, by comparing what the database wants with what the provider sees. */
export function decide(situation: Situation): Action {
  const { row, observed, launch, incarnation } = situation;
  if (!row) return observed || launch ? { do: "discard" } : { do: "nothing" };
  if (row.incarnation !== incarnation) return { do: "end", reason: "host_lost" };
  if (row.stopReason !== null) return { do: "end", reason: "exited" };
  // The answer to our claim was lost with a connection, and with it how to start the process.
  if (!launch) return { do: "end", reason: "host_lost" };
  if (!observed) return launch.startedAtMs === undefined ? { do: "launch" } : { do: "end", reason: "exited" };
  return decideOnSeen({ ...situation, row, observed, launch });
}

function decideOnSeen(
  situation: Situation & Required<{ row: HostProcessRow; observed: Observed; launch: Launch }>,
): Action {
  const { row, observed, launch, nowMs, bindDeadlineMs } = situation;
  switch (observed.phase) {
    case "exited":
      return observed.hasRun || row.status !== "starting" ? { do: "end", reason: "exited" } : { do: "explain_exit" };
    case "running":
      return row.status === "starting" ? { do: "report_running" } : { do: "nothing" };
    case "starting":
      if (observed.foreignPorts.length > 0) return { do: "change_ports", taken: observed.foreignPorts };
      return launch.startedAtMs !== undefined && nowMs - launch.startedAtMs > bindDeadlineMs
        ? { do: "end", reason: "bind_deadline" }
        : { do: "nothing" };
  }
}
