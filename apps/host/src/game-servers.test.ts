import { randomUUID } from "node:crypto";
import { createDeployment, createTenant, startApp, TEST_REGION, type App } from "@roombridge/testing";
import { describeGameServers, startGateway } from "../test/game-server-conformance.ts";
import { openHostedWorld } from "../test/hosted-world.ts";
import { ECHO_ROOM, newMachine, useRooms } from "../test/setup.ts";

const suite = useRooms();

describeGameServers("a local host", async (cleanUp) => {
  const machine = await newMachine(suite(), { game: ECHO_ROOM }, cleanUp);
  return openHostedWorld(suite(), machine, { cleanUp });
});

describeGameServers("somebody else, who registers them", async (cleanUp) => {
  const { database } = suite().rooms;
  const { application, token } = await createTenant(database);
  await createDeployment(database, application, { roomsPerProcess: 2, maxProcesses: 4 });
  const gateway = await startGateway(suite().databaseUrl, cleanUp);
  let server: App | undefined;
  cleanUp(async () => void (await server?.kill()));
  return {
    gateway: gateway.url,
    application,
    token,
    startsServers: false,
    async ready() {
      // The one before may still be about to end.
      await server?.kill();
      const env = {
        ROOMBRIDGE_URL: gateway.url,
        ROOMBRIDGE_TOKEN: token,
        ROOMBRIDGE_APP_ID: application.appId,
        ROOMBRIDGE_REGION: TEST_REGION,
        ROOMBRIDGE_NAME: randomUUID(),
        HATHORA_ROOMS_PER_PROCESS: "2",
        PORT: "0",
      };
      server = await startApp({ path: "examples/echo-room/src/main.ts", env, readyPattern: /ready tcp=\d+/ });
    },
    async signal(_processId, signal) {
      if (server) process.kill(server.pid, signal);
      await server?.exited;
    },
    interrupt: () => gateway.restart(),
  };
});
