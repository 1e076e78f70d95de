import type { CredentialState, IceServer, Region } from "@roombridge/models/api";
import type { Open } from "../open.ts";

export interface CreateIceServersParams {
  /** Your name for the player, 1 to 255 characters, who gets a credential of its own; the room's own one when absent. */
  readonly playerId?: string | undefined;
  /** Lifetime of the credential, 60 to 86,400. Default: the server's. */
  readonly ttlSeconds?: number | undefined;
  /** Whose relays come first, for a player far from the room. Default: the room's region. */
  readonly region?: Open<Region> | undefined;
}

/** Answer of `createIceServers`. A secret of the player, or of the room. */
export interface IceServersAnswer {
  /** For `new RTCPeerConnection({ iceServers })`, whose type takes no readonly list; empty while the server knows no relay. */
  readonly iceServers: IceServer[];
  readonly username: string;
  readonly password: string;
  /** Seconds until `expiresAt`, counted from the answer: for those whose clock may be wrong. */
  readonly ttl: number;
  /** `turn:` and `turns:` URIs (RFC 7065) in the order in which to try them. */
  readonly uris: readonly string[];
  readonly expiresAt: Date;
  /** From then on ask again. */
  readonly renewAfter: Date;
  /** Not there for the room's own credential. */
  readonly playerId?: string;
}

/** What went through the relays. */
export interface TurnUsage {
  /** Relay sessions that run now. */
  readonly sessions: number;
  /** How long all sessions lasted, ended ones too. */
  readonly seconds: number;
  /** From the players to the relay. */
  readonly receivedBytes: number;
  /** From the relay to the players. */
  readonly sentBytes: number;
}

/** A TURN credential without its password. */
export interface ListedCredential extends TurnUsage {
  readonly username: string;
  /** Null for the room's own credential. */
  readonly playerId: string | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly state: Open<CredentialState>;
}

/** Answer of `listIceServers`. */
export interface CredentialList {
  /** Newest first, at most 1,000. */
  readonly credentials: readonly ListedCredential[];
  /** Of the whole room, also under credentials that are listed no more. */
  readonly usage: TurnUsage;
}

/** One credential, or those of a player, or with `{}` those of the whole room. */
export type RevokeIceServersParams =
  | { readonly username: string; readonly playerId?: undefined }
  | { readonly username?: undefined; readonly playerId?: string | undefined };
