import { mkdtempSync } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres, startEmbeddedPostgres } from "@roombridge/embedded-postgres";
import { openDatabase } from "@roombridge/rooms";

/** What takes minutes must be durable only at its end. */
const FILL_SETTINGS = {
  autovacuum: "off",
  checkpoint_timeout: "1h",
  fsync: "off",
  full_page_writes: "off",
  maintenance_work_mem: "512MB",
  max_parallel_maintenance_workers: "0",
  max_parallel_workers_per_gather: "0",
  max_wal_senders: "0",
  max_wal_size: "8GB",
  shared_buffers: "1GB",
  // Scans of one table by several begin at its beginning all the same.
  synchronize_seqscans: "off",
  synchronous_commit: "off",
  wal_level: "minimal",
  work_mem: "256MB",
};
/**
 * Commits are durable as ever. What runs by itself now and then is asked for between measurements instead, and there are
 * buffers for what is in use, as on a server that has more than a laptop.
 */
const SETTINGS = { autovacuum: "off", checkpoint_timeout: "1h", max_wal_size: "8GB", shared_buffers: "1GB" };

/** One PostgreSQL with all databases of the benchmark. */
export interface Cluster {
  /** Connection string of the database of this name, which is made. */
  readonly addDatabase: (name: string) => Promise<string>;
  /** After the fill: the server starts anew with durable commits. The connection strings change. */
  readonly harden: () => Promise<(name: string) => string>;
}

/** Throws when the disk has less than so many bytes left. `undo` takes what is to be undone, in order. */
export async function openCluster(bytes: number, undo: (() => unknown)[]): Promise<Cluster> {
  const dataDir = mkdtempSync(join(tmpdir(), "roombridge-bench-"));
  undo.push(async () => {
    await removeEmbeddedPostgres(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  let server = await startEmbeddedPostgres({ dataDir, settings: FILL_SETTINGS });
  undo.push(() => server.stop());
  await refuseSmallDisk(server.directory, bytes);
  const urlOf = (name: string) => {
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    async addDatabase(name) {
      const database = openDatabase({ url: server.url, applicationName: "roombridge bench" });
      await database.sql`create database ${database.sql(name)}`;
      await database.close();
      return urlOf(name);
    },
    async harden() {
      await server.stop();
      server = await startEmbeddedPostgres({ dataDir, settings: SETTINGS });
      return urlOf;
    },
  };
}

async function refuseSmallDisk(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new Error(
    `rooms of these --rooms need about ${gib(bytes)} GiB on the disk of ${directory}, and it has ${gib(free)} GiB left`,
  );
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(0);
}
