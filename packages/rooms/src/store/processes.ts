import type {
  AdditionalContainerPort,
  EnvironmentVariable,
  ExposedPort,
  ProcessStatus,
  Region,
  TransportType,
} from "@roombridge/models/api";
import { newUuid } from "../ids.ts";
import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

/** Everything that is needed to start a process, joined from its deployment, build and application. */
export interface StartOrder {
  readonly processId: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly deploymentId: string;
  readonly buildTag: string | null;
  /** Name of a command in the operator's config file; null when the build has none, or was deleted. */
  readonly command: string | null;
  /** Reference of an image, which the operator's file must allow; null when the build has none, or was deleted. */
  readonly image: string | null;
  readonly region: Region;
  readonly containerPort: number;
  readonly transportType: TransportType;
  readonly additionalContainerPorts: readonly AdditionalContainerPort[];
  readonly roomsPerProcess: number;
  readonly requestedCpu: number;
  readonly requestedMemoryMb: number;
  readonly env: readonly EnvironmentVariable[];
  /** The room for which the process was started, else the first of those that are on it now; null when there is none. */
  readonly initialRoomId: string | null;
  readonly initialRoomConfig: string | null;
  /** The trace of who has caused it (W3C Trace Context), if that is recorded. */
  readonly traceparent: string | null;
}

/**
 * Takes unclaimed processes of these regions, oldest first, at most `limit`, for one incarnation of a host; none for
 * one that is drained. Those with TLS ports only when the host has a certificate.
 */
export async function claimProcesses(
  { sql }: Database,
  claim: {
    readonly hostId: string;
    readonly incarnation: string;
    readonly regions: readonly Region[];
    readonly limit: number;
  },
): Promise<StartOrder[]> {
  const { hostId, incarnation } = claim;
  // array(): a subquery behind "in" may be run again for each row, and skips each time what it has locked before.
  return sql<StartOrder[]>`
    with claimed as (
      update processes set host_id = ${hostId}, host_incarnation = ${incarnation}, scheduled_at = clock_timestamp()
       where process_id = any (array(
         select process_id from processes
          where status = 'starting' and host_id is null and terminated_at is null
            and region = any (${claim.regions as Region[]}::text[])
            and ((select terminates_tls from hosts where host_id = ${hostId}) or not needs_tls(deployment_id))
          order by created_at limit ${claim.limit} for update skip locked))
         and exists (
           select from hosts where host_id = ${hostId} and incarnation = ${incarnation} and drained_at is null)
      returning *
    )
    select c.process_id as "processId", c.app_id as "appId", a.app_secret as "appSecret", c.deployment_id as "deploymentId",
           b.build_tag as "buildTag", case when b.deleted_at is null then b.command end as command,
           case when b.deleted_at is null then b.image end as image, c.region, d.container_port as "containerPort",
           d.transport_type as "transportType", d.additional_container_ports as "additionalContainerPorts",
           c.rooms_per_process as "roomsPerProcess", d.requested_cpu as "requestedCpu",
           d.requested_memory_mb as "requestedMemoryMb", d.env, f.room_id as "initialRoomId",
           f.room_config as "initialRoomConfig", c.traceparent
      from claimed c
      join applications a on a.app_id = c.app_id
      join deployments d on d.deployment_id = c.deployment_id
      join builds b on b.build_id = d.build_id
      left join lateral (
        select r.room_id, r.room_config from room_allocations o join rooms r on r.room_key = o.room_key
         where o.process_id = c.process_id and o.unscheduled_at is null
         order by r.room_key = c.initial_room_key desc, o.scheduled_at, o.room_allocation_id limit 1
      ) f on true
     order by c.created_at`;
}

export interface HostProcessRow {
  readonly processId: string;
  readonly status: ProcessStatus;
  readonly incarnation: string;
  /** Set when somebody asked for the end of the process. */
  readonly stopReason: string | null;
}

/** The processes of a host that have not ended, of every incarnation. */
export async function listHostProcesses({ sql }: Database, hostId: string): Promise<HostProcessRow[]> {
  return sql<HostProcessRow[]>`
    select process_id as "processId", status, host_incarnation as "incarnation", stop_reason as "stopReason"
      from processes where host_id = ${hostId} and terminated_at is null order by process_id`;
}

/**
 * Goes on with a process that an earlier incarnation of the host has started; whether anybody is connected to it is not known
 * any more. False when it has ended or shall end, or when this incarnation has a successor itself.
 */
export async function adoptProcess(
  { sql }: Database,
  adoption: { readonly processId: string; readonly hostId: string; readonly incarnation: string },
): Promise<boolean> {
  const { processId, hostId, incarnation } = adoption;
  const rows = await sql`
    update processes set host_incarnation = ${incarnation}, no_connections_since = null
     where process_id = ${processId} and host_id = ${hostId} and terminated_at is null and stop_reason is null
       and exists (select from hosts where host_id = ${hostId} and incarnation = ${incarnation})`;
  return rows.count === 1;
}

/** The process object exists at the provider and boots. */
export async function reportBooted({ sql }: Database, processId: string): Promise<void> {
  await sql`
    update processes set booted_at = clock_timestamp() where process_id = ${processId} and booted_at is null and terminated_at is null`;
}

/** The process has bound its ports. False when it is not starting any more, or is another incarnation's. */
export async function reportRunning(
  { sql }: Database,
  report: {
    readonly processId: string;
    readonly incarnation: string;
    readonly exposedPort: ExposedPort;
    readonly additionalExposedPorts: readonly ExposedPort[];
  },
): Promise<boolean> {
  const [row] = await retryConflicts(
    () => sql<{ done: boolean }[]>`
      select report_running(${report.processId}, ${report.incarnation}, ${JSON.stringify(report.exposedPort)}::jsonb,
                            ${JSON.stringify(report.additionalExposedPorts)}::jsonb) as done`,
  );
  return row?.done ?? false;
}

/**
 * Why a process ended. `exited`: by itself, with the exit code or signal. `out_of_memory`: it was ended because it had
 * reached its memory limit. `superseded`: a static process whose name another instance has taken. Recorded stop reasons win
 * over these.
 */
export type EndReason =
  | "exited"
  | "out_of_memory"
  | "spawn_error"
  | "port_taken"
  | "bind_deadline"
  | "host_lost"
  | "host_shutdown"
  | "superseded";

export interface ProcessEnd {
  readonly processId: string;
  readonly reason: EndReason;
  readonly exitCode?: number | undefined;
  readonly exitSignal?: string | undefined;
  /** Why it never was ready, in a sentence for people; at most 500 characters of it are kept. */
  readonly detail?: string | undefined;
}

const MAX_DETAIL = 500;

/**
 * Records the end of a process and decides in the same transaction what becomes of its rooms: destroyed (asked for, or
 * exit code 0 after it ran), placed again (never ran, three times in all), or unscheduled. False when it had ended before.
 */
export async function endProcess(database: Database, end: ProcessEnd): Promise<boolean> {
  return callEndProcess(database, end, null);
}

/**
 * Ends a process whose host has lost its lease or that has not bound its ports in time. False when neither holds (any
 * more): a host may beat again, and a process start to run, after somebody has looked.
 */
export async function endLostProcess(
  database: Database,
  processId: string,
  bindDeadlineSeconds: number,
): Promise<boolean> {
  return callEndProcess(database, { processId, reason: "host_lost" }, bindDeadlineSeconds);
}

/** What keeps a process from being ready, as far as its host has found out: told with its end, should it never be. */
export async function noteDetail({ sql }: Database, processId: string, detail: string | undefined): Promise<void> {
  const text = detail?.replaceAll("\0", "").slice(0, MAX_DETAIL).toWellFormed() ?? null;
  await sql`
    update processes set exit_detail = ${text} where process_id = ${processId} and terminated_at is null`;
}

async function callEndProcess(
  database: Database,
  end: ProcessEnd,
  bindDeadlineSeconds: number | null,
): Promise<boolean> {
  const { sql } = database;
  const [open] = await sql<{ rooms: number }[]>`
    select count(*)::integer as rooms from room_allocations where process_id = ${end.processId} and unscheduled_at is null`;
  if (end.detail !== undefined) await noteDetail(database, end.processId, end.detail);
  // Some spare ids: the count may grow until the pool is locked. A room without one would fail the call, not be lost.
  const count = (open?.rooms ?? 0) + 100;
  const allocationIds = Array.from({ length: count }, newUuid);
  const processIds = Array.from({ length: count }, newUuid);
  const [row] = await retryConflicts(
    () => sql<{ done: boolean }[]>`
      select end_process(${end.processId}, ${end.reason}, ${end.exitCode ?? null}::integer, ${end.exitSignal ?? null}::text,
                         ${allocationIds}::uuid[], ${processIds}::uuid[],
                         ${bindDeadlineSeconds}::integer) as done`,
  );
  return row?.done ?? false;
}

/** What somebody may ask for. `stop_requested` destroys the rooms, the others unschedule them. */
export type StopReason = "stop_requested" | "idle" | "outdated" | "max_age" | "host_shutdown";

/** Asks for the end of a process; its host stops it. False when it has ended or is stopping already. */
export async function requestStop({ sql }: Database, processId: string, reason: StopReason): Promise<boolean> {
  const rows = await sql`
    with asked as (
      update processes set status = 'stopping', stop_reason = ${reason}, stopping_at = clock_timestamp()
       where process_id = ${processId} and terminated_at is null and stop_reason is null
      returning region
    )
    select pg_notify('roombridge_processes', region) from asked`;
  return rows.length > 0;
}
