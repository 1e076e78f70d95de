import { z } from "zod";
import { TransportType } from "./exposed-port.ts";

/** Answer of the first version of `GetConnectionInfo`: one port, beside the status. */
export const ConnectionInfoV1 = z
  .union([
    z.object({ status: z.literal("starting"), roomId: z.string() }).meta({ id: "StartingConnectionInfo" }),
    z
      .object({
        status: z.literal("active"),
        roomId: z.string(),
        transportType: TransportType,
        host: z.string(),
        port: z.int().min(1).max(65_535),
      })
      .meta({ id: "ActiveConnectionInfo" }),
  ])
  .meta({ id: "ConnectionInfo" });
export type ConnectionInfoV1 = z.infer<typeof ConnectionInfoV1>;
