import type { Region } from "@roombridge/models/api";
import { RoomError } from "./errors.ts";

/** Why no slot could be had (`placement_refusal` in the database). */
export type PlacementRefusal = "full" | "no_host" | "pool_stopped" | "quota";

const DEFAULT_RETRY_SECONDS = 5;

/** The `no_capacity` of a create, a resume or a process that cannot be started, with the time after which to try again. */
export function noCapacity(
  refusal: PlacementRefusal,
  region: Region | null,
  retryAfterSeconds: number | null,
): RoomError {
  return new RoomError("no_capacity", sentence(refusal, region ?? "the region"), {
    retryAfterSeconds: retryAfterSeconds ?? DEFAULT_RETRY_SECONDS,
  });
}

function sentence(refusal: PlacementRefusal, region: string): string {
  switch (refusal) {
    case "full":
      return `no free slot in ${region}`;
    case "quota":
      return "the application has all the game servers that it may have";
    case "no_host":
      return `no live process host in ${region}`;
    case "pool_stopped":
      return `the game server failed to start five times in a row; ${region} pauses`;
  }
}
