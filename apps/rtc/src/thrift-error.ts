import type { ErrorCode } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import { ApplicationException, ApplicationExceptionType } from "@roombridge/thrift";

type Answer = "not_found" | "public" | "private";

/** What the caller of RoomService reads: the declared exception, the core's own sentence, or a fixed one. */
const ANSWERS = {
  invalid_params: "public",
  malformed_request: "public",
  unauthenticated: "private",
  app_not_found: "private",
  org_not_found: "private",
  token_not_found: "private",
  build_not_found: "private",
  deployment_not_found: "private",
  process_not_found: "private",
  webhook_not_found: "private",
  room_not_found: "not_found",
  login_not_found: "private",
  log_not_found: "private",
  log_expired: "private",
  host_away: "private",
  room_exists: "public",
  build_exists: "private",
  build_unusable: "private",
  no_deployment: "public",
  no_certificate: "public",
  start_failed: "public",
  no_capacity: "public",
  quota_exceeded: "public",
  process_gone: "public",
  process_superseded: "public",
  rate_limited: "public",
  turn_limit: "public",
  internal: "private",
} as const satisfies Record<ErrorCode, Answer>;

/**
 * The error as it goes to the caller. What is private, and whatever is not a RoomError, passes through unchanged: the
 * server then answers with a fixed sentence and the log gets the cause.
 */
export function toThriftError(error: unknown, notFound?: (reason: string) => Error): unknown {
  if (!RoomError.isInstance(error)) return error;
  const answer = ANSWERS[error.code];
  if (answer === "private") return error;
  if (answer === "not_found" && notFound) return notFound(error.message);
  return new ApplicationException(ApplicationExceptionType.INTERNAL_ERROR, error.message);
}
