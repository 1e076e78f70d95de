import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { type DatabaseObserver, observeSql } from "./observe-sql.ts";

/** One pool of connections. `sql` runs typed SQL on the hot paths, `orm` the rest; both share the pool. */
export interface Database {
  readonly sql: postgres.Sql;
  readonly orm: PostgresJsDatabase;
  /** Undefined: nobody wants to hear, and it costs nothing. */
  readonly observer?: DatabaseObserver | undefined;
  /** Waits at most five seconds for queries under way, then closes every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Connections at most; opened when needed. */
  readonly maxConnections?: number;
  /** A statement that runs longer is cancelled by the server. */
  readonly statementTimeoutMs?: number;
  /** A connection that is silent for so long while an answer is awaited is given up. Default: see `answerTimeoutSeconds`. */
  readonly answerTimeoutSeconds?: number;
  readonly observer?: DatabaseObserver | undefined;
}

const STATEMENT_TIMEOUT_MS = 15_000;
/** From the moment when the server must have cancelled a statement, until it counts as gone. */
const ANSWER_GRACE_SECONDS = 5;

/**
 * How long a connection may be silent while a statement is under way. A server that has vanished, or a network that swallows
 * what is sent, says nothing at all: the operating system would wait a quarter of an hour for it.
 */
export function answerTimeoutSeconds(statementTimeoutMs: number = STATEMENT_TIMEOUT_MS): number {
  return Math.ceil(statementTimeoutMs / 1_000) + ANSWER_GRACE_SECONDS;
}

const TIMESTAMPTZ = 1184;

export function openDatabase(options: DatabaseOptions): Database {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, observer } = options;
  const client = postgres(options.url, {
    max: options.maxConnections ?? 10,
    connect_timeout: 5,
    answer_timeout: options.answerTimeoutSeconds ?? answerTimeoutSeconds(statementTimeoutMs),
    // A short back-off: after a database restart the first request that finds it back is served at once.
    backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 1),
    connection: {
      application_name: options.applicationName,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 30_000,
      // One plan for all values: no statement of ours needs another one for some of them (history.test.ts), while PostgreSQL may go
      // on planning a statement anew for each call because of what it takes for a saving, which costs more than the statement.
      plan_cache_mode: "force_generic_plan",
      jit: "off",
    },
    onnotice: () => {},
  });
  const sql = observer ? observeSql(client, observer) : client;
  const orm = drizzle(sql, { casing: "snake_case" });
  // drizzle switches the shared client's conversion of timestamps off; plain SQL wants Dates in and out.
  sql.options.parsers[TIMESTAMPTZ] = (text: string) => new Date(text);
  sql.options.serializers[TIMESTAMPTZ] = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
  return { sql, orm, observer, close: () => sql.end({ timeout: 5 }) };
}

/** One round trip; throws when the database does not answer. */
export async function ping({ sql }: Database): Promise<void> {
  await sql`select 1`;
}

/** What the database's clock says, in milliseconds since 1970. */
export async function readClock({ sql }: Database): Promise<number> {
  const [row] = await sql<{ ms: number }[]>`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`;
  if (!row) throw new Error("the database's clock says nothing");
  return row.ms;
}

const CONNECTION_ERRORS = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ANSWER_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  // SQLSTATE class 57P: the server is shutting down, starting up, or was told to end this connection.
  "57P01",
  "57P02",
  "57P03",
  // Too many clients, as right after a restart of the server: refused at the door.
  "53300",
]);

/** True when the connection broke or could not be made: a statement that was sent may or may not have been done. */
export function isConnectionError(error: unknown): boolean {
  return CONNECTION_ERRORS.has(sqlState(error)) || sqlState(error).startsWith("08");
}

/** True for a deadlock (40P01) or a serialisation failure (40001): the transaction was rolled back and may be repeated. */
export function isTransientConflict(error: unknown): boolean {
  return sqlState(error) === "40P01" || sqlState(error) === "40001";
}

/** True when a lock was waited for longer than `lock_timeout` (55P03): the transaction was rolled back. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === "55P03";
}

/** SQLSTATE classes that blame the server or the whole statement, never one row of a batch. */
const SYSTEMIC_CLASSES = new Set(["08", "25", "28", "3D", "42", "53", "55", "57", "58"]);

/**
 * True when running the statement again with fewer rows could succeed for some of them. Only for what the server itself
 * has answered: after anything else the statement may have been done.
 */
export function mayBlameOneRow(error: unknown): boolean {
  if (!(error instanceof postgres.PostgresError) || isConnectionError(error)) return false;
  return !SYSTEMIC_CLASSES.has(error.code.slice(0, 2));
}

function sqlState(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
