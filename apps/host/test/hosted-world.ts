import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createDeployment, createTenant, type App } from "@roombridge/testing";
import { gamesOf } from "./game-census.ts";
import { type GameServerWorld, startGateway } from "./game-server-conformance.ts";
import type { CleanUp, newMachine, Suite } from "./setup.ts";

export type Machine = Awaited<ReturnType<typeof newMachine>>;

/** Game servers that a host of this machine starts, as the command `game`. */
export async function openHostedWorld(
  suite: Suite,
  machine: Machine,
  { env = {}, cleanUp }: { readonly env?: Record<string, string>; readonly cleanUp: CleanUp },
): Promise<GameServerWorld> {
  const { database } = machine;
  const { application, token } = await createTenant(database);
  await createDeployment(database, application, { command: "game", roomsPerProcess: 2, maxProcesses: 4 });
  const gateway = await startGateway(suite.databaseUrl, cleanUp);
  const start = () => machine.startHost({ HOST_ID: hostId, HOST_METRICS_SECONDS: "1", ...env });
  const hostId = `host-${randomUUID()}`;
  let host: App = await start();
  return {
    gateway: gateway.url,
    application,
    token,
    startsServers: true,
    ready: async () => {},
    async signal(processId, signal) {
      for (const pid of (await gamesOf(application.appId)).get(processId) ?? []) {
        if (await isGame(pid)) process.kill(pid, signal);
      }
    },
    async interrupt() {
      await host.kill();
      host = await start();
      await host.line(/game server adopted/);
    },
  };
}

/** Not the shell, or the init process, that was started before it. */
async function isGame(pid: number): Promise<boolean> {
  const [program = ""] = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  return program.endsWith("node");
}
