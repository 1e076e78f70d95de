import type { RouteConfig } from "@hono/zod-openapi";
import type { RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import type { Access } from "./access.ts";
import type { Answer } from "./answer.ts";
import type { PlayerSettings } from "./player-settings.ts";

/** What the operator decides about operations. */
export interface OperationSettings {
  /** GetConnectionInfo resumes a room that was put to sleep by the suspend call. */
  readonly wakeOnConnectionInfo: boolean;
  /** A game server that registers itself must listen on its TCP ports, where this gateway can reach them. */
  readonly checkStaticPorts: boolean;
  readonly players: PlayerSettings;
  /** Webhooks may be sent to private addresses. */
  readonly allowsPrivateWebhooks?: boolean | undefined;
  /** Of events, side by side; further ones are refused. */
  readonly maxEventStreams?: number | undefined;
  /** Aborts when answers without an end must end. */
  readonly closing?: AbortSignal | undefined;
}

/** The methods that operations have; HEAD comes with get. */
type Method = "get" | "post" | "patch" | "put" | "delete";

/** One operation of the API: how it is documented and what it does. */
export interface Operation {
  readonly route: RouteConfig & { readonly operationId: string; readonly method: Method };
  /** Who may call it. */
  readonly access: Access;
  /** A player's token will do as well, and so the operation itself looks at the token that there is. */
  readonly isForPlayersToo?: boolean;
  /** Browsers call it directly, so it answers with CORS headers. */
  readonly isForBrowsers: boolean;
  /** Clients poll with it although it is no GET, so its successes are logged at debug. */
  readonly isPolled?: boolean;
  /** Seconds that a request may take beyond the deadline of all, because its caller asked for a wait. Does not throw. */
  readonly patienceSeconds?: (request: HonoRequest) => number;
  /** Throws RoomError. */
  readonly handle: (rooms: RoomsContext, request: HonoRequest, settings: OperationSettings) => Promise<Answer>;
}
