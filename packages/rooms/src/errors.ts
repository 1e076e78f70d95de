import type { ErrorCode } from "@roombridge/models/api";

export interface RoomErrorOptions {
  readonly cause?: unknown;
  /** Seconds after which trying again may help. */
  readonly retryAfterSeconds?: number;
  /** Of `unauthenticated`: the token is good, and does not reach. Default false. */
  readonly isKnown?: boolean;
}

const BRAND = Symbol.for("roombridge.RoomError");

/** The one error of the core. `message` is for the caller: plain, names the id, says nothing of the inside. */
export class RoomError extends Error {
  override readonly name = "RoomError";
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly isKnown: boolean;

  constructor(code: ErrorCode, message: string, options: RoomErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.isKnown = options.isKnown ?? false;
  }

  /** True for a RoomError of any copy of this package. */
  static isInstance(value: unknown): value is RoomError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/** One answer for a room that is unknown, destroyed, or somebody else's. Echoes no more than an id can be long. */
export function roomNotFound(roomId: string): RoomError {
  return new RoomError("room_not_found", `no room ${roomId.slice(0, 100).toWellFormed()}`);
}

/** As `roomNotFound`, for a webhook. */
export function webhookNotFound(webhookId: string): RoomError {
  return new RoomError("webhook_not_found", `no webhook ${webhookId.slice(0, 100).toWellFormed()}`);
}

/** As `roomNotFound`, for a process. */
export function processNotFound(processId: string): RoomError {
  return new RoomError("process_not_found", `no process ${processId.slice(0, 100).toWellFormed()}`);
}

/** As `roomNotFound`, for an application. */
export function applicationNotFound(appId: string): RoomError {
  return new RoomError("app_not_found", `no application ${appId.slice(0, 100).toWellFormed()}`);
}

/** As `roomNotFound`, for a build. */
export function buildNotFound(buildId: string): RoomError {
  return new RoomError("build_not_found", `no build ${buildId.slice(0, 100).toWellFormed()}`);
}

/** As `roomNotFound`, for a deployment. */
export function deploymentNotFound(deploymentId: string): RoomError {
  return new RoomError("deployment_not_found", `no deployment ${deploymentId.slice(0, 100).toWellFormed()}`);
}
