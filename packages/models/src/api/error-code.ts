/** Why a verb failed. Each face has one total map from these words to its own; add a word only with the line that throws it. */
export const ERROR_CODES = [
  /** The request does not parse or breaks a rule of its schema. */
  "invalid_params",
  /** The same, in an operation whose clients know no such answer as `invalid_params` gets. */
  "malformed_request",
  /** No token, or one that is unknown or revoked. */
  "unauthenticated",
  /** Unknown, deleted, or another organisation's; one answer for all. */
  "app_not_found",
  "org_not_found",
  "token_not_found",
  "build_not_found",
  "deployment_not_found",
  "process_not_found",
  "room_not_found",
  /** The application does not let its players log in so. */
  "login_not_found",
  "webhook_not_found",
  /** The process has not begun to write a log, or nobody here keeps it. */
  "log_not_found",
  /** The process has ended, and its host does not keep the log any more. */
  "log_expired",
  /** The host of the process does not answer. */
  "host_away",
  /** A live room of the application has this id. */
  "room_exists",
  /** The id of the build has been used before. */
  "build_exists",
  /** The build is deleted, has no command and no image, or has one already. */
  "build_unusable",
  /** The application has no deployment that could take a room. */
  "no_deployment",
  /** A deployment has TLS ports, and no process host has a certificate. */
  "no_certificate",
  /** The room's game server failed to start three times. */
  "start_failed",
  /** No free slot and no way to start a process, or no live host in the region. */
  "no_capacity",
  /** The operator lets the application have no more game servers or rooms. */
  "quota_exceeded",
  /** A static process has ended while its game server thought it lived; the server may register anew. */
  "process_gone",
  /** Another instance has registered under the name of a static process and lives. */
  "process_superseded",
  /** The same was asked for too often; trying again later may help. */
  "rate_limited",
  /** The room has as many TURN credentials or relay sessions as it may have, or asks for them too often. */
  "turn_limit",
  /** The database did not answer; nothing is known to have been done. */
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
