import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Binaries, findBinaries } from "./binaries.ts";
import {
  type DataDirectory,
  newRecord,
  openDataDirectory,
  prepareHome,
  readRecord,
  type ServerRecord,
  writeRecord,
} from "./data-directory.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { clusterMajor, initialiseCluster, SUPERUSER } from "./initialise-cluster.ts";
import { launchPostmaster, type Launched, type ServerExit } from "./launch-postmaster.ts";
import { waitForLock } from "./lock-file.ts";
import { otherVersionMessage } from "./other-version-message.ts";
import { choosePort } from "./ports.ts";
import { findRunningServer, type RunningServer } from "./running-server.ts";
import { endLeftovers, isServerProcess, stopServer } from "./server-processes.ts";
import { SHARED_DIRECTORY } from "./shared-directory.ts";

const LOCK_TIMEOUT_MS = 300_000;
const PORT_ATTEMPTS = 5;
const WATCH_MS = 250;

/** Fit for a small server beside its applications. Everything else is as PostgreSQL has it, fsync too. */
const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  max_connections: "200",
  shared_buffers: "64MB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] %u@%d ",
  log_checkpoints: "off",
};

export interface EmbeddedPostgresOptions {
  /** Made when missing. The server's files lie in it, or for root in a place that it names. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1; 0 (default) means the last one if free, else any. */
  readonly port?: number;
  /** PostgreSQL settings over ours; they do not change a server that runs already. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told in plain sentences what takes long. */
  readonly log?: (line: string) => void;
}

/** A server that accepts connections. */
export interface EmbeddedPostgres {
  /** Connection string of the superuser; contains the password. */
  readonly url: string;
  readonly port: number;
  /** Absolute path of the server's own files. */
  readonly directory: string;
  /** The server's log. */
  readonly logFile: string;
  readonly pid: number;
  /** True when it ran already, left by a start that was killed or running beside us. */
  readonly reused: boolean;
  /** Settles when the server is gone, for whatever reason. Does not keep Node alive. */
  readonly exited: Promise<ServerExit>;
  /** Fast shutdown, harder after 10 s; resolves when no process of it is left. Stops a reused server too. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the PostgreSQL of this data directory, or finds it running. Makes the database on first use and recovers
 * what a killed server left. Two starts at once give one server.
 * @throws EmbeddedPostgresError when there are no binaries for this machine, the port is taken, the data belongs to
 * another major version or another place, or the server does not come up (with the last lines of its log).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = await openDataDirectory(options.dataDir);
  const release = await waitForLock(directory.lockFile, LOCK_TIMEOUT_MS);
  if (release === undefined) {
    throw new EmbeddedPostgresError(
      `another start holds ${directory.lockFile} for ${LOCK_TIMEOUT_MS / 1000} s already`,
    );
  }
  try {
    return await startLocked(directory, options);
  } finally {
    release();
  }
}

async function startLocked(directory: DataDirectory, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const binaries = await findBinaries(directory.account, SHARED_DIRECTORY, log);
  const record = await openRecord(directory, log);
  const major = await clusterMajor(directory.cluster);
  if (major !== undefined && major !== binaries.major) {
    throw new EmbeddedPostgresError(otherVersionMessage(directory, { made: major, ours: binaries.major }));
  }
  const running = await findRunningServer(directory);
  if (running !== undefined) return reuse(directory, record, running, options.port ?? 0);

  await endLeftovers(directory.name);
  // None of its processes lives. PostgreSQL would believe the file when its pid is somebody else's by now, or a zombie's.
  await rm(join(directory.cluster, "postmaster.pid"), { force: true });
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  if (major === undefined) {
    log(`making a new PostgreSQL ${binaries.major} database in ${directory.cluster} (some seconds, once)`);
    await initialiseCluster(directory, record, { binaries, durable: settings["fsync"] !== "off" });
  }
  return launch(directory, record, { binaries, settings, port: options.port ?? 0 });
}

/** The record of this data directory, made anew when there is none. A cluster without one cannot be logged in to. */
async function openRecord(directory: DataDirectory, log: (line: string) => void): Promise<ServerRecord> {
  const known = await readRecord(directory);
  if (known === undefined && (await clusterMajor(directory.cluster)) !== undefined) {
    const running = await findRunningServer(directory);
    if (running !== undefined) await stopServer(running.pid, directory.name);
    const aside = `${directory.cluster}.before-${new Date().toISOString().replaceAll(":", "")}`;
    await rename(directory.cluster, aside);
    log(`${directory.path} was emptied since its database was made; that one now lies in ${aside}`);
  }
  const record = known ?? newRecord(directory);
  if (known === undefined) await writeRecord(directory, record);
  await prepareHome(directory);
  return record;
}

function reuse(
  directory: DataDirectory,
  record: ServerRecord,
  running: RunningServer,
  wanted: number,
): EmbeddedPostgres {
  if (wanted !== 0 && wanted !== running.port) {
    throw new EmbeddedPostgresError(
      `The database of ${directory.path} runs already (pid ${running.pid}), on port ${running.port} and not on ${wanted}. ` +
        `Stop it (kill -INT ${running.pid}) or leave the port to it.`,
    );
  }
  const launched = { pid: running.pid, exited: watchExit(running.pid, directory.name) };
  return describeServer(directory, record, { ...running, launched, reused: true });
}

async function launch(
  directory: DataDirectory,
  record: ServerRecord,
  options: { readonly binaries: Binaries; readonly settings: Readonly<Record<string, string>>; readonly port: number },
): Promise<EmbeddedPostgres> {
  const attempts = options.port === 0 ? PORT_ATTEMPTS : 1;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const port = options.port || (await choosePort(attempt === 1 ? record.port : undefined));
    const launched = await launchPostmaster(directory, { ...options, port });
    if (launched === "port taken") continue;
    if (port !== record.port) await writeRecord(directory, { ...record, port });
    return describeServer(directory, record, { port, launched, reused: false });
  }
  throw new EmbeddedPostgresError(
    options.port === 0
      ? `no free port for the database was found in ${attempts} attempts`
      : `port ${options.port} of 127.0.0.1, wanted for the database, is taken by another program; choose another one, or 0 for any free one`,
  );
}

function describeServer(
  directory: DataDirectory,
  record: ServerRecord,
  { port, launched, reused }: { port: number; launched: Launched; reused: boolean },
): EmbeddedPostgres {
  const { pid, exited } = launched;
  let stopped: Promise<void> | undefined;
  return {
    url: `postgres://${SUPERUSER}:${record.password}@127.0.0.1:${port}/postgres`,
    port,
    directory: directory.home,
    logFile: directory.logFile,
    pid,
    reused,
    exited,
    stop: () => (stopped ??= stopAndSettle(launched, directory.name)),
  };
}

async function stopAndSettle({ pid, exited }: Launched, name: string): Promise<void> {
  await stopServer(pid, name);
  // `exited` does not keep Node alive, and whoever asked for the stop waits for it.
  const alive = setInterval(() => {}, WATCH_MS);
  await exited;
  clearInterval(alive);
}

async function watchExit(pid: number, name: string): Promise<ServerExit> {
  while (await isServerProcess(pid, name)) await delay(WATCH_MS, undefined, { ref: false });
  return { code: null, signal: null };
}
