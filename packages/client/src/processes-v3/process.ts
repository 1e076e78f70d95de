import type { ProcessStatus, Region } from "@roombridge/models/api";
import type { ExposedPort } from "../exposed-port.ts";
import type { Open } from "../open.ts";

/** One running or ended game server (Hathora `ProcessV3`). */
export interface Process {
  readonly appId: string;
  readonly deploymentId: string;
  readonly processId: string;
  readonly region: Open<Region>;
  /** `draining` takes no new rooms. */
  readonly status: Open<ProcessStatus>;
  readonly roomsAllocated: number;
  readonly roomsPerProcess: number;
  /** Null until it has bound its ports. */
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: readonly ExposedPort[];
  readonly createdAt: Date;
  /** When a host took it. */
  readonly scheduledAt: Date | null;
  /** When it began to boot. */
  readonly bootedAt: Date | null;
  /** When it had bound its ports. */
  readonly startedAt: Date | null;
  /** When its end was asked for. */
  readonly stoppingAt: Date | null;
  readonly terminatedAt: Date | null;
  /** Why it ended; not there while it has not. */
  readonly summaryExitReason?: string;
}

/** Which processes of an application; what is left out filters nothing. */
export interface ProcessFilter {
  readonly statuses?: readonly Open<ProcessStatus>[] | undefined;
  readonly regions?: readonly Open<Region>[] | undefined;
  /** Created earlier than this. */
  readonly before?: Date | undefined;
}
