import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TurnConfigEnv } from "../env.ts";
import { relayConfig, relayCredentials, tlsFilesOf } from "../relay-env.ts";
import { coturnDatabase, COTURN_ROLE } from "../turn-part.ts";
import { hashCliPassword } from "../turn/cli-password.ts";
import { type CoturnDatabase, pgpassLine } from "../turn/coturn-database.ts";
import { type CoturnVersion, isAtLeast, OLDEST_COTURN, parseCoturnVersion } from "../turn/coturn-version.ts";
import { findTurnserver, turnserverVersion } from "../turn/find-turnserver.ts";
import { isLoopback } from "../turn/peer-addresses.ts";
import { relayAddress } from "../turn/relay-address.ts";
import { turnserverConfig, type CoturnCredentials } from "../turn/turnserver-config.ts";
import { unfixedHoles } from "../turn/unfixed-holes.ts";
import { writePrivate } from "../write-private.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions, UsageError } from "./usage-error.ts";

const DEFAULT_PORT = 3478;

/** `roombridge turn config`: what a coturn on another machine, or in a container, needs. Connects to nothing. */
export async function turnConfig(
  args: readonly string[],
  env: TurnConfigEnv,
  write: (line: string) => void,
): Promise<void> {
  const options = readOptions(args, {
    directory: { type: "string", default: "coturn" },
    "coturn-version": { type: "string" },
    role: { type: "string", default: COTURN_ROLE },
  });
  const version = await coturnVersion(options["coturn-version"], env);
  const directory = resolve(options.directory);
  const access = databaseAccess(env, options.role);
  const relayIp = env.TURN_RELAY_IP ?? relayAddress(env.TURN_HOST);
  const cliPassword = env.TURN_CLI_PASSWORD ?? keptCliPassword(directory) ?? randomBytes(24).toString("base64url");
  const text = configText(env, { version, relayIp, credentials: credentialsOf(env, access), cliPassword });

  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [config, pgpass] = [join(directory, "turnserver.conf"), join(directory, "pgpass")];
  writePrivate(config, text);
  writePrivate(join(directory, CLI_PASSWORD_FILE), `${cliPassword}\n`);
  if (access) writePrivate(pgpass, pgpassLine(access));

  const { major, minor, patch } = version;
  const port = env.TURN_PORT ?? DEFAULT_PORT;
  write(`wrote ${config} for coturn ${major}.${minor}.${patch}: on ${env.TURN_HOST}:${port}, relaying from ${relayIp}`);
  write(`start it as an ordinary account with: ${access ? `PGPASSFILE=${pgpass} ` : ""}turnserver -c ${config}`);
  for (const hole of isLoopback(env.TURN_HOST) ? [] : unfixedHoles(version))
    write(`beware: no configuration closes this hole of coturn ${major}.${minor}.${patch}: ${hole}`);
}

const CLI_PASSWORD_FILE = "cli-password";

function configText(
  env: TurnConfigEnv,
  {
    cliPassword,
    ...settings
  }: {
    readonly version: CoturnVersion;
    readonly relayIp: string;
    readonly credentials: CoturnCredentials;
    readonly cliPassword: string;
  },
): string {
  const tlsFiles = tlsFilesOf(env);
  return turnserverConfig({
    ...relayConfig(env),
    version: settings.version,
    listenIps: [env.TURN_HOST],
    port: env.TURN_PORT ?? DEFAULT_PORT,
    relayIps: [settings.relayIp],
    minPort: env.TURN_MIN_PORT,
    maxPort: env.TURN_MAX_PORT,
    realm: env.TURN_REALM,
    credentials: settings.credentials,
    ...(tlsFiles && { tls: { port: env.TURN_TLS_PORT, ...tlsFiles } }),
    cli: { port: env.TURN_CLI_PORT, passwordHash: hashCliPassword(cliPassword) },
  });
}

async function coturnVersion(told: string | undefined, { PATH }: TurnConfigEnv): Promise<CoturnVersion> {
  if (told !== undefined) {
    const version = parseCoturnVersion(told);
    if (!version || !isAtLeast(version, OLDEST_COTURN))
      throw new UsageError("--coturn-version must be a version from 4.6.0 on, such as 4.17.1");
    return version;
  }
  const binary = findTurnserver(PATH);
  if (binary === undefined) {
    throw new UsageError("there is no turnserver here: say --coturn-version, for each version knows other options");
  }
  return turnserverVersion(binary);
}

/** Undefined when coturn is given a secret instead. */
function databaseAccess(
  env: TurnConfigEnv,
  user: string,
): (CoturnDatabase & { readonly password: string }) | undefined {
  if (typeof relayCredentials(env) === "object") return undefined;
  const { COTURN_DB_PASSWORD: password } = env;
  if (password === undefined) throw new Error("set COTURN_DB_PASSWORD: the password with which coturn shall log in");
  // As coturn will reach it: not the direct way that a pooler may need.
  return { ...coturnDatabase(env.DATABASE_URL ?? databaseUrlOf(env), password), user };
}

function credentialsOf(
  env: TurnConfigEnv,
  access: (CoturnDatabase & { readonly password: string }) | undefined,
): CoturnCredentials {
  const credentials = relayCredentials(env);
  if (typeof credentials === "object") return credentials;
  if (access === undefined) throw new Error("coturn needs a database or a secret");
  const { password: _, ...database } = access;
  return credentials === "users" ? { users: database } : { secrets: database };
}

/** The one that an earlier run has written: the turn-agent knows it already. */
function keptCliPassword(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, CLI_PASSWORD_FILE), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
