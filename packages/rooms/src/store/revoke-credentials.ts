import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

export interface RevokeRequest {
  readonly roomKey: string;
  /** Only this one. */
  readonly username: string | undefined;
  /** Only this player's. */
  readonly playerId: string | undefined;
  /** What the room gets if its own credential is among them. */
  readonly replacement: {
    readonly username: string;
    readonly hmackey: string;
    readonly realm: string;
    readonly keyVersion: string;
    readonly ttlSeconds: number;
  };
}

/** How many were revoked, or undefined when the room has been destroyed. */
export async function revokeRoomCredentials({ sql }: Database, request: RevokeRequest): Promise<number | undefined> {
  const { roomKey, username = null, playerId = null, replacement } = request;
  const [row] = await retryConflicts(
    () => sql<{ revoked: number | null }[]>`
      select revoke_credentials(
        ${roomKey}, ${username}, ${playerId}, ${replacement.username}, ${replacement.hmackey}, ${replacement.realm},
        ${replacement.keyVersion}, ${replacement.ttlSeconds}::integer) as revoked`,
  );
  return row?.revoked ?? undefined;
}
