import { z } from "zod";
import { Region } from "./region.ts";
import { storableText } from "./storable-text.ts";

/** Body of `CreateIceServers`; without one all of it is left out. Unknown keys are ignored. */
export const CreateIceServersParams = z
  .object({
    playerId: storableText(255)
      .min(1)
      .optional()
      .meta({ description: "Gets a new credential of its own; the room's own credential when absent.", example: "p1" }),
    ttlSeconds: z
      .int()
      .min(60)
      .max(86_400)
      .optional()
      .meta({ description: "Lifetime of the credential; the server's default when absent." }),
    region: Region.optional(),
  })
  .meta({
    id: "CreateIceServersParams",
    description: "Relays of `region` come first, those of the room's region when it is absent.",
  });
export type CreateIceServersParams = z.infer<typeof CreateIceServersParams>;
