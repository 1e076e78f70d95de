import type { ApiError, ErrorCode } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import type { Answer } from "./answer.ts";

/**
 * Only statuses that RoomsV2 documents, because any other reaches callers of the SDKs without its message. 409 and 410 are of
 * operations that Hathora does not have.
 */
const HTTP_STATUS = {
  invalid_params: 422,
  malformed_request: 400,
  unauthenticated: 401,
  app_not_found: 404,
  org_not_found: 404,
  token_not_found: 404,
  build_not_found: 404,
  deployment_not_found: 404,
  process_not_found: 404,
  room_not_found: 404,
  login_not_found: 404,
  webhook_not_found: 404,
  log_not_found: 404,
  log_expired: 410,
  // 404 is the only status that says "not now" and that the SDK knows in all operations which ask hosts.
  host_away: 404,
  room_exists: 400,
  build_exists: 400,
  build_unusable: 400,
  no_deployment: 400,
  no_certificate: 400,
  start_failed: 400,
  process_superseded: 409,
  process_gone: 410,
  no_capacity: 429,
  // Where Hathora's credit is used up; here nothing but a quota of the operator's is.
  quota_exceeded: 402,
  rate_limited: 429,
  turn_limit: 429,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** The answer for anything that an endpoint throws. What we did not foresee says nothing but the request id. */
export function toErrorAnswer(error: unknown, requestId: string): Answer {
  if (!isForeseen(error)) {
    return errorAnswer(
      500,
      `something failed on our side; look up what was done before trying again (request ${requestId})`,
    );
  }
  return errorAnswer(statusOf(error), error.message, {
    ...(error.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {}),
    ...(error.retryAfterSeconds === undefined
      ? {}
      : { "retry-after": String(Math.max(1, Math.ceil(error.retryAfterSeconds))) }),
  });
}

/** The status of the answer for anything that an endpoint throws. */
export function statusOf(error: unknown): number {
  return isForeseen(error) ? HTTP_STATUS[error.code] : HTTP_STATUS.internal;
}

/** True when the caller is told what happened; the rest belongs into the log with its cause. */
export function isForeseen(error: unknown): error is RoomError {
  return RoomError.isInstance(error) && error.code !== "internal";
}

/** The error body of Hathora: exactly `message`. */
export function errorAnswer(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: { message } satisfies ApiError, headers };
}
