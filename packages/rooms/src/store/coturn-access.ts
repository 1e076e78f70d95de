import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type postgres from "postgres";

/** The database role with which coturn reads its views. */
export interface CoturnAccess {
  readonly role: string;
  /** Printable ASCII. The server only ever receives its SCRAM verifier. */
  readonly password: string;
  readonly database: string;
  /** One coturn takes 2 + half its CPUs; all coturns of a role share this limit. */
  readonly connectionLimit?: number;
}

const CONNECTION_LIMIT = 50;
const SCRAM_ITERATIONS = 4096;

/**
 * The statements that create or change the role: log-in, the views of schema `coturn` and nothing else, read-only,
 * and a statement_timeout of 500 ms, because each thread of coturn that waits for a lock answers nobody meanwhile.
 * To be run by a role with CREATEROLE that owns the schema. Throws a RangeError for a password or name it cannot send.
 */
export function coturnAccessSql(access: CoturnAccess): string[] {
  const role = quoteIdentifier(access.role);
  const database = quoteIdentifier(access.database);
  const settings = { search_path: "coturn", default_transaction_read_only: "on", statement_timeout: "500ms" };
  const create = `begin create role ${role}; exception when duplicate_object or unique_violation then null; end`;
  return [
    `do ${quoteLiteral(create)}`,
    `alter role ${role} with login connection limit ${connectionLimit(access)} password ${quoteLiteral(scramVerifier(access.password))}`,
    ...Object.entries(settings).map(
      ([name, value]) => `alter role ${role} in database ${database} set ${name} = ${quoteLiteral(value)}`,
    ),
    `grant connect on database ${database} to ${role}`,
    `grant usage on schema coturn to ${role}`,
    `revoke all on all tables in schema coturn from ${role}`,
    `grant select on all tables in schema coturn to ${role}`,
  ];
}

/** Runs `coturnAccessSql` in one transaction; safe to repeat. `database` defaults to the one that `sql` is connected to. */
export async function grantCoturnAccess(
  sql: postgres.Sql,
  access: Omit<CoturnAccess, "database"> & { readonly database?: string },
): Promise<void> {
  await sql.begin(async (transaction) => {
    const [current] = await transaction<{ database: string }[]>`select current_database() as database`;
    const database = access.database ?? current?.database ?? "";
    for (const statement of coturnAccessSql({ ...access, database })) await transaction.unsafe(statement);
  });
}

/**
 * What PostgreSQL stores for a password (RFC 5803 with SCRAM-SHA-256, RFC 7677). Sent in place of the password, it
 * keeps the password out of the server's statement log and of pg_stat_activity.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  // SASLprep leaves printable ASCII as it is; anything else would need its tables.
  if (!/^[\x20-\x7e]+$/.test(password)) throw new RangeError("the password of the coturn role must be printable ASCII");
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, "sha256");
  const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const serverKey = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function connectionLimit({ connectionLimit: limit = CONNECTION_LIMIT }: CoturnAccess): number {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError("connectionLimit must be a positive integer");
  return limit;
}

function quoteIdentifier(name: string): string {
  // PostgreSQL cuts longer names off without an error: two roles could become one.
  if (name === "" || name.includes("\0") || Buffer.byteLength(name) > 63) {
    throw new RangeError("the names of role and database must have 1 to 63 bytes and no U+0000");
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Right with either setting of standard_conforming_strings. */
function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return text.includes("\\") ? `E${quoted}` : quoted;
}
