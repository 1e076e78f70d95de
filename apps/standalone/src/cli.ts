#!/usr/bin/env node
import { coturnAccess } from "./command/coturn-access.ts";
import { migrateCommand } from "./command/migrate.ts";
import { UsageError } from "./command/usage-error.ts";
import { parseCommandEnv, PROCESS_VARIABLES } from "./env.ts";
import { explainError } from "./explain-error.ts";

const USAGE = `usage: roombridge <command>

  migrate                     bring the database up to this release; create the token ROOMBRIDGE_DEV_TOKEN
                              and the application ROOMBRIDGE_APP_ID where they are set
  db coturn-access [--print]  create the role with which coturn reads its views, or print the SQL that does
      --role <name>           its name (coturn_ro)
      --connections <n>       connections that all coturns together may open (50)
  help                        this text

environment: DATABASE_URL (default: the database of a running npm start), DATABASE_DIRECT_URL,
ROOMBRIDGE_DATA_DIR, ROOMBRIDGE_DEV_TOKEN, ROOMBRIDGE_APP_ID, COTURN_DB_PASSWORD
exit codes: 0 done, 1 failed, 2 wrong usage
`;

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      process.stderr.write(`roombridge: ${explainError(error)}\n`);
      return 1;
    }
    process.stderr.write(`roombridge: ${error.message}\n\n${USAGE}`);
    return 2;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [command = "", subcommand = ""] = args;
  if (args.includes("--help") || args.includes("-h") || command === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === "") throw new UsageError("a command is missing");
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  if (command === "migrate") await migrateCommand(args.slice(1), readEnv(), write);
  else if (command === "db" && subcommand === "coturn-access") await coturnAccess(args.slice(2), readEnv(), write);
  else
    throw new UsageError(`unknown command ${JSON.stringify(command === "db" ? `db ${subcommand}`.trim() : command)}`);
  return 0;
}

function readEnv() {
  return parseCommandEnv(PROCESS_VARIABLES);
}
