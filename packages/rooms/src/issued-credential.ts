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
