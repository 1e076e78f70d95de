#!/usr/bin/env node
import { afterRestore } from "./command/after-restore.ts";
import { appCreate, appDelete, appList, appRotateSecret } from "./command/app.ts";
import { applyCommand } from "./command/apply.ts";
import { coturnAccess } from "./command/coturn-access.ts";
import { doctor } from "./command/doctor.ts";
import { hostDrain, hostList, hostUndrain } from "./command/host.ts";
import { migrateCommand } from "./command/migrate.ts";
import { orgCreate, orgList } from "./command/org.ts";
import { rotateSecret } from "./command/rotate-secret.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./command/token.ts";
import { turnConfig } from "./command/turn-config.ts";
import { turnCheck } from "./command/turn-check.ts";
import { UsageError } from "./command/usage-error.ts";
import { parseCommandEnv, parseDoctorEnv, parseTurnConfigEnv, PROCESS_VARIABLES } from "./env.ts";
import { explainError } from "./explain-error.ts";

const USAGE = `usage: roombridge <command>

  migrate                     bring the database up to this release; create the token ROOMBRIDGE_DEV_TOKEN
                              and the application ROOMBRIDGE_APP_ID where they are set, and apply ROOMBRIDGE_CONFIG
  apply [--dry-run]           create and change the applications, deployments and tokens that the operator's file
                              ROOMBRIDGE_CONFIG declares; nothing is deleted
  org create --name <name>    create an organisation and print its orgId
  org list                    the organisations; app and token commands are about the one of npm start, or
      --org <orgId>           that one
  app create --name <name>    create an application without a deployment and print its appId
  app list                    the applications
  app delete --app <appId>    delete one: its rooms are destroyed, its game servers stopped
  app rotate-secret --app <appId>
                              give it a new secret and print that, this once; players' tokens signed with the old
                              one end within five seconds
  token create                create a token and print it, this once
      --name <name>           of no other token that is not revoked
      --scopes <a,b>          such as processes:read,builds:read-write (admin: everything)
  token list                  all tokens, without what opens anything
  token revoke --id <id>      end a token within five seconds
  host list                   the hosts, and how many game servers and rooms each of them has
  host drain --host <hostId>  start no more game servers there; those that run take no more rooms, and end with their last
      --wait <seconds>        until none is left, but no longer; more than none are a failure then (0: do not wait)
  host undrain --host <hostId>
                              let it take game servers again
  doctor                      look at the database, hosts, relays and certificates; tell what is wrong and what to do
      --json                  for machines
      --gateway <url>         one to be asked whether it is ready; may be repeated
      --role <name>           coturn's role in the database (coturn_ro)
      --certificate <path>    one more to look at, besides those of *_TLS_CERT_FILE; may be repeated
  db coturn-access [--print]  create the role with which coturn reads its views, or print the SQL that does
      --role <name>           its name (coturn_ro)
      --connections <n>       connections that all coturns together may open (50)
  db after-restore            once after a restore from pg_dump: events that only the old server could reach
  turn config                 write turnserver.conf, pgpass and cli-password for a coturn elsewhere; from the TURN_*
                              variables, DATABASE_URL (as coturn reaches it) and COTURN_DB_PASSWORD
      --directory <path>      where to (coturn)
      --coturn-version <v>    the coturn that will read it (the one in PATH)
      --role <name>           its role in the database (coturn_ro)
  turn rotate-secret          TURN_MODE=rest: the next secret; the ones before it go on for a while
      --overlap <hours>       for how long (25: a credential may live for a day)
      --at <time>             when it begins, such as 2026-12-01T03:00:00Z (now)
  turn check                  relay through every TURN URI that a room is told; by default on a running npm start
      --gateway <url>         the REST face
      --app <appId>           the application (ROOMBRIDGE_APP_ID)
      --token-file <path>     a token of its organisation (ROOMBRIDGE_DEV_TOKEN)
      --room <roomId>         a room that is there; without it one is made and destroyed
      --timeout <seconds>     for each step (5)
  help                        this text

org, app, token and host may also be called as roombridge admin org …, and so on.

environment: DATABASE_URL (default: the database of a running npm start), DATABASE_DIRECT_URL,
ROOMBRIDGE_DATA_DIR, ROOMBRIDGE_DEV_TOKEN, ROOMBRIDGE_APP_ID, ROOMBRIDGE_CONFIG, COTURN_DB_PASSWORD, TURN_*;
secrets may be in files, such as DATABASE_URL_FILE
exit codes: 0 done, 1 failed, 2 wrong usage
`;

const COMMANDS = new Map<string, (args: readonly string[], write: (line: string) => void) => Promise<void>>([
  ["migrate", (args, write) => migrateCommand(args, readEnv(), write)],
  ["apply", (args, write) => applyCommand(args, readEnv(), write)],
  ["org create", (args, write) => orgCreate(args, readEnv(), write)],
  ["org list", (args, write) => orgList(args, readEnv(), write)],
  ["app create", (args, write) => appCreate(args, readEnv(), write)],
  ["app list", (args, write) => appList(args, readEnv(), write)],
  ["app delete", (args, write) => appDelete(args, readEnv(), write)],
  ["app rotate-secret", (args, write) => appRotateSecret(args, readEnv(), write)],
  ["token create", (args, write) => tokenCreate(args, readEnv(), write)],
  ["token list", (args, write) => tokenList(args, readEnv(), write)],
  ["token revoke", (args, write) => tokenRevoke(args, readEnv(), write)],
  ["host list", (args, write) => hostList(args, readEnv(), write)],
  ["host drain", (args, write) => hostDrain(args, readEnv(), write)],
  ["host undrain", (args, write) => hostUndrain(args, readEnv(), write)],
  ["doctor", (args, write) => doctor(args, parseDoctorEnv(PROCESS_VARIABLES), write)],
  ["db coturn-access", (args, write) => coturnAccess(args, readEnv(), write)],
  ["db after-restore", (args, write) => afterRestore(args, readEnv(), write)],
  ["turn config", (args, write) => turnConfig(args, parseTurnConfigEnv(PROCESS_VARIABLES), write)],
  ["turn check", (args, write) => turnCheck(args, readEnv(), write)],
  ["turn rotate-secret", (args, write) => rotateSecret(args, readEnv(), write)],
]);

/** The first words of commands of two. */
const GROUPS = [...COMMANDS.keys()].filter((name) => name.includes(" ")).map((name) => name.split(" ")[0]);

const ADMINISTRATION = new Set(["org", "app", "token", "host"]);

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

async function dispatch(words: readonly string[]): Promise<number> {
  const args = words[0] === "admin" && ADMINISTRATION.has(words[1] ?? "") ? words.slice(1) : words;
  const [command = ""] = args;
  if (args.includes("--help") || args.includes("-h") || command === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === "") throw new UsageError("a command is missing");
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  const length = GROUPS.includes(command) ? 2 : 1;
  const name = args.slice(0, length).join(" ");
  const run = COMMANDS.get(name);
  if (!run) throw new UsageError(`unknown command ${JSON.stringify(name)}`);
  await run(args.slice(length), write);
  return 0;
}

function readEnv() {
  return parseCommandEnv(PROCESS_VARIABLES);
}
