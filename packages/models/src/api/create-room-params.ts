import { z } from "zod";
import { Region } from "./region.ts";
import { storableText } from "./storable-text.ts";

/** Body of `CreateRoom`. Unknown keys are ignored. */
export const CreateRoomParams = z
  .object({
    region: Region,
    roomConfig: storableText(10_000)
      .optional()
      .meta({ description: "Opaque text for the game server, often JSON.", example: '{"name":"my-room"}' }),
    clientIPs: z.array(storableText()).optional().meta({ description: "Addresses of the players; kept as given." }),
    deploymentId: storableText().optional().meta({ description: "The newest deployment when absent." }),
  })
  .meta({ id: "CreateRoomParams" });
export type CreateRoomParams = z.infer<typeof CreateRoomParams>;
