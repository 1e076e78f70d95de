import { MIGRATIONS_FOLDER } from "@roombridge/models/db";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** Where the databases of a test run live; handed from the global setup to the test files. */
export interface TestDatabases {
  /** May create databases. */
  readonly serverUrl: string;
  readonly runId: string;
}

/** Makes the database that every test file gets a copy of: migrated, else empty, and closed to connections. */
export async function createTemplate(databases: TestDatabases): Promise<void> {
  const template = templateName(databases);
  await onServer(databases.serverUrl, (sql) => sql`create database ${sql(template)}`);
  await onServer(databaseUrl(databases, template), async (sql) => {
    await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
  });
  // A connection to the template would make every copy fail.
  await onServer(databases.serverUrl, (sql) => sql`alter database ${sql(template)} allow_connections false`);
}

/** Drops the template and every database of the run, also those that are in use. */
export async function dropAll(databases: TestDatabases): Promise<void> {
  await onServer(databases.serverUrl, async (sql) => {
    const found = await sql<{ name: string }[]>`
      select datname as name from pg_database where starts_with(datname, ${prefix(databases)})`;
    for (const { name } of found) await sql`drop database if exists ${sql(name)} with (force)`;
  });
}

export function templateName(databases: TestDatabases): string {
  return `${prefix(databases)}template`;
}

export function prefix({ runId }: TestDatabases): string {
  return `roombridge_test_${runId}_`;
}

/** The server's URL with another database in it. */
export function databaseUrl({ serverUrl }: TestDatabases, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs `work` on a connection of its own. */
export async function onServer(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 30, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
