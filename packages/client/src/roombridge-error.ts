/**
 * Why a call failed. `api`: the server refused, see `status`. `network`: no answer came. `timeout`: our own deadline.
 * `aborted`: the caller's signal. `invalid_response`: an answer that is not the protocol, for instance a proxy's page.
 * `invalid_argument`: nothing was sent. `room_not_found`: RoomService's RoomNotFoundException.
 */
export type RoombridgeErrorCode =
  | "api"
  | "network"
  | "timeout"
  | "aborted"
  | "invalid_response"
  | "invalid_argument"
  | "room_not_found";

export interface RoombridgeErrorOptions {
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Default: what code and status say about a request that was sent once. */
  readonly mayHaveBeenDone?: boolean | undefined;
}

const BRAND = Symbol.for("roombridge.RoombridgeError");
const RETRYABLE_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

/** The one error of this package. */
export class RoombridgeError extends Error {
  override readonly name = "RoombridgeError";
  readonly [BRAND] = true;
  readonly code: RoombridgeErrorCode;
  /** The HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** What the server said in `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /**
   * Whether the server may have done what was asked, in any attempt of the call: the answer was lost, was not waited
   * for, was not understood, or was 408 or 5xx. False when nothing was sent and when the server refused. Of no meaning for calls
   * that only read.
   */
  readonly mayHaveBeenDone: boolean;

  constructor(code: RoombridgeErrorCode, message: string, options: RoombridgeErrorOptions = {}) {
    const { cause, status, retryAfterSeconds, mayHaveBeenDone = isInDoubt(code, status) } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.mayHaveBeenDone = mayHaveBeenDone;
  }

  /**
   * True when the same call may succeed later. Where `mayHaveBeenDone` is true too, repeat `createRoom` only with a roomId of
   * your own: if the first attempt was done after all, the second answers 400 instead of making a second room.
   */
  get isRetryable(): boolean {
    if (this.code === "network" || this.code === "timeout") return true;
    return this.status !== undefined && RETRYABLE_STATUSES.has(this.status);
  }

  /** True for an error of any copy of this package, unlike `instanceof`. */
  static isInstance(value: unknown): value is RoombridgeError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/** A 503 proves nothing: proxies answer it also when they lost a connection on which the request was under way. */
function isInDoubt(code: RoombridgeErrorCode, status: number | undefined): boolean {
  if (code === "invalid_argument" || code === "room_not_found") return false;
  return code !== "api" || status === undefined || status === 408 || status >= 500;
}
