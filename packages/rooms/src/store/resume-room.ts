import type { ExposedPort, ProcessStatus, Region } from "@roombridge/models/api";
import { newUuid } from "../ids.ts";
import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";
import { tracedValue } from "./traced-value.ts";

export type ResumeOutcome =
  | "active"
  | "resumed"
  | "resumed_without_process"
  | "not_found"
  | "asleep"
  | "woken_recently"
  | "no_deployment"
  | "full"
  | "no_host"
  | "pool_stopped"
  | "quota";

/** The answer of `resume_room`: the outcome, and where the room is now with its own credential. */
export interface ResumeRow {
  readonly outcome: ResumeOutcome;
  readonly processId: string | null;
  readonly processStatus: ProcessStatus | null;
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: ExposedPort[] | null;
  readonly username: string | null;
  readonly keyVersion: string | null;
  readonly credentialExpiresAt: Date | null;
  /** Half of the credential's lifetime is over: time to renew. */
  readonly isPastHalfLife: boolean | null;
  readonly region: Region | null;
  readonly retryAfterSeconds: number | null;
}

export interface ResumeRequest {
  readonly appId: string;
  readonly roomId: string;
  /** A public caller asks: only a suspended room is resumed, once in ten seconds. */
  readonly isWake: boolean;
  readonly ttlSeconds: number;
}

/**
 * Repeating it is safe: a room that has been resumed is active, and stays where it is. Each attempt brings its own ids, for
 * those of one whose answer was lost may be taken.
 */
export async function resumeRoomById(database: Database, request: ResumeRequest): Promise<ResumeRow> {
  const { sql } = database;
  const [row] = await retryConflicts(
    () => sql<ResumeRow[]>`
      select outcome, process_id as "processId", process_status as "processStatus", exposed_port as "exposedPort",
             additional_exposed_ports as "additionalExposedPorts", username, key_version as "keyVersion",
             credential_expires_at as "credentialExpiresAt",
             credential_expires_at < clock_timestamp() + make_interval(secs => ${request.ttlSeconds}::integer / 2.0) as "isPastHalfLife",
             region, retry_after_seconds as "retryAfterSeconds"
        from resume_room(${tracedValue(database, request.appId)}, ${request.roomId}, ${request.isWake}, ${newUuid()}, ${newUuid()},
                         ${request.ttlSeconds}::integer)`,
  );
  if (!row) throw new Error("resume_room answers one row");
  return row;
}
