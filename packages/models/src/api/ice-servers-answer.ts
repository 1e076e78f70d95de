import { z } from "zod";
import { IceServer } from "./ice-server.ts";

/**
 * Answer of `CreateIceServers`: for browsers (`iceServers`, W3C) and for those who read the form of
 * draft-uberti-behave-turn-rest and Matrix (`username`, `password`, `ttl`, `uris`). A secret: never log or list it.
 */
export const IceServersAnswer = z
  .object({
    iceServers: z.array(IceServer).meta({ description: "For RTCPeerConnection; empty while no relay is known." }),
    username: z.string(),
    password: z.string(),
    ttl: z.int().min(0).meta({ description: "Seconds from now until `expiresAt`." }),
    uris: z.array(z.string()).meta({ description: "RFC 7065, to be tried in this order." }),
    expiresAt: z.iso.datetime().meta({ description: "From then on it opens no new session." }),
    renewAfter: z.iso.datetime().meta({ description: "From then on ask again." }),
    playerId: z.string().optional().meta({ description: "Left out for the room's own credential." }),
  })
  .meta({ id: "IceServersAnswer" });
export type IceServersAnswer = z.infer<typeof IceServersAnswer>;
