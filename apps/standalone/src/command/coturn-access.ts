import { coturnAccessSql, grantCoturnAccess, openDatabase } from "@roombridge/rooms";
import { databaseName } from "../addresses.ts";
import type { CommandEnv } from "../env.ts";
import { COTURN_ROLE } from "../turn-part.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions, UsageError } from "./usage-error.ts";

/** `roombridge db coturn-access`: creates or changes the role, or prints the SQL for whoever may create roles. */
export async function coturnAccess(
  args: readonly string[],
  env: CommandEnv,
  write: (line: string) => void,
): Promise<void> {
  const options = readOptions(args, {
    print: { type: "boolean", default: false },
    role: { type: "string", default: COTURN_ROLE },
    connections: { type: "string", default: "50" },
  });
  const { COTURN_DB_PASSWORD: password } = env;
  if (password === undefined)
    throw new Error("set COTURN_DB_PASSWORD, or COTURN_DB_PASSWORD_FILE: the password with which coturn shall log in");
  const access = { role: options.role, password, connectionLimit: connectionLimit(options.connections) };
  const url = databaseUrlOf(env);
  if (options.print) {
    for (const statement of coturnAccessSql({ ...access, database: databaseName(url) })) write(`${statement};`);
    return;
  }
  const database = openDatabase({ url, applicationName: "roombridge db coturn-access", maxConnections: 1 });
  try {
    await grantCoturnAccess(database.sql, access);
  } finally {
    await database.close();
  }
  write(`the role ${options.role} may log in and read the views of schema coturn`);
}

function connectionLimit(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError("--connections must be a whole number from 1 to 99999");
  return Number(text);
}
