import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres, startEmbeddedPostgres } from "@roombridge/embedded-postgres";
import { guardProcessGroup } from "./guard-process-group.ts";

const PREFIX = "roombridge-test-";

/** Nothing here needs to survive a power cut, and several packages test at the same time on small machines. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  shared_buffers: "32MB",
  max_connections: "200",
};

export interface TestServer {
  /** Connection string of a superuser. */
  readonly url: string;
  /** Stops the server and deletes all of it. */
  readonly remove: () => Promise<void>;
}

/** Starts an empty PostgreSQL for this test run, and clears away what killed runs left behind. */
export async function startTestServer(): Promise<TestServer> {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const server = await startEmbeddedPostgres({ dataDir, settings: SETTINGS });
  const release = guardProcessGroup(server.pid);
  return {
    url: server.url,
    remove: async () => {
      await server.stop();
      release();
      await removeTestServer(dataDir);
    },
  };
}

async function removeTestServer(dataDir: string): Promise<void> {
  await removeEmbeddedPostgres(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}

/** A run that was killed could not remove its server; the name of the directory tells its process. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^roombridge-test-(\d+)-/.exec(name)?.[1]);
    const dataDir = join(tmpdir(), name);
    // Another run may be clearing the same one away; what is left is for the next run.
    if (pid > 0 && !isAlive(pid) && (await isOurs(dataDir))) await removeTestServer(dataDir).catch(() => {});
  }
}

async function isOurs(directory: string): Promise<boolean> {
  const found = await stat(directory).catch(() => undefined);
  return found?.uid === process.getuid?.();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Distinguishes runs that share a server (TEST_DATABASE_URL). Lower-case letters and digits. */
export function newRunId(): string {
  return randomBytes(4).toString("hex");
}
