import type { TurnSettings } from "./context.ts";
import { RoomError } from "./errors.ts";
import { derivePassword, findKey } from "./turn-credential.ts";

/** A TURN credential as it is handed out; never logged, never listed. */
export interface TurnCredential {
  readonly username: string;
  readonly password: string;
  readonly expiresAt: Date;
  /** Where relays are; empty when none is known. */
  readonly uris: readonly string[];
}

/** W3C RTCIceServer; what `new RTCPeerConnection({ iceServers })` takes. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** The credential in the form that browsers want; `[]` while no relay is known. */
export function toIceServers({ username, password, uris }: TurnCredential): IceServer[] {
  return uris.length === 0 ? [] : [{ urls: uris, username, credential: password }];
}

/** A stored credential with its password, which is derived and not stored. Throws `internal` when its key has been retired. */
export function toTurnCredential(
  { keys, uris }: TurnSettings,
  stored: { readonly username: string; readonly keyVersion: string; readonly expiresAt: Date },
): TurnCredential {
  const { username, keyVersion, expiresAt } = stored;
  const key = findKey(keys, keyVersion);
  if (!key) throw new RoomError("internal", `the TURN credential key ${keyVersion} is not configured`);
  return { username, password: derivePassword(key, username), expiresAt, uris };
}
