import { z } from "zod";
import { Region } from "./region.ts";
import { RoomStatus } from "./room.ts";

/** What may happen to a room or a process. */
export const ROOM_EVENT_TYPES = [
  /** There is a new room. */
  "room.created",
  /** Players can connect. */
  "room.active",
  /** Its config was replaced, or it was placed on another process because the one before did not start (`reason`). */
  "room.updated",
  /** Taken off its process by a call; its credentials are refused. */
  "room.suspended",
  /** Has a process again. */
  "room.resumed",
  /** Has lost its process (`reason`) and may be resumed. */
  "room.unscheduled",
  "room.destroyed",
  /** A process ended that nobody asked to end (`reason`, `exitCode`, `exitSignal`). */
  "process.failed",
] as const;

export const RoomEventType = z.enum(ROOM_EVENT_TYPES);
export type RoomEventType = z.infer<typeof RoomEventType>;

/** What an event is about; never a secret. */
export const RoomEventData = z.object({
  appId: z.string(),
  roomId: z.string().optional().meta({ description: "Left out in `process.failed`." }),
  region: Region.optional(),
  processId: z.union([z.string(), z.null()]).optional().meta({
    description: "The process that the room is on, else the last one that it was on; null when it never had one.",
  }),
  status: RoomStatus.optional().meta({ description: "The room's after the event, where the event tells." }),
  reason: z.string().optional(),
  exitCode: z.union([z.int(), z.null()]).optional(),
  exitSignal: z.union([z.string(), z.null()]).optional(),
});
export type RoomEventData = z.infer<typeof RoomEventData>;

/** The `data` of a server-sent event, and the body of a webhook (Standard Webhooks). */
export const RoomEvent = z
  .object({ type: RoomEventType, timestamp: z.iso.datetime(), data: RoomEventData })
  .meta({ id: "RoomEvent" });
export type RoomEvent = z.infer<typeof RoomEvent>;
