import type { ExposedPort, ProcessStatus, Region } from "@roombridge/models/api";
import type { Database } from "./database.ts";
import { textArray } from "./text-array.ts";
import { tracedValue } from "./traced-value.ts";

/** What all rooms of one call share. */
export interface RoomBatch {
  readonly appId: string;
  /** Undefined: the newest deployment of the application. */
  readonly deploymentId: string | undefined;
  /** False: rooms expire with their credential, and need no deployment. */
  readonly needsProcess: boolean;
  readonly region: Region;
  readonly realm: string;
  readonly keyVersion: string;
  readonly ttlSeconds: number;
}

/** One room to be created. The caller chooses every id, so that a lost answer can be looked up. */
export interface NewRoom {
  readonly roomKey: string;
  readonly roomId: string;
  readonly roomConfig: string | null;
  readonly clientIps: readonly string[] | null;
  readonly roomAllocationId: string;
  /** Taken only if the room needs a new process. */
  readonly processId: string;
  readonly username: string;
  readonly hmackey: string;
}

export type CreateOutcome =
  | "created"
  | "duplicate"
  | "full"
  | "no_host"
  | "pool_stopped"
  | "quota"
  | "room_quota"
  | "no_deployment"
  | "deployment_not_found"
  | "app_not_found"
  | "lost";

/** The answer of `create_rooms_within_quota` and `settle_rooms` for one room. */
export interface CreateRow {
  readonly roomKey: string;
  readonly outcome: CreateOutcome;
  readonly processId: string | null;
  readonly processStatus: ProcessStatus | null;
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: ExposedPort[] | null;
  readonly credentialExpiresAt: Date | null;
  readonly retryAfterSeconds: number | null;
}

/** Creates a batch in one call of the placement function; one row per room, in any order. */
export async function createRooms(
  database: Database,
  batch: RoomBatch,
  rooms: readonly NewRoom[],
): Promise<CreateRow[]> {
  const { sql } = database;
  return sql<CreateRow[]>`
    select room_key as "roomKey", outcome, process_id as "processId", process_status as "processStatus",
           exposed_port as "exposedPort", additional_exposed_ports as "additionalExposedPorts",
           credential_expires_at as "credentialExpiresAt", retry_after_seconds as "retryAfterSeconds"
      from create_rooms_within_quota(
        ${tracedValue(database, batch.appId)}, ${batch.deploymentId ?? null}, ${batch.needsProcess}, ${batch.region},
        ${textArray(rooms.map((room) => room.roomKey))}::text[], ${textArray(rooms.map((room) => room.roomId))}::text[],
        ${rooms.map((room) => room.roomConfig)}::text[],
        ${rooms.map((room) => room.clientIps && JSON.stringify(room.clientIps))}::text[],
        ${textArray(rooms.map((room) => room.roomAllocationId))}::uuid[], ${textArray(rooms.map((room) => room.processId))}::uuid[],
        ${textArray(rooms.map((room) => room.username))}::text[], ${textArray(rooms.map((room) => room.hmackey))}::text[],
        ${batch.realm}, ${batch.keyVersion}, ${batch.ttlSeconds}::integer)`;
}

/** What became of rooms whose `create_rooms_within_quota` call lost its connection: `created` or, for good, `lost`. */
export async function settleRooms({ sql }: Database, roomKeys: readonly string[]): Promise<CreateRow[]> {
  return sql<CreateRow[]>`
    select room_key as "roomKey", outcome, process_id as "processId", process_status as "processStatus",
           exposed_port as "exposedPort", additional_exposed_ports as "additionalExposedPorts",
           credential_expires_at as "credentialExpiresAt", retry_after_seconds as "retryAfterSeconds"
      from settle_rooms(${roomKeys as string[]}::text[])`;
}
