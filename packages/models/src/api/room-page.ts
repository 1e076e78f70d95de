import { z } from "zod";
import { Region } from "./region.ts";
import { RoomWithoutAllocations } from "./room.ts";

/** What a live room is doing, finer than Hathora's `RoomStatus`, which shows the last three as `scheduling`. */
export const LiveRoomState = z.enum(["active", "scheduling", "suspended", "unscheduled"]).meta({
  id: "LiveRoomState",
  description:
    "`active`: on a process. `scheduling`: without a game server. `suspended`: by SuspendRoom. `unscheduled`: lost its process.",
});
export type LiveRoomState = z.infer<typeof LiveRoomState>;

/** A room in the list of an application's rooms, which Hathora does not have. */
export const ListedRoom = z
  .object({
    ...RoomWithoutAllocations.shape,
    state: LiveRoomState,
    region: Region,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "ListedRoom" });
export type ListedRoom = z.infer<typeof ListedRoom>;

/** Answer of `ListRooms`: one page, newest rooms first. */
export const RoomPage = z
  .object({
    rooms: z.array(ListedRoom),
    nextCursor: z
      .union([z.string(), z.null()])
      .meta({ description: "For the `cursor` of the next page; null after the last one." }),
  })
  .meta({ id: "RoomPage" });
export type RoomPage = z.infer<typeof RoomPage>;
