import { z } from "zod";

/** What a TURN credential is good for: `live` opens sessions, the others open none. */
export const CredentialState = z.enum(["live", "suspended", "expired", "revoked"]).meta({ id: "CredentialState" });
export type CredentialState = z.infer<typeof CredentialState>;

const usage = {
  sessions: z.int().min(0).meta({ description: "Relay sessions that run now." }),
  seconds: z.int().min(0).meta({ description: "How long all sessions lasted, ended ones too." }),
  receivedBytes: z.int().min(0).meta({ description: "From the players to the relay." }),
  sentBytes: z.int().min(0).meta({ description: "From the relay to the players." }),
};

/** What went through the relays; counted every few seconds while a session runs. */
export const TurnUsage = z.object(usage).meta({ id: "TurnUsage", description: "What went through the relays." });
export type TurnUsage = z.infer<typeof TurnUsage>;

/** A TURN credential without its password. */
export const ListedCredential = z
  .object({
    username: z.string(),
    playerId: z.union([z.string(), z.null()]).meta({ description: "Null for the room's own credential." }),
    issuedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    state: CredentialState,
    ...usage,
  })
  .meta({ id: "ListedCredential" });
export type ListedCredential = z.infer<typeof ListedCredential>;

/** Answer of `ListIceServers`; `usage` is that of the whole room, also under credentials that are listed no more. */
export const CredentialList = z
  .object({
    credentials: z.array(ListedCredential).meta({ description: "Newest first, at most 1,000." }),
    usage: TurnUsage,
  })
  .meta({ id: "CredentialList" });
export type CredentialList = z.infer<typeof CredentialList>;
