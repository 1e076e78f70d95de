import type { LiveRoomState, Region } from "@roombridge/models/api";
import type { CallOptions, RepeatableCallOptions } from "../call-options.ts";
import type { Open } from "../open.ts";

export interface CreateRoomParams {
  readonly region: Open<Region>;
  /** At most 10,000 characters, handed to the game server as it is. */
  readonly roomConfig?: string | undefined;
  /** Addresses of the players. */
  readonly clientIPs?: readonly string[] | undefined;
  /** The newest deployment of the application when absent. */
  readonly deploymentId?: string | undefined;
}

export interface CreateRoomOptions extends CallOptions {
  /** 1 to 100 of `A-Z a-z 0-9 _ -`; the server chooses one when absent. */
  readonly roomId?: string | undefined;
}

export interface UpdateRoomConfigParams {
  /** At most 10,000 characters; replaces what was there. */
  readonly roomConfig: string;
}

/** Which rooms of an application; what is left out filters nothing. */
export interface RoomFilter {
  readonly states?: readonly Open<LiveRoomState>[] | undefined;
  readonly regions?: readonly Open<Region>[] | undefined;
}

export interface ListRoomsParams extends RoomFilter {
  /** Rooms of a page, 1 to 500. Default 100. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before, with the same filter. */
  readonly cursor?: string | undefined;
}

export interface AllRoomsParams extends RoomFilter {
  /** Rooms per request, 1 to 500. Default 100. */
  readonly pageSize?: number | undefined;
}

export interface ConnectionInfoOptions extends RepeatableCallOptions {
  /**
   * 1 to 25: while the room is `starting` the answer is held back for so long at most. Must be shorter than `timeoutMs`.
   * Roombridge only.
   */
  readonly waitSeconds?: number | undefined;
}

export interface WaitOptions extends CallOptions {
  /** For the whole wait; for each poll the client's own holds. Default 120,000: a game server has 100 s to bind its port. */
  readonly timeoutMs?: number | undefined;
  /** For servers that do not hold answers back. Default 500. A longer `Retry-After` of the server wins. */
  readonly pollIntervalMs?: number | undefined;
}
