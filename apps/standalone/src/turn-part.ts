import { databaseName } from "./addresses.ts";
import type { StartEnv } from "./env.ts";
import { relayConfig, relayCredentials, tlsFilesOf } from "./relay-env.ts";
import { sendSignal } from "./send-signal.ts";
import type { Part, RunningPart } from "./supervisor.ts";
import { type CoturnCli, startCoturn } from "./turn/coturn.ts";

/** The role with which coturn reads its views. */
export const COTURN_ROLE = "coturn_ro";

const SSL_MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;

export interface RunningTurn extends RunningPart {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** The address of relayed sockets: an address of this machine that is no wildcard. */
  readonly relayIp: string;
  /** Undefined without a certificate. */
  readonly tlsPort: number | undefined;
  readonly cli: CoturnCli;
}

/** A private coturn on the database of the rooms. A later start takes the ports and the command line of the first one. */
export function turnPart(options: {
  readonly binary: string;
  readonly dataDir: string;
  readonly env: StartEnv;
  readonly port: number;
  readonly databaseUrl: string;
  readonly password: string;
  readonly onLine: (line: string) => void;
}): Part<RunningTurn> {
  const { env, binary, dataDir, onLine } = options;
  let { port } = options;
  let cli: CoturnCli | undefined;
  const tlsFiles = tlsFilesOf(env);
  let tls = tlsFiles && { port: env.TURN_TLS_PORT, ...tlsFiles };
  return {
    name: "turn",
    start: async (signal) => {
      signal.throwIfAborted();
      const coturn = await startCoturn({
        binary,
        dataDir,
        onLine,
        port,
        host: env.TURN_HOST,
        minPort: env.TURN_MIN_PORT,
        maxPort: env.TURN_MAX_PORT,
        realm: env.TURN_REALM,
        database: coturnDatabase(options.databaseUrl, options.password),
        credentials: relayCredentials(env),
        config: relayConfig(env),
        ...(env.TURN_RELAY_IP === undefined ? {} : { relayIp: env.TURN_RELAY_IP }),
        ...(tls && { tls }),
        ...(cli && { cli }),
      });
      ({ port, cli } = coturn);
      const { pid, host, relayIp, tlsPort } = coturn;
      if (tls && tlsPort !== undefined) tls = { ...tls, port: tlsPort };
      const exited = coturn.exited.then(({ code, signal: killer }) => killer ?? `exit code ${code}`);
      return {
        pid,
        host,
        port,
        tlsPort,
        relayIp,
        cli,
        exited,
        stop: () => coturn.stop(),
        kill: () => sendSignal(pid, "SIGKILL"),
      };
    },
  };
}

type CoturnDatabase = Parameters<typeof startCoturn>[0]["database"];

/** What of a connection URL coturn must be told. */
export function coturnDatabase(databaseUrl: string, password: string): CoturnDatabase {
  const url = new URL(databaseUrl);
  const sslMode = SSL_MODES.find((mode) => mode === url.searchParams.get("sslmode"));
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1") || "127.0.0.1",
    port: Number(url.port || 5432),
    database: databaseName(databaseUrl),
    user: COTURN_ROLE,
    password,
    ...(sslMode === undefined ? {} : { sslMode }),
  };
}
