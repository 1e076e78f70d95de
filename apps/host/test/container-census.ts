import { readdir, readFile } from "node:fs/promises";
import type { Database } from "@roombridge/rooms";
import type { PrivateDocker } from "./private-docker.ts";

const LIST_MS = 5_000;

/** What is wrong between the rows and what engines have, beyond the processes; in sentences, none when all is settled. */
export async function findContainerLeaks(
  { sql }: Database,
  appId: string,
  engines: readonly PrivateDocker[],
): Promise<string[]> {
  const rows = await sql<{ processId: string }[]>`
    select process_id as "processId" from processes where app_id = ${appId} and terminated_at is null`;
  const wanted = new Set(rows.map(({ processId }) => `/roombridge-${processId}`));
  const perEngine = await Promise.all(
    engines.map(async ({ client, address }) => {
      const containers = await client.listContainers({
        all: true,
        filters: { label: ["roombridge.host"] },
        abortSignal: AbortSignal.timeout(LIST_MS),
      });
      const running = containers.filter(({ State }) => State === "running");
      const published = running.reduce((sum, { Ports }) => sum + Ports.length, 0);
      const forwarded = await countProxies(address);
      return [
        ...containers
          .filter(({ Names: [name = ""] }) => !wanted.has(name))
          .map(({ Names, State, Status }) => `container ${String(Names)} is left, ${State}, ${Status}`),
        ...containers
          .filter(({ State }) => State !== "running")
          .map(({ Names, Status }) => `container ${String(Names)} does not run: ${Status}`),
        ...(published === forwarded ? [] : [`${published} ports are published and ${forwarded} are forwarded`]),
      ];
    }),
  );
  return perEngine.flat();
}

/** Of the engine's processes that each hold a published port. */
async function countProxies(address: string): Promise<number> {
  const network = address.slice(0, address.lastIndexOf(".") + 1);
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return texts.filter((text) => text.includes("docker-proxy\0") && text.includes(`\0-container-ip\0${network}`)).length;
}
