import { z } from "zod";
import { storableText } from "./storable-text.ts";

/** Body of `RevokeIceServers`: one credential, those of a player, or with neither those of the whole room. */
export const RevokeIceServersParams = z
  // Strict: a key that is spelled wrong must not mean "the whole room".
  .strictObject({
    username: storableText(255).min(1).optional().meta({ description: "Revokes this credential." }),
    playerId: storableText(255).min(1).optional().meta({ description: "Revokes every credential of this player." }),
  })
  .refine(({ username, playerId }) => username === undefined || playerId === undefined, {
    error: "not together with username",
    path: ["playerId"],
  })
  .meta({ id: "RevokeIceServersParams" });
export type RevokeIceServersParams = z.infer<typeof RevokeIceServersParams>;

/** Answer of `RevokeIceServers`. */
export const RevokedCredentials = z
  .object({ revoked: z.int().min(0).meta({ description: "Credentials that had not been revoked before." }) })
  .meta({ id: "RevokedCredentials" });
export type RevokedCredentials = z.infer<typeof RevokedCredentials>;
