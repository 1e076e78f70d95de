import { z } from "zod";
import { RoomConnectionData } from "./room-connection-data.ts";

/** Answer of `ResumeRoom`: that of `CreateRoom`, but a room without a game server has no `processId`. */
export const RoomAllocationData = z
  .object({ ...RoomConnectionData.shape, processId: z.string().optional() })
  .meta({ id: "RoomAllocationData" });
export type RoomAllocationData = z.infer<typeof RoomAllocationData>;
