import type { ExposedPort, ProcessStatus, Region } from "@roombridge/models/api";
import type postgres from "postgres";
import type { Database } from "./database.ts";

export interface ProcessRow {
  readonly appId: string;
  readonly deploymentId: string;
  /** `deployments.sequence`. */
  readonly deploymentNumber: string;
  readonly processId: string;
  readonly region: Region;
  readonly status: ProcessStatus;
  readonly roomsAllocated: number;
  readonly roomsPerProcess: number;
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: readonly ExposedPort[];
  readonly createdAt: Date;
  readonly scheduledAt: Date | null;
  readonly bootedAt: Date | null;
  readonly startedAt: Date | null;
  readonly stoppingAt: Date | null;
  readonly terminatedAt: Date | null;
  readonly stopReason: string | null;
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
  readonly exitDetail: string | null;
}

export interface ProcessFilter {
  readonly statuses?: readonly ProcessStatus[] | undefined;
  readonly regions?: readonly Region[] | undefined;
  /** Created earlier than this, in whole milliseconds as an answer shows them. */
  readonly before?: Date | undefined;
}

const COLUMNS = `
  p.app_id as "appId", p.deployment_id as "deploymentId", d.sequence as "deploymentNumber", p.process_id as "processId", p.region,
  shown_status(p) as status, p.rooms_allocated as "roomsAllocated", p.rooms_per_process as "roomsPerProcess", p.exposed_port as "exposedPort",
  p.additional_exposed_ports as "additionalExposedPorts", p.created_at as "createdAt", p.scheduled_at as "scheduledAt",
  p.booted_at as "bootedAt", p.started_at as "startedAt", p.stopping_at as "stoppingAt", p.terminated_at as "terminatedAt",
  p.stop_reason as "stopReason", p.exit_code as "exitCode", p.exit_signal as "exitSignal", p.exit_detail as "exitDetail"`;

/** A process of this application, ended ones for 72 h. */
export async function findProcess(
  { sql }: Database,
  appId: string,
  processId: string,
): Promise<ProcessRow | undefined> {
  const [row] = await sql<ProcessRow[]>`
    select ${sql.unsafe(COLUMNS)} from processes p join deployments d on d.deployment_id = p.deployment_id
     where p.process_id = ${processId} and p.app_id = ${appId}`;
  return row;
}

/** The newest processes of an application, newest first. */
export async function findLatestProcesses(
  { sql }: Database,
  appId: string,
  filter: ProcessFilter,
  limit: number,
): Promise<ProcessRow[]> {
  return sql<ProcessRow[]>`
    select ${sql.unsafe(COLUMNS)} from processes p join deployments d on d.deployment_id = p.deployment_id
     where ${matches(sql, appId, filter)}
     order by p.created_at desc, p.process_id desc limit ${limit}`;
}

export async function countMatchingProcesses({ sql }: Database, appId: string, filter: ProcessFilter): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::integer as count from processes p where ${matches(sql, appId, filter)}`;
  return row?.count ?? 0;
}

function matches(sql: postgres.Sql, appId: string, { statuses, regions, before }: ProcessFilter) {
  return sql`
    p.app_id = ${appId}
    ${statuses ? hasStatus(sql, appId, statuses) : sql``}
    ${regions ? sql`and p.region = any (${regions as Region[]}::text[])` : sql``}
    ${before ? sql`and p.created_at < ${toInstant(sql, before)}` : sql``}`;
}

/** As `shown_status`, which would ask for the newest deployment at each process. Where none has ended, only the living are read. */
function hasStatus(sql: postgres.Sql, appId: string, statuses: readonly ProcessStatus[]) {
  const isOver = statuses.some((status) => status === "stopped" || status === "failed");
  return sql`
    and case when p.status = 'running' and p.deployment_id = any (array(
               select o.deployment_id from deployments o where o.app_id = ${appId} and is_outdated(o.deployment_id)))
             then 'draining' else p.status end = any (${statuses as ProcessStatus[]}::text[])
    ${
      isOver
        ? sql``
        : sql`and p.terminated_at is null and p.pool_id = any (array(select o.pool_id from pools o where o.app_id = ${appId}))`
    }`;
}

/** As a number: PostgreSQL does not read the years before 0 and after 9999 that JavaScript writes. */
function toInstant(sql: postgres.Sql, date: Date) {
  return sql`to_timestamp(${Math.max(date.getTime(), 0)}::double precision / 1000)`;
}
