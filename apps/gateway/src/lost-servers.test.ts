import { createRoom, getRoomInfo } from "@roombridge/rooms";
import { createDeployment, createTenant, startApp, TEST_REGION, waitFor } from "@roombridge/testing";
import { registerServer, RoombridgeClient } from "@roombridge/client";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { SpawnedGateway } from "../test/spawn-gateway.ts";
import { openStage, type Stage } from "../test/stage.ts";

// An installation without any host: nobody but the gateway can notice that a server is lost.

let stage: Stage;
let gateway: SpawnedGateway;

beforeAll(async () => {
  stage = await openStage();
  gateway = await stage.spawn();
});
afterAll(() => stage.close());

async function newApplication() {
  const { rooms } = stage;
  const { application, token } = await createTenant(rooms.database);
  await createDeployment(rooms.database, application, { roomsPerProcess: 100 });
  const { appId } = application;
  const create = () => createRoom(rooms, { application, region: TEST_REGION });
  const allocationOf = async (roomId: string) => (await getRoomInfo(rooms, appId, roomId)).currentAllocation;
  return { appId, token, create, allocationOf };
}

test("the rooms of a server that was killed lose their process within 15 s", async () => {
  const { appId, token, create, allocationOf } = await newApplication();
  const server = await startApp({
    path: "examples/echo-room/src/main.ts",
    env: {
      PORT: "0",
      ROOMBRIDGE_URL: gateway.url,
      ROOMBRIDGE_TOKEN: token,
      ROOMBRIDGE_APP_ID: appId,
      ROOMBRIDGE_REGION: TEST_REGION,
    },
    readyPattern: /echo-room ready/,
  });
  const { roomId } = await create();
  expect(await allocationOf(roomId)).not.toBeNull();
  await server.kill();
  await waitFor(async () => (await allocationOf(roomId)) === null, { what: "the loss is noticed", timeoutMs: 15_000 });
  await expect(create()).rejects.toMatchObject({ code: "no_capacity" });
});

test("a gateway that was away takes no server for lost that could not reach it", { timeout: 60_000 }, async () => {
  const { rooms } = stage;
  const { appId, token, create, allocationOf } = await newApplication();
  const failures: unknown[] = [];
  const server = await registerServer(new RoombridgeClient({ serverUrl: gateway.url, token, appId }), {
    region: TEST_REGION,
    exposedPort: { host: "127.0.0.1", port: 7_777, transportType: "udp" },
    onError: ({ status, code }) => failures.push(status ?? code),
  });
  onTestFinished(() => server.close());
  const { processId, roomId } = await create();
  expect(processId).toBe(server.processId);
  const isAlive = async () => {
    const [row] = await rooms.database.sql<{ isAlive: boolean }[]>`
      select host_is_alive(h.beat_at) as "isAlive" from hosts h join processes p on p.host_id = h.host_id
       where p.process_id = ${server.processId}`;
    return row?.isAlive ?? false;
  };

  process.kill(gateway.app.pid, "SIGSTOP");
  try {
    await waitFor(async () => !(await isAlive()), { what: "the lease is over", timeoutMs: 20_000 });
  } finally {
    process.kill(gateway.app.pid, "SIGCONT");
  }
  await waitFor(isAlive, { what: "the heartbeats have found the gateway again", timeoutMs: 20_000 });
  await server.refresh();
  expect(server.processId).toBe(processId);
  expect(server.rooms.has(roomId)).toBe(true);
  expect(await allocationOf(roomId)).toMatchObject({ processId });
  expect(failures).not.toContain(410);
});

test("nothing of that is an error", () => {
  expect(stage.errors()).toEqual([]);
  expect(stage.output()).toContain("registered game servers stopped sending heartbeats");
});
