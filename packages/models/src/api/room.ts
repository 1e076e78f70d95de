import { z } from "zod";

/** Hathora `RoomStatus`: follows the allocation, `active` as soon as the room has a process. */
export const RoomStatus = z.enum(["scheduling", "active", "destroyed"]).meta({ id: "RoomStatus" });
export type RoomStatus = z.infer<typeof RoomStatus>;

/** The stay of a room on a process (Hathora `RoomAllocation`). */
export const RoomAllocation = z
  .object({
    roomAllocationId: z.string(),
    processId: z.string(),
    scheduledAt: z.iso.datetime(),
    unscheduledAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "RoomAllocation" });
export type RoomAllocation = z.infer<typeof RoomAllocation>;

/** Answer of `GetRoomInfo` (Hathora `Room`). `currentAllocation` is always present; its SDKs refuse a missing one. */
export const Room = z
  .object({
    appId: z.string(),
    roomId: z.string(),
    status: RoomStatus,
    roomConfig: z.string().nullable(),
    currentAllocation: z.union([RoomAllocation, z.null()]),
    allocations: z.array(RoomAllocation).meta({ description: "Oldest first." }),
  })
  .meta({ id: "Room" });
export type Room = z.infer<typeof Room>;
