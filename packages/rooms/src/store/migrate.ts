import { MIGRATIONS_FOLDER } from "@roombridge/models/db";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import type { Database } from "./database.ts";

/** Any constant: two migrations at once would apply the same file twice. */
const MIGRATION_LOCK = 7_301_001;

/**
 * Brings the database up to the newest migration; does nothing when it is there already. Safe to run twice at once.
 * A migration that waits longer than five seconds for a table lock fails rather than stop the world.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, {
    max: 1,
    connect_timeout: 10,
    connection: { application_name: "roombridge migrate", lock_timeout: 5_000 },
    onnotice: () => {},
  });
  try {
    await sql`set lock_timeout = '60s'`;
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await sql`set lock_timeout = '5s'`;
    await applyMigrations(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** `missing`: never migrated; `older` or `newer` than this release. */
export type SchemaState = "missing" | "older" | "same" | "newer";

/** What the database's newest migration is to the newest one of this release. */
export async function readSchemaState({ sql }: Database): Promise<SchemaState> {
  const newest = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).at(-1)?.folderMillis ?? 0;
  const [table] = await sql<{ present: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as present`;
  if (!table?.present) return "missing";
  const [applied] = await sql<{ newest: string | null }[]>`
    select max(created_at)::text as newest from drizzle.__drizzle_migrations`;
  const appliedAt = Number(applied?.newest ?? 0);
  if (appliedAt === 0) return "missing";
  if (appliedAt < newest) return "older";
  return appliedAt > newest ? "newer" : "same";
}

/** Throws when the database has not had the newest migration of this release. */
export async function checkSchema(database: Database): Promise<void> {
  const state = await readSchemaState(database);
  if (state === "missing" || state === "older")
    throw new Error("the database schema is older than this release; run `roombridge migrate` first");
}
