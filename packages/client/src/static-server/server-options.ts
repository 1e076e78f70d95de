import type { RegisterStaticProcessParams, StaticProcessRoom } from "../processes-v3/static-process.ts";
import type { Open } from "../open.ts";
import type { RoombridgeError } from "../roombridge-error.ts";

/** What a game server may want to hear. What a handler throws is thrown uncaught, as from any event's handler. */
export interface ServerHandlers {
  /** The room is on this server from now on. A player may come up to one heartbeat earlier: see `StaticServer.refresh`. */
  readonly onRoomAdded?: ((room: StaticProcessRoom) => void) | undefined;
  /** Its config has changed. */
  readonly onRoomUpdated?: ((room: StaticProcessRoom) => void) | undefined;
  /** It was destroyed or suspended, or this server has lost it. */
  readonly onRoomRemoved?: ((room: StaticProcessRoom) => void) | undefined;
  /**
   * End, and call `close` before. `stop_requested`: by StopProcess. `idle`: no rooms for 300 s. `superseded`: another server has
   * registered under the name. Once only. After 60 s without `close` the server is given up.
   */
  readonly onStop?: ((reason: Open<"stop_requested" | "idle" | "superseded">) => void) | undefined;
  /** A heartbeat or a registration failed; it is tried again by itself. Status 410: the server was lost, and registers anew. */
  readonly onError?: ((error: RoombridgeError) => void) | undefined;
}

export interface RegisterServerOptions
  extends Omit<RegisterStaticProcessParams, "name" | "instanceId">, ServerHandlers {
  /**
   * Under which the server is known at its next start too, which then takes over from this one at once. Default: a random one.
   */
  readonly name?: string | undefined;
  /** Overrides the client's own application. */
  readonly appId?: string | undefined;
  /** How long `registerServer` tries. Default 30,000. */
  readonly registerTimeoutMs?: number | undefined;
}
