import type { LobbyVisibility, Region } from "@roombridge/models/api";

/** A live room, and what the player who made it has said about it. */
export interface Lobby {
  readonly appId: string;
  readonly roomId: string;
  readonly region: Region;
  readonly visibility: LobbyVisibility;
  /** `id` of the player's token. */
  readonly createdBy: string | number;
  readonly createdAt: Date;
  readonly roomConfig: string | null;
  readonly shortCode: string;
}
