import type { LiveRoomState, Region } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { toRoomSummary, type RoomSummary } from "./room-summary.ts";
import { findLiveRooms, type LiveRoomRow, type RoomPosition } from "./store/find-rooms.ts";

export interface FindRoomsInput {
  /** All states when absent. */
  readonly states?: readonly LiveRoomState[] | undefined;
  /** All regions when absent. */
  readonly regions?: readonly Region[] | undefined;
  /** Rooms on the page at most. */
  readonly limit: number;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface FoundRoom extends RoomSummary {
  readonly state: LiveRoomState;
  readonly region: Region;
  readonly createdAt: Date;
}

export interface FoundRooms {
  readonly rooms: readonly FoundRoom[];
  /** Null after the last page. */
  readonly nextCursor: string | null;
}

const CURSOR = /^(\d{1,17})\.([0-9a-z]{16})$/;

/**
 * One page of the live rooms of an application, newest first. Rooms that come or go while somebody pages neither repeat nor
 * hide others. Throws `invalid_params` for a cursor that is none of ours.
 */
export async function findRooms(context: RoomsContext, appId: string, input: FindRoomsInput): Promise<FoundRooms> {
  const { states, regions, limit, cursor } = input;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await findLiveRooms(context.database, appId, { states, regions, after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rooms: page.map(toFoundRoom), nextCursor: rows.length > limit && last ? writeCursor(last) : null };
}

function toFoundRoom(row: LiveRoomRow): FoundRoom {
  return { ...toRoomSummary(row), state: row.state, region: row.region, createdAt: row.createdAt };
}

function writeCursor({ createdAtMicros, roomKey }: RoomPosition): string {
  return Buffer.from(`${createdAtMicros}.${roomKey}`).toString("base64url");
}

function readCursor(cursor: string): RoomPosition {
  const [, createdAtMicros, roomKey] = CURSOR.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (createdAtMicros === undefined || roomKey === undefined) {
    throw new RoomError("invalid_params", "cursor: expected the nextCursor of another page");
  }
  return { createdAtMicros, roomKey };
}
