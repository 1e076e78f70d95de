import type { ProcessStatus, Region } from "@roombridge/models/api";
import type { RepeatableCallOptions } from "../call-options.ts";
import type { ExposedPort } from "../exposed-port.ts";
import type { JsonReader } from "../http/json-reader.ts";
import type { Open } from "../open.ts";

/** Where a game server is that somebody else has started, and what it takes. */
export interface RegisterStaticProcessParams {
  /** 1 to 100 of `A-Z a-z 0-9 . _ -`; who registers with it takes the place of the server before. */
  readonly name: string;
  /** A UUID of this start of the server: the same one again finds the same process. Drawn for the call when absent. */
  readonly instanceId?: string | undefined;
  readonly region: Open<Region>;
  /** The port called `default`, as players reach it. */
  readonly exposedPort: Omit<ExposedPort, "name">;
  readonly additionalExposedPorts?: readonly ExposedPort[] | undefined;
  /** The newest deployment when absent. */
  readonly deploymentId?: string | undefined;
  /** At most what the deployment says, which is also the default. */
  readonly roomsPerProcess?: number | undefined;
  /** True: it is asked to stop after 300 s without rooms. Default false. */
  readonly idleTimeoutEnabled?: boolean | undefined;
}

/** A room that a static process has to serve. */
export interface StaticProcessRoom {
  readonly roomId: string;
  readonly roomConfig: string | null;
  /** Of this stay: another one after the room was away. */
  readonly roomAllocationId: string;
}

/** What a game server is told that registers or sends a heartbeat. */
export interface StaticProcess {
  readonly processId: string;
  readonly deploymentId: string;
  readonly region: Open<Region>;
  readonly roomsPerProcess: number;
  readonly status: Open<ProcessStatus>;
  /** Not null: end, and deregister. */
  readonly stopReason: Open<"stop_requested" | "idle"> | null;
  /** Time to the next heartbeat. */
  readonly heartbeatSeconds: number;
  /** After so long without a heartbeat it counts as lost. */
  readonly leaseSeconds: number;
  readonly roomsVersion: string;
  /** In the order in which they came; not there when the heartbeat named their version. */
  readonly rooms?: readonly StaticProcessRoom[];
}

export interface HeartbeatOptions extends RepeatableCallOptions {
  /** Of the answer before: rooms come only if they have changed. */
  readonly roomsVersion?: string | undefined;
}

export interface DeregisterOptions extends RepeatableCallOptions {
  /** 0 to 255, default 0, which destroys the rooms; any other one leaves them without a process. */
  readonly exitCode?: number | undefined;
}

export function readStaticProcess(process: JsonReader): StaticProcess {
  return {
    processId: process.text("processId"),
    deploymentId: process.text("deploymentId"),
    region: process.text("region"),
    roomsPerProcess: process.integer("roomsPerProcess"),
    status: process.text("status"),
    stopReason: process.textOrNull("stopReason"),
    heartbeatSeconds: process.integer("heartbeatSeconds"),
    leaseSeconds: process.integer("leaseSeconds"),
    roomsVersion: process.text("roomsVersion"),
    ...(process.has("rooms") ? { rooms: process.objects("rooms").map(readStaticProcessRoom) } : {}),
  };
}

function readStaticProcessRoom(room: JsonReader): StaticProcessRoom {
  return {
    roomId: room.text("roomId"),
    roomConfig: room.textOrNull("roomConfig"),
    roomAllocationId: room.text("roomAllocationId"),
  };
}
