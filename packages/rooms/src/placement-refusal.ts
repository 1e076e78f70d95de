import type { Region } from "@roombridge/models/api";
import { RoomError } from "./errors.ts";

/** Why no slot could be had (`placement_refusal` in the database). */
export type PlacementRefusal = "full" | "no_host" | "pool_stopped" | "quota";

const DEFAULT_RETRY_SECONDS = 5;

const QUOTAS = {
  maxProcesses: "game servers",
  maxRooms: "rooms",
} as const;

/**
 * The error of a create, a resume or a process that cannot be started: `quota_exceeded`, or `no_capacity` with the time after
 * which to try again.
 */
export function refusePlacement(
  refusal: PlacementRefusal,
  region: Region | null,
  retryAfterSeconds: number | null,
): RoomError {
  if (refusal === "quota") return quotaExceeded("maxProcesses");
  return new RoomError("no_capacity", sentence(refusal, region ?? "the region"), {
    retryAfterSeconds: retryAfterSeconds ?? DEFAULT_RETRY_SECONDS,
  });
}

/** Waiting does not help by itself, so there is no time after which to try again. */
export function quotaExceeded(quota: keyof typeof QUOTAS): RoomError {
  return new RoomError("quota_exceeded", `the application has all the ${QUOTAS[quota]} that it may have (${quota})`);
}

function sentence(refusal: Exclude<PlacementRefusal, "quota">, region: string): string {
  switch (refusal) {
    case "full":
      return `no free slot in ${region}`;
    case "no_host":
      return `no live process host in ${region}`;
    case "pool_stopped":
      return `the game server failed to start five times in a row; ${region} pauses`;
  }
}
