import { z } from "zod";
import { ExposedPort } from "./exposed-port.ts";
import { Region } from "./region.ts";

export const PROCESS_STATUSES = ["starting", "running", "draining", "stopping", "stopped", "failed"] as const;

/**
 * Hathora `ProcessStatus`. `draining` runs and takes no new rooms, or, where its application has a newer deployment, only
 * those that name its own.
 */
export const ProcessStatus = z.enum(PROCESS_STATUSES).meta({ id: "ProcessStatus" });
export type ProcessStatus = z.infer<typeof ProcessStatus>;

const instantOrNull = z.union([z.iso.datetime(), z.null()]);

/** What `ProcessV2` and `ProcessV3` share. `exposedPort` is always present here, unlike in connection info: null until bound. */
const common = {
  appId: z.string(),
  processId: z.string(),
  region: Region,
  status: ProcessStatus,
  roomsAllocated: z.int().min(0),
  roomsPerProcess: z.int().min(1),
  exposedPort: z.union([ExposedPort, z.null()]),
  additionalExposedPorts: z.array(ExposedPort),
  createdAt: z.iso.datetime(),
  startedAt: instantOrNull.meta({ description: "When the process had bound its ports." }),
  stoppingAt: instantOrNull.meta({ description: "When its end was asked for." }),
  terminatedAt: instantOrNull,
};

/** Hathora `ProcessV3`: one running or ended game server. */
export const ProcessV3 = z
  .object({
    ...common,
    deploymentId: z.string(),
    scheduledAt: instantOrNull.meta({ description: "When a host took it." }),
    bootedAt: instantOrNull.meta({ description: "When it began to boot." }),
    summaryExitReason: z.string().optional().meta({ description: "Why it ended; left out while it has not." }),
  })
  .meta({ id: "ProcessV3" });
export type ProcessV3 = z.infer<typeof ProcessV3>;

/** Hathora `ProcessV2`, of the SDKs before the deployment's id became a text. */
export const ProcessV2 = z
  .object({
    ...common,
    deploymentId: z.int().meta({ description: "A number that stands for the deployment's id in this version only." }),
  })
  .meta({ id: "ProcessV2" });
export type ProcessV2 = z.infer<typeof ProcessV2>;

/** Answer of `GetProcessesCountExperimental`. */
export const ProcessCount = z.object({ count: z.int().min(0) }).meta({ id: "ProcessCount" });
export type ProcessCount = z.infer<typeof ProcessCount>;
