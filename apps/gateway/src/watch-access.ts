import type { Readable } from "node:stream";
import { RoomError } from "@roombridge/rooms";

/** Look-ups of tokens are kept for four seconds: with this, a revoked token ends its streams within five. */
const EVERY_MS = 1_000;

/** Breaks a stream off once `check` throws `unauthenticated`; other failures, such as a database that is away, change nothing. */
export function watchAccess(stream: Readable, check: () => Promise<void>, everyMs = EVERY_MS): void {
  const timer = setInterval(() => {
    check().catch((error: unknown) => {
      if (RoomError.isInstance(error) && error.code === "unauthenticated") stream.destroy(error);
    });
  }, everyMs);
  timer.unref();
  stream.once("close", () => clearInterval(timer));
  if (stream.closed) clearInterval(timer);
}
