import type { AuthConfiguration, ServiceConfig } from "@roombridge/models/api";
import postgres from "postgres";
import type { Database } from "./database.ts";

export interface ApplicationDetailsRow {
  readonly appId: string;
  readonly appName: string;
  readonly appSecret: string;
  readonly orgId: string;
  readonly authConfiguration: AuthConfiguration;
  readonly serviceConfig: ServiceConfig | null;
  readonly createdAt: Date;
  /** Id of the token; empty: the operator. */
  readonly createdBy: string;
  readonly deletedAt: Date | null;
  readonly deletedBy: string | null;
}

export interface ApplicationSettings {
  readonly appName?: string | undefined;
  readonly authConfiguration?: AuthConfiguration | undefined;
  readonly serviceConfig?: ServiceConfig | undefined;
}

const COLUMNS = `
  app_id as "appId", app_name as "appName", app_secret as "appSecret", org_id as "orgId",
  auth_configuration as "authConfiguration", service_config as "serviceConfig", created_at as "createdAt",
  created_by as "createdBy", deleted_at as "deletedAt", deleted_by as "deletedBy"`;

const UNIQUE_VIOLATION = "23505";

/** The applications of an organisation, newest first. */
export async function findApplications({ sql }: Database, orgId: string): Promise<ApplicationDetailsRow[]> {
  return sql<ApplicationDetailsRow[]>`
    select ${sql.unsafe(COLUMNS)} from applications
     where org_id = ${orgId} and deleted_at is null order by created_at desc, app_id`;
}

export async function findApplicationDetails(
  { sql }: Database,
  orgId: string,
  appId: string,
): Promise<ApplicationDetailsRow | undefined> {
  const [row] = await sql<ApplicationDetailsRow[]>`
    select ${sql.unsafe(COLUMNS)} from applications where app_id = ${appId} and org_id = ${orgId} and deleted_at is null`;
  return row;
}

/** Undefined when another application of the organisation has the name. */
export async function insertApplication(
  { sql }: Database,
  application: Pick<
    ApplicationDetailsRow,
    "appId" | "appName" | "appSecret" | "orgId" | "authConfiguration" | "createdBy"
  >,
): Promise<ApplicationDetailsRow | undefined> {
  const { appId, appName, appSecret, orgId, createdBy } = application;
  const [row] = await sql<ApplicationDetailsRow[]>`
    insert into applications (app_id, app_name, app_secret, org_id, auth_configuration, created_by)
    values (${appId}, ${appName}, ${appSecret}, ${orgId}, ${JSON.stringify(application.authConfiguration)}::jsonb, ${createdBy})
    on conflict (org_id, app_name) where deleted_at is null do nothing
    returning ${sql.unsafe(COLUMNS)}`;
  return row;
}

/** Changes what is given, and with it the limits of the application's pools; `taken`: another one has the name. */
export async function updateApplicationRow(
  { sql }: Database,
  { orgId, appId }: Pick<ApplicationDetailsRow, "orgId" | "appId">,
  settings: ApplicationSettings,
): Promise<ApplicationDetailsRow | "taken" | undefined> {
  const { appName, authConfiguration, serviceConfig } = settings;
  const toJson = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
  try {
    return await sql.begin(async (tx) => {
      const [row] = await tx<ApplicationDetailsRow[]>`
        update applications
           set app_name = coalesce(${appName ?? null}, app_name),
               auth_configuration = coalesce(${toJson(authConfiguration)}::jsonb, auth_configuration),
               service_config = coalesce(${toJson(serviceConfig)}::jsonb, service_config)
         where app_id = ${appId} and org_id = ${orgId} and deleted_at is null
        returning ${tx.unsafe(COLUMNS)}`;
      if (row && serviceConfig !== undefined) await tx`select refresh_pool_limits(${appId})`;
      return row;
    });
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === UNIQUE_VIOLATION) return "taken";
    throw error;
  }
}
