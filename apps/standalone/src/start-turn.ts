import { grantCoturnAccess, type Database } from "@roombridge/rooms";
import { createLog, type Logger } from "@roombridge/service";
import type { StartEnv } from "./env.ts";
import { relayCredentials, tlsFilesOf } from "./relay-env.ts";
import type { Supervisor } from "./supervisor.ts";
import { COTURN_ROLE, turnPart, type RunningTurn } from "./turn-part.ts";
import { ensureTurnSecret } from "./turn-secret.ts";
import { findTurnserver, turnserverVersion } from "./turn/find-turnserver.ts";
import { isFree } from "./turn/free-port.ts";
import { isLoopback } from "./turn/peer-addresses.ts";
import { readTlsFiles } from "./turn/tls-files.ts";
import { unfixedHoles } from "./turn/unfixed-holes.ts";

/** IANA's port of STUN and TURN. */
const DEFAULT_PORT = 3478;

/** What a relay needs to run beside us. */
export interface TurnOptions {
  readonly env: StartEnv;
  readonly dataDir: string;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly password: string;
  readonly supervisor: Supervisor;
  readonly log: Pick<Logger, "warn">;
}

/**
 * Starts coturn if it is installed. Undefined, after a warning, when there is none or it does not run: everything else
 * works without a relay.
 * @throws Error when the port that `TURN_PORT` asks for is taken, or the certificate cannot be used.
 */
export async function startTurn(options: TurnOptions): Promise<RunningTurn | undefined> {
  const { env, log } = options;
  if (relayCredentials(env) === "secrets") await ensureTurnSecret(options.database, env.TURN_REALM);
  const tls = tlsFilesOf(env);
  if (tls) await readTlsFiles(tls);
  const binary = findTurnserver(env.PATH);
  if (binary === undefined) {
    log.warn("coturn is not installed (no turnserver in PATH): TURN credentials are issued, and nothing relays");
    return undefined;
  }
  try {
    await grantCoturnAccess(options.database.sql, { role: COTURN_ROLE, password: options.password });
    if (!isLoopback(env.TURN_HOST)) {
      const holes = unfixedHoles(await turnserverVersion(binary));
      if (holes.length > 0) log.warn({ holes }, "this coturn has holes that no configuration closes; see docs/turn.md");
    }
    return await startCoturnOnPort(options, binary);
  } catch (error) {
    if (env.TURN_PORT && !(await isFree(env.TURN_HOST, env.TURN_PORT))) throw error;
    log.warn({ err: error }, "coturn could not be started: TURN credentials are issued, and nothing relays");
    return undefined;
  }
}

async function startCoturnOnPort(options: TurnOptions, binary: string): Promise<RunningTurn> {
  const { env, log, supervisor } = options;
  const onLine = coturnLog(env);
  const start = (port: number): Promise<RunningTurn> =>
    supervisor.start(turnPart({ ...options, binary, port, onLine }));
  if (env.TURN_PORT !== undefined) return start(env.TURN_PORT);
  try {
    return await start(DEFAULT_PORT);
  } catch (error) {
    // Debian starts a coturn of its own on this port as soon as the package is installed.
    if (await isFree(env.TURN_HOST, DEFAULT_PORT)) throw error;
    const running = await start(0);
    log.warn(
      `port ${DEFAULT_PORT} is taken by another program, so TURN uses port ${running.port}; set TURN_PORT to choose one`,
    );
    return running;
  }
}

/** A line's level stands after its time; 4.17 leaves out the colons. */
const FAULT = /^\S+ (?:ERROR|WARNING)\b/;

/**
 * What coturn writes for each refused credential (the first looks like an outage of the database and is none), and what
 * it says about settings that are as they should be: a loopback relay, of which all but its own address is denied, and
 * no certificate where there is no TLS.
 */
const EXPECTED =
  /Error retrieving PostgreSQL DB information: *$|Cannot find credentials of user|check_stun_auth|allow_loopback_peers opens|turn_server_(?:cert|pkey)\.pem/;

/** coturn tells its whole configuration at every start; what went wrong is worth a look. */
function coturnLog({ LOG_LEVEL, LOG_FORMAT }: StartEnv): (line: string) => void {
  const log = createLog({ name: "coturn", level: LOG_LEVEL, format: LOG_FORMAT });
  return (line) => {
    const isFault = FAULT.test(line) && !EXPECTED.test(line);
    log[isFault ? "warn" : "debug"](line);
  };
}
