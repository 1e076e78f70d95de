import { z } from "zod";
import { Region } from "./region.ts";
import { RoomId } from "./room-id.ts";
import { storableText } from "./storable-text.ts";

export const LOBBY_VISIBILITIES = ["private", "public", "local"] as const;

/** Hathora `LobbyVisibility`. */
export const LobbyVisibility = z.enum(LOBBY_VISIBILITIES).meta({
  id: "LobbyVisibility",
  description:
    "`private`: for those who are told of it; `public`: in the list of public lobbies; `local`: for a game server on the " +
    "developer's own machine, so none is started.",
});
export type LobbyVisibility = z.infer<typeof LobbyVisibility>;

/** Chosen by the player who creates the lobby, or drawn; of several lobbies with one code the newest counts. */
export const ShortCode = storableText(100).min(1).meta({ example: "LFG4" });

/** Body of `CreateLobby`. Unknown keys are ignored. */
export const CreateLobbyV3Params = z
  .object({
    visibility: LobbyVisibility,
    region: Region,
    roomConfig: storableText(10_000)
      .optional()
      .meta({ description: "The config of the room: opaque text for the game server, often JSON." }),
  })
  .meta({ id: "CreateLobbyV3Params" });
export type CreateLobbyV3Params = z.infer<typeof CreateLobbyV3Params>;

/** Hathora `LobbyV3`: a room, and who has made it for whom. */
export const LobbyV3 = z
  .object({
    appId: z.string(),
    roomId: RoomId,
    region: Region,
    visibility: LobbyVisibility,
    createdBy: z.union([z.string(), z.number()]).meta({ description: "`id` of the player's token." }),
    createdAt: z.iso.datetime(),
    roomConfig: z.string().nullable(),
    shortCode: ShortCode,
  })
  .meta({ id: "LobbyV3" });
export type LobbyV3 = z.infer<typeof LobbyV3>;
