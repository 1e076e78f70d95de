import type { LobbyV3 } from "@roombridge/models/api";
import type { Lobby } from "@roombridge/rooms";

/** A lobby as it is on the wire. */
export function toLobby({ createdAt, ...lobby }: Lobby): LobbyV3 {
  return { ...lobby, createdAt: createdAt.toISOString() };
}
