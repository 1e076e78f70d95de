import type { ExposedPort, ProcessStatus, Region } from "@roombridge/models/api";
import type { Database } from "./database.ts";
import { repeatLost } from "./repeat-lost.ts";
import { retryConflicts } from "./retry-conflicts.ts";

export interface StaticRegistration {
  readonly appId: string;
  /** Undefined: the newest deployment of the application. */
  readonly deploymentId: string | undefined;
  readonly region: Region;
  readonly name: string;
  /** A UUID drawn at each start of the game server. */
  readonly instanceId: string;
  /** Taken only if a process is made. */
  readonly processId: string;
  /** Undefined: as many as the deployment says. */
  readonly roomsPerProcess: number | undefined;
  readonly exposedPort: ExposedPort;
  readonly additionalExposedPorts: readonly ExposedPort[];
  readonly idleTimeoutEnabled: boolean;
}

export interface RegistrationRow {
  readonly outcome: "registered" | "occupied" | "full" | "too_many_rooms" | "no_deployment" | "deployment_not_found";
  /** `registered`: of the caller. `occupied`: of who has the name. */
  readonly processId: string | null;
  readonly roomsPerProcess: number | null;
}

/** Registers a game server; the same instance again finds its process, however often this is called. */
export async function insertStaticProcess({ sql }: Database, server: StaticRegistration): Promise<RegistrationRow> {
  const [row] = await repeatLost(() =>
    retryConflicts(
      () => sql<RegistrationRow[]>`
        select outcome, process_id as "processId", rooms_per_process as "roomsPerProcess"
          from register_static_process(
            ${server.appId}, ${server.deploymentId ?? null}, ${server.region}, ${server.name}, ${server.exposedPort.host},
            ${server.instanceId}, ${server.processId}, ${server.roomsPerProcess ?? null}::integer,
            ${JSON.stringify(server.exposedPort)}::jsonb, ${JSON.stringify(server.additionalExposedPorts)}::jsonb,
            ${server.idleTimeoutEnabled})`,
    ),
  );
  if (!row) throw new Error("register_static_process answers one row");
  return row;
}

export interface StaticRoomRow {
  readonly roomId: string;
  readonly roomConfig: string | null;
  readonly roomAllocationId: string;
}

/** What a game server is told that beats. */
export interface StaticProcessState {
  readonly outcome: "alive" | "stopped";
  readonly deploymentId: string;
  readonly region: Region;
  readonly roomsPerProcess: number;
  readonly processStatus: ProcessStatus;
  /** Set when somebody asked for its end. */
  readonly stopReason: string | null;
  readonly roomsVersion: string;
  /** Null: those of the version that it named. */
  readonly rooms: readonly StaticRoomRow[] | null;
}

export type StaticBeatRow = StaticProcessState | { readonly outcome: "superseded" | "gone" | "not_found" };

/** Renews the lease of a static process, and tells its rooms unless `roomsVersion` names them already. */
export async function beatStatic(
  { sql }: Database,
  beat: { readonly appId: string; readonly processId: string; readonly roomsVersion: string | undefined },
): Promise<StaticBeatRow> {
  const [row] = await repeatLost(() =>
    retryConflicts(
      () => sql<StaticBeatRow[]>`
        select outcome, deployment_id as "deploymentId", region, rooms_per_process as "roomsPerProcess",
               process_status as "processStatus", stop_reason as "stopReason", rooms_version as "roomsVersion", rooms
          from beat_static_process(${beat.appId}, ${beat.processId}, ${beat.roomsVersion ?? null})`,
    ),
  );
  if (!row) throw new Error("beat_static_process answers one row");
  return row;
}

/** True for a static process of this application, living or ended. */
export async function isStaticProcess({ sql }: Database, appId: string, processId: string): Promise<boolean> {
  const rows = await sql`
    select from processes p join hosts h on h.host_id = p.host_id
     where p.process_id = ${processId} and p.app_id = ${appId} and h.provider = 'static'`;
  return rows.length > 0;
}

/** Static processes whose lease is over; at most 1,000. */
export async function findLostStaticProcesses({ sql }: Database): Promise<string[]> {
  const rows = await sql<{ processId: string }[]>`
    select p.process_id as "processId" from hosts h join processes p on p.host_id = h.host_id
     where h.provider = 'static' and not host_is_alive(h.beat_at) and p.terminated_at is null
     order by p.process_id limit 1000`;
  return rows.map(({ processId }) => processId);
}
