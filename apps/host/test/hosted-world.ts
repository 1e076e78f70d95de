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
  options: {
    readonly cleanUp: CleanUp;
    /** Of the host. */
    readonly env?: Readonly<Record<string, string>>;
    /** Of the game server. */
    readonly gameEnv?: readonly { readonly name: string; readonly value: string }[];
  },
): Promise<GameServerWorld> {
  const { database } = machine;
  const { cleanUp, env = {}, gameEnv = [] } = options;
  const { application, token } = await createTenant(database);
  await createDeployment(database, application, {
    command: "game",
    roomsPerProcess: 2,
    maxProcesses: 4,
    env: [...gameEnv],
  });
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
