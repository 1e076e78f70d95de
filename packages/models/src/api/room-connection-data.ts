import { z } from "zod";
import { ConnectionInfoV2 } from "./connection-info.ts";
import { IceServer } from "./ice-server.ts";

/** Answer of `CreateRoom`: Hathora's fields and `iceServers`, which its SDKs ignore. */
export const RoomConnectionData = z
  .object({
    ...ConnectionInfoV2.shape,
    processId: z.string(),
    iceServers: z
      .array(IceServer)
      .meta({ description: "TURN credentials of the room; empty while no relay is known." }),
  })
  .meta({ id: "RoomConnectionData" });
export type RoomConnectionData = z.infer<typeof RoomConnectionData>;
