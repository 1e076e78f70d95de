import type { ProcessV2, ProcessV3 } from "@roombridge/models/api";
import type { GameProcess } from "@roombridge/rooms";

/** Unlike in connection info, every key is there: null until it happens. Only the reason of the end is left out. */
export function toProcessV3(process: GameProcess): ProcessV3 {
  const { deploymentId, scheduledAt, bootedAt, exitReason } = process;
  return {
    ...toCommon(process),
    deploymentId,
    scheduledAt: toIsoOrNull(scheduledAt),
    bootedAt: toIsoOrNull(bootedAt),
    ...(exitReason === undefined ? {} : { summaryExitReason: exitReason }),
  };
}

/** The deployment's id is a number here. */
export function toProcessV2(process: GameProcess): ProcessV2 {
  return { ...toCommon(process), deploymentId: process.deploymentNumber };
}

function toCommon(process: GameProcess): Omit<ProcessV2, "deploymentId"> {
  const { appId, processId, region, status, roomsAllocated, roomsPerProcess, exposedPort } = process;
  return {
    appId,
    processId,
    region,
    status,
    roomsAllocated,
    roomsPerProcess,
    exposedPort,
    additionalExposedPorts: [...process.additionalExposedPorts],
    createdAt: process.createdAt.toISOString(),
    startedAt: toIsoOrNull(process.startedAt),
    stoppingAt: toIsoOrNull(process.stoppingAt),
    terminatedAt: toIsoOrNull(process.terminatedAt),
  };
}

function toIsoOrNull(date: Date | null): string | null {
  return date && date.toISOString();
}
