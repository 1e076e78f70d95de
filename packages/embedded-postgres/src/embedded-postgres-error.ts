/** The embedded server cannot be had; the message says why and what to do. It never contains the password. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}

/** The error code that Node's file system and network calls set ("ENOENT", "EADDRINUSE"); "" for anything else. */
export function errnoCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
