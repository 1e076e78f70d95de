import type { BuildStatus } from "@roombridge/models/api";
import type { Database } from "./database.ts";

export interface BuildRow {
  readonly buildId: string;
  readonly orgId: string;
  readonly buildTag: string | null;
  /** Name of a command of the operator's file. */
  readonly command: string | null;
  /** Reference of an image in a registry. */
  readonly image: string | null;
  readonly status: BuildStatus;
  readonly createdAt: Date;
  /** Id of the token; empty: the operator. */
  readonly createdBy: string;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly deletedAt: Date | null;
}

export const BUILD_COLUMNS = `
  b.build_id as "buildId", b.org_id as "orgId", b.build_tag as "buildTag", b.command, b.image, b.status,
  b.created_at as "createdAt", b.created_by as "createdBy", b.started_at as "startedAt", b.finished_at as "finishedAt",
  b.deleted_at as "deletedAt"`;

/** The newest builds of an organisation, newest first. */
export async function findBuilds({ sql }: Database, orgId: string, limit: number): Promise<BuildRow[]> {
  return sql<BuildRow[]>`
    select ${sql.unsafe(BUILD_COLUMNS)} from builds b
     where b.org_id = ${orgId} and b.deleted_at is null order by b.created_at desc, b.build_id limit ${limit}`;
}

/** Deleted ones too. */
export async function findBuild({ sql }: Database, orgId: string, buildId: string): Promise<BuildRow | undefined> {
  const [row] = await sql<BuildRow[]>`
    select ${sql.unsafe(BUILD_COLUMNS)} from builds b where b.build_id = ${buildId} and b.org_id = ${orgId}`;
  return row;
}

/** Undefined when the id has been used before, by whomever. */
export async function insertBuild(
  { sql }: Database,
  build: Pick<BuildRow, "buildId" | "orgId" | "buildTag" | "createdBy">,
): Promise<BuildRow | undefined> {
  const { buildId, orgId, buildTag, createdBy } = build;
  const [row] = await sql<BuildRow[]>`
    insert into builds as b (build_id, org_id, build_tag, created_by, status)
    values (${buildId}, ${orgId}, ${buildTag}, ${createdBy}, 'created')
    on conflict (build_id) do nothing
    returning ${sql.unsafe(BUILD_COLUMNS)}`;
  return row;
}

/** Gives a build that has neither a command nor an image one of them; false when it has, or is deleted. */
export async function finishBuild(
  { sql }: Database,
  build: Pick<BuildRow, "buildId" | "orgId" | "command" | "image">,
): Promise<boolean> {
  const { buildId, orgId, command, image } = build;
  const { count } = await sql`
    update builds set command = ${command}, image = ${image}, status = 'succeeded', started_at = clock_timestamp(),
           finished_at = clock_timestamp()
     where build_id = ${buildId} and org_id = ${orgId} and status = 'created' and deleted_at is null`;
  return count === 1;
}

/** False when there is no such build. */
export async function deleteBuildRow(
  { sql }: Database,
  build: { readonly buildId: string; readonly orgId: string; readonly deletedBy: string },
): Promise<boolean> {
  const { count } = await sql`
    update builds set deleted_at = clock_timestamp(), deleted_by = ${build.deletedBy}
     where build_id = ${build.buildId} and org_id = ${build.orgId} and deleted_at is null`;
  return count === 1;
}
