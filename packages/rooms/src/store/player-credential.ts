import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

export interface IssueRequest {
  readonly roomKey: string;
  readonly playerId: string;
  readonly username: string;
  readonly hmackey: string;
  readonly realm: string;
  readonly keyVersion: string;
  readonly ttlSeconds: number;
  /** Live ones of the room, its own included. */
  readonly maxCredentials: number;
  /** Running relay sessions of the others in the room; 0: no limit. */
  readonly maxSessions: number;
}

/** The answer of `issue_player_credential`. */
export type IssueRow =
  | { readonly outcome: "issued"; readonly expiresAt: Date; readonly ttlSeconds: number }
  | { readonly outcome: "not_found" | "suspended" }
  | { readonly outcome: "credentials" | "sessions"; readonly retryAfterSeconds: number };

/** Repeating it is safe: it issues a username once. */
export async function issuePlayerCredential({ sql }: Database, request: IssueRequest): Promise<IssueRow> {
  const [row] = await retryConflicts(
    () => sql<IssueRow[]>`
      select outcome, expires_at as "expiresAt", ttl_seconds as "ttlSeconds", retry_after_seconds as "retryAfterSeconds"
        from issue_player_credential(
          ${request.roomKey}, ${request.playerId}, ${request.username}, ${request.hmackey}, ${request.realm},
          ${request.keyVersion}, ${request.ttlSeconds}::integer, ${request.maxCredentials}::integer,
          ${request.maxSessions}::integer)`,
  );
  if (!row) throw new Error("issue_player_credential answers one row");
  return row;
}
