import type { LobbyVisibility, Region } from "@roombridge/models/api";
import type { CallOptions } from "../call-options.ts";
import type { Open } from "../open.ts";

/** A room, and who has made it for whom. */
export interface Lobby {
  readonly appId: string;
  readonly roomId: string;
  readonly region: Open<Region>;
  readonly visibility: Open<LobbyVisibility>;
  /** `id` of the player's token. */
  readonly createdBy: string | number;
  readonly createdAt: Date;
  /** The room's own. */
  readonly roomConfig: string | null;
  readonly shortCode: string;
}

export interface CreateLobbyParams {
  /** `local` for a game server on the developer's own machine: none is started. */
  readonly visibility: Open<LobbyVisibility>;
  readonly region: Open<Region>;
  /** At most 10,000 characters, handed to the game server as it is. */
  readonly roomConfig?: string | undefined;
}

export interface CreateLobbyOptions extends CallOptions {
  /** 1 to 100 of `A-Z a-z 0-9 _ -`; the server chooses one when absent. */
  readonly roomId?: string | undefined;
  /** 1 to 100 characters; the server draws one when absent. Of several lobbies with one code the newest is found. */
  readonly shortCode?: string | undefined;
}

export interface ListLobbiesParams {
  /** All of them when absent. */
  readonly region?: Open<Region> | undefined;
}
