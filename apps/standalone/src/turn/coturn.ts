import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { hashCliPassword } from "./cli-password.ts";
import { type CoturnDatabase, pgpassLine } from "./coturn-database.ts";
import { type CoturnDirectory, coturnDirectory, fillCoturnDirectory } from "./coturn-directory.ts";
import type { CoturnVersion } from "./coturn-version.ts";
import { turnserverVersion } from "./find-turnserver.ts";
import { answersInTime, type CoturnExit, endCoturn, hasEnded, launchCoturn } from "./coturn-process.ts";
import { becomesFree, findFreePort } from "./free-port.ts";
import { LogLines } from "./log-lines.ts";
import { relayAddress } from "./relay-address.ts";
import { stopLeftover } from "./stop-leftover.ts";
import { readTlsFiles, type TlsFiles, tlsPathsIn, watchTlsFiles } from "./tls-files.ts";
import { type CoturnCredentials, type TurnserverConfig, turnserverConfig } from "./turnserver-config.ts";

export interface CoturnOptions {
  /** Absolute path of turnserver. */
  readonly binary: string;
  /** The data directory of `npm start`; one coturn per directory. */
  readonly dataDir: string;
  /** Address to listen on. */
  readonly host: string;
  /** 0: any port that is free for UDP and TCP. */
  readonly port: number;
  readonly minPort: number;
  readonly maxPort: number;
  readonly realm: string;
  readonly database: CoturnDatabase & { readonly password: string };
  /** What it looks up there: users (default) or secrets; or one secret that it is given. */
  readonly credentials?: "users" | "secrets" | { readonly secret: string };
  /** An own address that relayed sockets are bound to; default: what `relayAddress` chooses. */
  readonly relayIp?: string;
  /** Encrypted listener. Port 0: any that is free. coturn reads copies of the files, new ones when they change. */
  readonly tls?: TlsFiles & { readonly port: number; readonly pollMs?: number };
  /** The command line of an earlier start, whose users go on; default: any free port, a new password. */
  readonly cli?: CoturnCli;
  /** Overrides of the generated configuration. */
  readonly config?: Partial<
    Pick<
      TurnserverConfig,
      "userQuota" | "totalQuota" | "maxBps" | "bpsCapacity" | "externalIp" | "allowedPeers" | "verbose"
    >
  >;
  /** Every line that coturn prints, without secrets. */
  readonly onLine?: (line: string) => void;
  /** Default 15,000. */
  readonly startTimeoutMs?: number;
}

/** The command line through which sessions are listed and cut. */
export interface CoturnCli {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

/** A coturn that answers. */
export interface Coturn {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** Undefined without TLS. */
  readonly tlsPort: number | undefined;
  /** The address of relayed sockets. */
  readonly relayIp: string;
  readonly cli: CoturnCli;
  /** Where its files lie while it runs. */
  readonly directory: string;
  /** Settles when the process is gone, for whatever reason. */
  readonly exited: Promise<CoturnExit>;
  /** SIGTERM, SIGKILL after 5 s; resolves when the process is gone and its files are deleted. */
  stop(): Promise<void>;
}

interface Settings {
  readonly version: CoturnVersion;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly relayIp: string;
  readonly cli: CoturnCli;
}

const CLI_HOST = "127.0.0.1";
const CONFIG_FILE = "turnserver.conf";
const PASSWORD_FILE = "pgpass";
const PID_FILE = "turnserver.pid";
/** A process that was killed lets go of its sockets a moment after it is gone. */
const PORT_WAIT_MS = 1_000;
const START_TIMEOUT_MS = 15_000;

/**
 * Starts a private coturn and waits until it answers STUN over UDP and TCP. A coturn that a killed start of the same
 * data directory left behind is stopped first. As root it runs as an unprivileged account. Throws an Error, with the
 * last lines of coturn's log, when the port is taken, the binary is too old or it does not come up.
 */
export async function startCoturn(options: CoturnOptions): Promise<Coturn> {
  const directory = await coturnDirectory(options.dataDir);
  await stopLeftover(join(directory.path, PID_FILE), join(directory.path, CONFIG_FILE));
  const settings = await chooseSettings(options);
  await fillCoturnDirectory(directory, {
    [CONFIG_FILE]: configText(options, directory, settings),
    [PASSWORD_FILE]: pgpassLine(options.database),
    ...(options.tls === undefined ? {} : await readTlsFiles(options.tls)),
  });
  try {
    return await launch(options, directory, settings);
  } catch (error) {
    await rm(directory.path, { recursive: true, force: true });
    throw error;
  }
}

async function launch(options: CoturnOptions, directory: CoturnDirectory, settings: Settings): Promise<Coturn> {
  const { host, onLine = () => {}, startTimeoutMs = START_TIMEOUT_MS } = options;
  const log = new LogLines([options.database.password, settings.cli.password, ...staticSecrets(options)], onLine);
  const running = await launchCoturn(
    {
      binary: options.binary,
      configFile: join(directory.path, CONFIG_FILE),
      passwordFile: join(directory.path, PASSWORD_FILE),
      directory,
    },
    log,
  );
  if (!(await answersInTime(running, { host, port: settings.port, timeoutMs: startTimeoutMs }))) {
    const how = hasEnded(running) ? "ended at once" : `did not answer in ${startTimeoutMs} ms`;
    const { code, signal } = await endCoturn(running);
    const end = `${signal ?? `exit code ${code ?? "unknown"}`}`;
    throw new Error(`coturn on ${host}:${settings.port} ${how} (${end}); its last lines:\n${log.tail()}`);
  }
  const unwatch = options.tls && watchTlsFiles(options.tls, { directory, child: running.child, log });
  const stop = async (): Promise<void> => {
    unwatch?.();
    await endCoturn(running);
    await rm(directory.path, { recursive: true, force: true });
  };
  const { port, tlsPort, relayIp, cli } = settings;
  return {
    ...{ port, tlsPort, relayIp, cli },
    ...{ pid: running.pid, host, directory: directory.path, exited: running.exited, stop },
  };
}

async function chooseSettings({ binary, host, tls, ...options }: CoturnOptions): Promise<Settings> {
  return {
    relayIp: options.relayIp ?? relayAddress(host),
    version: await turnserverVersion(binary),
    port: await choosePort(host, options.port, "TURN_PORT"),
    tlsPort: tls && (await choosePort(host, tls.port, "TURN_TLS_PORT")),
    cli: await chooseCli(options.cli),
  };
}

async function chooseCli(earlier: CoturnCli | undefined): Promise<CoturnCli> {
  if (earlier === undefined) {
    return { host: CLI_HOST, port: await findFreePort(CLI_HOST), password: randomBytes(24).toString("base64url") };
  }
  if (await becomesFree(earlier.host, earlier.port, PORT_WAIT_MS)) return earlier;
  // coturn would run on without its command line.
  throw new Error(`port ${earlier.port} of ${earlier.host}, coturn's command line, is taken by another program`);
}

async function choosePort(host: string, port: number, variable: string): Promise<number> {
  if (port === 0) return findFreePort(host);
  if (await becomesFree(host, port, PORT_WAIT_MS)) return port;
  throw new Error(
    `port ${port} of ${host} is taken by another program (UDP or TCP); set ${variable}, 0 means any free one`,
  );
}

function configText(options: CoturnOptions, { path }: CoturnDirectory, settings: Settings): string {
  return turnserverConfig({
    ...options.config,
    version: settings.version,
    listenIps: [options.host],
    port: settings.port,
    relayIps: [settings.relayIp],
    minPort: options.minPort,
    maxPort: options.maxPort,
    realm: options.realm,
    credentials: credentialsOf(options),
    ...(settings.tlsPort === undefined ? {} : { tls: { port: settings.tlsPort, ...tlsPathsIn(path) } }),
    cli: { port: settings.cli.port, passwordHash: hashCliPassword(settings.cli.password) },
    pidFile: join(path, PID_FILE),
  });
}

function credentialsOf({ credentials = "users", database: withPassword }: CoturnOptions): CoturnCredentials {
  if (typeof credentials === "object") return credentials;
  // Without the password: coturn logs what it is told here.
  const { password: _, ...database } = withPassword;
  return credentials === "users" ? { users: database } : { secrets: database };
}

function staticSecrets({ credentials }: CoturnOptions): string[] {
  return typeof credentials === "object" ? [credentials.secret] : [];
}
