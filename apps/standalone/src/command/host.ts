import { setTimeout as delay } from "node:timers/promises";
import { REGIONS } from "@roombridge/models/api";
import { type Database, drainHost, findHosts, type HostFacts, undrainHost } from "@roombridge/rooms";
import { duration } from "../doctor/finding.ts";
import type { CommandEnv } from "../env.ts";
import { readOptions, UsageError } from "./usage-error.ts";
import { withDatabase } from "./with-organization.ts";

type Write = (line: string) => void;

const POLL_MS = 1_000;

/** `roombridge host list`: one line for each host, with what it runs. */
export async function hostList(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  readOptions(args, {});
  await withDatabase(env, async (database) => {
    for (const host of await findHosts(database)) {
      const { hostId, provider, processes, maxProcesses, rooms, isDrained, regions } = host;
      const limit = isDrained ? "" : ` of ${maxProcesses}`;
      const games = `${processes}${limit} game servers, ${rooms} rooms`;
      write(
        [
          hostId,
          provider,
          describe(host),
          games,
          regions.length === REGIONS.length ? "all regions" : regions.join(","),
        ].join("\t"),
      );
    }
  });
}

/**
 * `roombridge host drain`: no more game servers are started there, and those that run take no more rooms.
 * @throws Error when there is no such host, or it is not empty after `--wait`.
 */
export async function hostDrain(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const options = readOptions(args, { host: { type: "string" }, wait: { type: "string", default: "0" } });
  const hostId = required(options.host);
  const waitSeconds = Number(options.wait);
  if (!/^\d{1,6}$/.test(options.wait)) throw new UsageError("--wait must be a number of seconds");
  await withDatabase(env, async (database) => {
    if (!(await drainHost(database, hostId))) throw new Error(`no host ${hostId}: see roombridge host list`);
    const { processes, rooms } = await waitUntilEmpty(database, hostId, waitSeconds);
    const left = `${processes} game servers with ${rooms} rooms`;
    if (processes > 0 && waitSeconds > 0)
      throw new Error(`${hostId} is drained, and has ${left} after ${waitSeconds} s`);
    write(processes > 0 ? `${hostId} takes no more game servers; ${left} are left` : `${hostId} is empty`);
  });
}

/** `roombridge host undrain`. @throws Error when no such host is drained. */
export async function hostUndrain(args: readonly string[], env: CommandEnv, write: Write): Promise<void> {
  const hostId = required(readOptions(args, { host: { type: "string" } }).host);
  await withDatabase(env, async (database) => {
    if (!(await undrainHost(database, hostId))) throw new Error(`no host ${hostId} is drained`);
    write(`${hostId} takes game servers again, within two seconds`);
  });
}

function describe({ isAlive, isDrained, isRetired, silentSeconds }: HostFacts): string {
  const drained = isDrained ? ", drained" : "";
  if (isAlive) return `alive${drained}`;
  return isRetired ? `ended${drained}` : `silent for ${duration(silentSeconds)}${drained}`;
}

async function waitUntilEmpty(database: Database, hostId: string, waitSeconds: number): Promise<HostFacts> {
  const deadline = performance.now() + waitSeconds * 1_000;
  for (;;) {
    const host = (await findHosts(database)).find((one) => one.hostId === hostId);
    if (!host) throw new Error(`the host ${hostId} is gone`);
    if (host.processes === 0 || performance.now() >= deadline) return host;
    await delay(POLL_MS);
  }
}

function required(hostId: string | undefined): string {
  if (hostId === undefined) throw new UsageError("--host is missing: the first word of a line of `host list`");
  return hostId;
}
