import { randomBytes, randomUUID } from "node:crypto";
import { type App, startApp, TEST_REGION } from "@roombridge/testing";
import { newFaultSchedule } from "@roombridge/testing/fault-schedule";
import { onTestFinished, test } from "vitest";
import { cutConnections, killGame, killOneOf, newFaultWorld, runFaults, type FaultWorld } from "../test/fault-run.ts";
import { findLeaks, findStaticLeaks } from "../test/game-census.ts";
import { ECHO_ROOM, newMachine, useRooms } from "../test/setup.ts";
import { SteadyApp } from "../test/steady-app.ts";

const suite = useRooms();
const schedule = newFaultSchedule("games, hosts, servers and connections", { seconds: 20 });

/** Two hosts that start programs, a gateway, and two servers that register themselves there. */
async function newLocalWorld() {
  const machines = [await newMachine(suite(), { game: ECHO_ROOM }), await newMachine(suite(), { game: ECHO_ROOM })];
  // More than the hosts can start and the servers together: a server that comes back must find its place.
  const world = await newFaultWorld(suite(), 3, { maxProcesses: 10 });
  const { proxies } = world;
  const hosts = machines.map((machine, n) => {
    const HOST_ID = `host-${randomUUID()}`;
    const DATABASE_URL = proxies[n]?.url ?? "";
    return new SteadyApp(() => machine.startHost({ HOST_ID, DATABASE_URL, HOST_MAX_PROCESSES: "4" }));
  });
  const gateway = await startGateway(proxies[2]?.url ?? "");
  const servers = [0, 1].map((n) => new SteadyApp(() => startServer(world, gateway, `server-${n}`)));
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await gateway.stop();
  });
  return { world, hosts, servers };
}

async function startGateway(databaseUrl: string): Promise<App> {
  return startApp({
    path: "apps/gateway/src/main.ts",
    env: {
      DATABASE_URL: databaseUrl,
      GATEWAY_PORT: "0",
      TURN_CREDENTIAL_KEYS: `test:${randomBytes(32).toString("base64")}`,
      TURN_URIS: "turn:127.0.0.1:3478?transport=udp",
      LOG_FORMAT: "json",
    },
    readyPattern: /"port":(\d+).*"gateway ready"/,
  });
}

function startServer({ application, token }: FaultWorld, gateway: App, name: string): Promise<App> {
  return startApp({
    path: "examples/echo-room/src/main.ts",
    env: {
      PORT: "0",
      HATHORA_ROOMS_PER_PROCESS: "3",
      ROOMBRIDGE_URL: `http://127.0.0.1:${gateway.ready[1]}`,
      ROOMBRIDGE_TOKEN: token,
      ROOMBRIDGE_APP_ID: application.appId,
      ROOMBRIDGE_REGION: TEST_REGION,
      ROOMBRIDGE_NAME: name,
    },
    readyPattern: /echo-room ready tcp=(\d+)/,
  });
}

test.runIf(process.platform === "linux")(
  "whatever is killed and cut, nothing is leaked and no room is lost",
  { timeout: (schedule.seconds + 240) * 1_000 },
  async () => {
    const { world, hosts, servers } = await newLocalWorld();
    const { rooms, application } = world;
    const { next, all } = cutConnections(world);
    await runFaults(world, {
      schedule,
      faults: [
        { weight: 5, arbitrary: killGame },
        { weight: 2, arbitrary: killOneOf(hosts) },
        { weight: 2, arbitrary: killOneOf(servers) },
        { weight: 5, arbitrary: next },
        { weight: 2, arbitrary: all },
      ],
      apps: [...hosts, ...servers],
      findLeaks: async () => [
        ...(await findLeaks(rooms.database, application.appId)),
        ...(await findStaticLeaks(
          rooms.database,
          application.appId,
          servers.map(({ app }) => Number(app?.ready[1])),
        )),
      ],
      pauseMs: { min: 50, max: 900 },
      settleMs: 15_000,
    });
  },
);
