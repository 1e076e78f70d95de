import { z } from "zod";
import { storableText } from "./storable-text.ts";

/** Body of `UpdateRoomConfig`. Unlike at creation, the text is required. */
export const UpdateRoomConfigParams = z
  .object({
    roomConfig: storableText(10_000).meta({
      description: "Replaces the text that the room was created with.",
      example: '{"name":"my-room","round":2}',
    }),
  })
  .meta({ id: "UpdateRoomConfigParams" });
export type UpdateRoomConfigParams = z.infer<typeof UpdateRoomConfigParams>;
