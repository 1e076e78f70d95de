import { createHash, randomBytes } from "node:crypto";
import { chown, mkdir, realpath, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { readIfPresent } from "./read-if-present.ts";
import { type ServerAccount, serverAccount } from "./server-account.ts";
import { makeSharedDirectory, SHARED_DIRECTORY } from "./shared-directory.ts";

/** A data directory and what follows from its path alone. */
export interface DataDirectory {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  /** The server's own directory; private to `account`. */
  readonly home: string;
  /** PGDATA, inside `home`. */
  readonly cluster: string;
  /** Setting cluster_name: marks the processes of this server. */
  readonly name: string;
  /** Owner of the server's files and processes; undefined for ourselves. */
  readonly account: ServerAccount | undefined;
  readonly lockFile: string;
  readonly logFile: string;
}

/** What a data directory remembers of its server, in `postgres.json` (mode 0600). */
export interface ServerRecord {
  readonly home: string;
  readonly password: string;
  /** The port of the last start. */
  readonly port?: number;
}

/** Makes the data directory (mode 0700) if it is missing. */
export async function openDataDirectory(dataDir: string): Promise<DataDirectory> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = await realpath(dataDir);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 12);
  const standIn = await serverAccount();
  const home = standIn === undefined ? join(path, "postgres") : join(SHARED_DIRECTORY, hash);
  return {
    path,
    home,
    cluster: join(home, "data"),
    name: `roombridge-${hash}`,
    account: standIn && ((await ownerOf(home)) ?? standIn),
    lockFile: join(path, "postgres.lock"),
    logFile: join(path, "postgres.log"),
  };
}

/** Files that exist keep their owner: another stand-in may have appeared since (PostgreSQL was installed). */
async function ownerOf(home: string): Promise<ServerAccount | undefined> {
  const found = await stat(home).catch(() => undefined);
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
}

/** Makes `home` if it is missing, owned by the server's account. */
export async function prepareHome({ home, account }: DataDirectory): Promise<void> {
  if (account !== undefined) await makeSharedDirectory(SHARED_DIRECTORY);
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(home, account.uid, account.gid);
}

/**
 * Reads `postgres.json`; undefined when there is none.
 * @throws EmbeddedPostgresError when it is damaged, or when the server's files would now be looked for elsewhere (the
 * data directory was moved, or made by root and now started by another user): a new empty database would surprise.
 */
export async function readRecord(directory: DataDirectory): Promise<ServerRecord | undefined> {
  const text = await readIfPresent(recordFile(directory));
  if (text === undefined) return undefined;
  const record = parseRecord(text);
  if (record === undefined) {
    const damaged = `${recordFile(directory)} is damaged: it must hold the home and the password of the database.`;
    throw new EmbeddedPostgresError(`${damaged} Restore it, or delete it to begin with an empty database.`);
  }
  if (record.home !== directory.home) throw new EmbeddedPostgresError(movedMessage(directory, record.home));
  return record;
}

/** Writes `postgres.json` anew, all at once. */
export async function writeRecord(directory: DataDirectory, record: ServerRecord): Promise<void> {
  const file = recordFile(directory);
  await writeFile(`${file}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The record of a database that is still to be made. */
export function newRecord({ home }: DataDirectory): ServerRecord {
  return { home, password: randomBytes(24).toString("hex") };
}

/** The path of `postgres.json`. */
export function recordFile({ path }: DataDirectory): string {
  return join(path, "postgres.json");
}

function parseRecord(text: string): ServerRecord | undefined {
  try {
    const { home, password, port } = JSON.parse(text) as Record<string, unknown>;
    if (typeof home !== "string" || typeof password !== "string") return undefined;
    return typeof port === "number" ? { home, password, port } : { home, password };
  } catch {
    return undefined;
  }
}

function movedMessage(directory: DataDirectory, recorded: string): string {
  return [
    `The database of ${directory.path} lies in ${recorded}, but this start would look for it in ${directory.home}:`,
    "the data directory was moved or copied, or another user (root or not) made it. Start it where and as whom it was made,",
    "or take the database along: stop its server, then",
    `  mv '${recorded}' '${directory.home}'`,
    `and give it to the user that runs the server, and write the new place into ${recordFile(directory)}.`,
    `To begin with an empty database instead, delete ${recordFile(directory)}.`,
  ].join("\n");
}
