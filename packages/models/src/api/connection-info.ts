import { z } from "zod";
import { ExposedPort } from "./exposed-port.ts";

/** Hathora `RoomReadyStatus`: follows the process, `active` from the moment it has bound its ports. */
export const RoomReadyStatus = z.enum(["active", "starting"]).meta({ id: "RoomReadyStatus" });
export type RoomReadyStatus = z.infer<typeof RoomReadyStatus>;

/**
 * Answer of `GetConnectionInfo`: public, so without any secret. `exposedPort` is left out while the process starts; Hathora's
 * SDKs refuse null there.
 */
export const ConnectionInfoV2 = z
  .object({
    roomId: z.string(),
    status: RoomReadyStatus,
    exposedPort: ExposedPort.optional(),
    additionalExposedPorts: z.array(ExposedPort),
  })
  .meta({ id: "ConnectionInfoV2" });
export type ConnectionInfoV2 = z.infer<typeof ConnectionInfoV2>;
