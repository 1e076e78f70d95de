import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { hashCliPassword } from "./cli-password.ts";
import { type CoturnDirectory, coturnDirectory, fillCoturnDirectory } from "./coturn-directory.ts";
import { turnserverVersion } from "./find-turnserver.ts";
import { answersInTime, type CoturnExit, endCoturn, hasEnded, launchCoturn } from "./coturn-process.ts";
import { becomesFree, findFreePort } from "./free-port.ts";
import { LogLines } from "./log-lines.ts";
import { relayAddress } from "./relay-address.ts";
import { stopLeftover } from "./stop-leftover.ts";
import { type CoturnDatabase, type TurnserverConfig, turnserverConfig } from "./turnserver-config.ts";

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
  /** Overrides of the generated configuration. */
  readonly config?: Partial<Pick<TurnserverConfig, "userQuota" | "totalQuota" | "maxBps" | "externalIp" | "verbose">>;
  /** Every line that coturn prints, without secrets. */
  readonly onLine?: (line: string) => void;
  /** Default 15,000. */
  readonly startTimeoutMs?: number;
}

/** A coturn that answers. */
export interface Coturn {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** The address of relayed sockets. */
  readonly relayIp: string;
  /** The command line through which sessions are listed and cut. */
  readonly cli: { readonly host: string; readonly port: number; readonly password: string };
  /** Where its files lie while it runs. */
  readonly directory: string;
  /** Settles when the process is gone, for whatever reason. */
  readonly exited: Promise<CoturnExit>;
  /** SIGTERM, SIGKILL after 5 s; resolves when the process is gone and its files are deleted. */
  stop(): Promise<void>;
}

interface Settings {
  readonly port: number;
  readonly relayIp: string;
  readonly cli: Coturn["cli"];
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
    [CONFIG_FILE]: await configText(options, directory, settings),
    [PASSWORD_FILE]: pgpassLine(options.database),
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
  const log = new LogLines([options.database.password, settings.cli.password], onLine);
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
  const stop = async (): Promise<void> => {
    await endCoturn(running);
    await rm(directory.path, { recursive: true, force: true });
  };
  return { ...settings, pid: running.pid, host, directory: directory.path, exited: running.exited, stop };
}

async function chooseSettings({ host, port }: CoturnOptions): Promise<Settings> {
  const relayIp = relayAddress(host);
  if (port !== 0 && !(await becomesFree(host, port, PORT_WAIT_MS))) {
    throw new Error(
      `port ${port} of ${host} is taken by another program (UDP or TCP); set TURN_PORT, 0 means any free one`,
    );
  }
  return {
    port: port === 0 ? await findFreePort(host) : port,
    relayIp,
    cli: { host: CLI_HOST, port: await findFreePort(CLI_HOST), password: randomBytes(24).toString("base64url") },
  };
}

async function configText(options: CoturnOptions, { path }: CoturnDirectory, settings: Settings): Promise<string> {
  // Without the password: coturn logs what it is told here.
  const { password: _, ...database } = options.database;
  return turnserverConfig({
    ...options.config,
    version: await turnserverVersion(options.binary),
    listenIps: [options.host],
    port: settings.port,
    relayIps: [settings.relayIp],
    minPort: options.minPort,
    maxPort: options.maxPort,
    realm: options.realm,
    database,
    cli: { port: settings.cli.port, passwordHash: hashCliPassword(settings.cli.password) },
    pidFile: join(path, PID_FILE),
  });
}

/** host:port:database:user:password, where a backslash protects colons and backslashes. */
function pgpassLine({ host, port, database, user, password }: CoturnOptions["database"]): string {
  const fields = [host, String(port), database, user, password];
  return `${fields.map((field) => field.replaceAll(/[\\:]/g, String.raw`\$&`)).join(":")}\n`;
}
