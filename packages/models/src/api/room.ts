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

/** A room in the lists of a process (Hathora `RoomWithoutAllocations`). Its SDKs refuse a missing `currentAllocation`. */
export const RoomWithoutAllocations = z
  .object({
    appId: z.string(),
    roomId: z.string(),
    status: RoomStatus,
    roomConfig: z.string().nullable(),
    currentAllocation: z.union([RoomAllocation, z.null()]),
  })
  .meta({ id: "RoomWithoutAllocations" });
export type RoomWithoutAllocations = z.infer<typeof RoomWithoutAllocations>;

/** Answer of `GetRoomInfo` (Hathora `Room`). */
export const Room = z
  .object({
    ...RoomWithoutAllocations.shape,
    allocations: z.array(RoomAllocation).meta({ description: "Oldest first." }),
  })
  .meta({ id: "Room" });
export type Room = z.infer<typeof Room>;
