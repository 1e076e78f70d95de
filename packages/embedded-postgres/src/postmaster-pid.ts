import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the server says of itself in `postmaster.pid`. */
export interface PostmasterPid {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`; "" before it has said so. */
  readonly status: string;
}

/** Reads `postmaster.pid` of a cluster; undefined when there is none or the server is just writing its first lines. */
export async function readPostmasterPid(cluster: string): Promise<PostmasterPid | undefined> {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  return parsePostmasterPid(text);
}

/** Lines: pid, data directory, start time, port, socket directory, listen address, shared memory key, status. */
export function parsePostmasterPid(text: string): PostmasterPid | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !Number.isSafeInteger(port) || port < 1) return undefined;
  return { pid, port, status: lines[7] ?? "" };
}
