import type { AdditionalContainerPort, EnvironmentVariable, TransportType } from "@roombridge/models/api";
import { BUILD_COLUMNS, type BuildRow } from "./builds.ts";
import type { Database } from "./database.ts";

export interface DeploymentRow {
  readonly deploymentId: string;
  readonly appId: string;
  readonly deploymentTag: string | null;
  readonly containerPort: number;
  readonly transportType: TransportType;
  readonly additionalContainerPorts: readonly AdditionalContainerPort[];
  readonly roomsPerProcess: number;
  readonly requestedCpu: number;
  readonly requestedMemoryMb: number;
  readonly idleTimeoutEnabled: boolean;
  readonly env: readonly EnvironmentVariable[];
  readonly createdAt: Date;
  /** Id of the token; empty: the operator. */
  readonly createdBy: string;
  readonly build: BuildRow;
}

export interface DeploymentFilter {
  readonly deploymentId?: string | undefined;
  readonly buildTag?: string | undefined;
  readonly deploymentTag?: string | undefined;
}

const COLUMNS = `
  d.deployment_id as "deploymentId", d.app_id as "appId", d.deployment_tag as "deploymentTag",
  d.container_port as "containerPort", d.transport_type as "transportType",
  d.additional_container_ports as "additionalContainerPorts", d.rooms_per_process as "roomsPerProcess",
  d.requested_cpu as "requestedCpu", d.requested_memory_mb as "requestedMemoryMb",
  d.idle_timeout_enabled as "idleTimeoutEnabled", d.env, d.created_at as "deployedAt", d.created_by as "deployedBy"`;

/** With how much the environments before a row have. */
const SIZED = `
  select f.*, sum(octet_length(f.env::text)) over (
           order by f.sequence desc rows between unbounded preceding and 1 preceding) as "bytesBefore"
    from found f`;

type JoinedRow = Omit<DeploymentRow, "createdAt" | "createdBy" | "build"> &
  BuildRow & {
    readonly deployedAt: Date;
    readonly deployedBy: string;
    readonly sequence: string;
    readonly bytesBefore: string | null;
  };

/** Of environments in one answer: each may have a megabyte, and an answer that has all of them would be too long for any gateway. */
const MAX_ENV_BYTES = 8 * 1_024 * 1_024;

/** The newest deployments of an application that match, newest first, as far as their environments have 8 MiB. */
export async function findDeployments(
  { sql }: Database,
  appId: string,
  { deploymentId, buildTag, deploymentTag }: DeploymentFilter,
  limit: number,
): Promise<DeploymentRow[]> {
  const rows = await sql<JoinedRow[]>`
    with found as materialized (
      select ${sql.unsafe(COLUMNS)}, ${sql.unsafe(BUILD_COLUMNS)}, d.sequence
        from deployments d join builds b on b.build_id = d.build_id
       where d.app_id = ${appId} and d.deleted_at is null
         ${deploymentId === undefined ? sql`` : sql`and d.deployment_id = ${deploymentId}`}
         ${buildTag === undefined ? sql`` : sql`and b.build_tag = ${buildTag}`}
         ${deploymentTag === undefined ? sql`` : sql`and d.deployment_tag = ${deploymentTag}`}
       order by d.sequence desc limit ${limit}
    )
    select * from (${sql.unsafe(SIZED)}) sized
     where coalesce("bytesBefore", 0) < ${MAX_ENV_BYTES} order by sequence desc`;
  return rows.map(split);
}

/** The newest deployment of each application of an organisation that has one; limited as `findDeployments`. */
export async function findNewestDeployments({ sql }: Database, orgId: string): Promise<DeploymentRow[]> {
  const rows = await sql<JoinedRow[]>`
    with found as materialized (
      select ${sql.unsafe(COLUMNS)}, ${sql.unsafe(BUILD_COLUMNS)}, d.sequence
        from applications a
        cross join lateral (
          select * from deployments n
           where n.app_id = a.app_id and n.deleted_at is null order by n.sequence desc limit 1
        ) d
        join builds b on b.build_id = d.build_id
       where a.org_id = ${orgId} and a.deleted_at is null
    )
    select * from (${sql.unsafe(SIZED)}) sized
     where coalesce("bytesBefore", 0) < ${MAX_ENV_BYTES}`;
  return rows.map(split);
}

function split(row: JoinedRow): DeploymentRow {
  const { sequence: _, bytesBefore: __, ...shown } = row;
  const { deployedAt, deployedBy, buildId, orgId, buildTag, command, image, status, ...rest } = shown;
  const { createdAt, createdBy, startedAt, finishedAt, deletedAt, ...deployment } = rest;
  const times = { createdAt, createdBy, startedAt, finishedAt, deletedAt };
  const build = { buildId, orgId, buildTag, command, image, status, ...times };
  return { ...deployment, createdAt: deployedAt, createdBy: deployedBy, build };
}
