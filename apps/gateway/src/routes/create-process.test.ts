import { ProcessV3 } from "@roombridge/models/api";
import { createTenant, runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf, ISO_DATE } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const create = (region: string) => `/processes/v3/apps/{appId}/processes/regions/${region}`;

async function play(settings: Parameters<typeof createGame>[1] = {}) {
  const { app, rooms } = suite();
  const game = await createGame(rooms, settings);
  return { ...game, ...callerOf(app, game), run: () => runWaitingProcesses(rooms.database, game.host) };
}

describe("201", () => {
  test("a process without rooms, which starts", async () => {
    const { appId, deploymentId, send, run } = await play();
    const { status, body } = await send("POST", create("Sao_Paulo"));
    expect(status).toBe(201);
    expect(body).toEqual({
      appId,
      deploymentId,
      processId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      region: "Sao_Paulo",
      status: "starting",
      roomsAllocated: 0,
      roomsPerProcess: 10,
      exposedPort: null,
      additionalExposedPorts: [],
      createdAt: expect.stringMatching(ISO_DATE),
      scheduledAt: null,
      bootedAt: null,
      startedAt: null,
      stoppingAt: null,
      terminatedAt: null,
    });
    expect(await run()).toMatchObject([{ initialRoomId: null, initialRoomConfig: null }]);
  });

  test("once it runs, a room of its region is active in the answer of create", async () => {
    const { send, createRoom, run } = await play();
    const { processId } = ProcessV3.parse((await send("POST", create("Tokyo"))).body);
    await run();
    expect(await createRoom("a", { region: "Tokyo" })).toMatchObject({ processId, status: "active" });
    expect((await createRoom("b", { region: "Dallas" })).processId).not.toBe(processId);
  });

  test("each call starts another one", async () => {
    const { send } = await play();
    const ids = [await send("POST", create("Tokyo")), await send("POST", create("Tokyo"))].map(
      ({ body }) => ProcessV3.parse(body).processId,
    );
    expect(new Set(ids).size).toBe(2);
  });
});

test("401 without a token", async () => {
  const path = "/processes/v3/apps/app-1/processes/regions/Tokyo";
  expect((await suite().app.request(path, { method: "POST" })).status).toBe(401);
});

describe("404", () => {
  test("the application has no deployment: 400 is not in this operation's list", async () => {
    const { app, rooms } = suite();
    const { application, token } = await createTenant(rooms.database);
    const { send } = callerOf(app, { appId: application.appId, token });
    const { status, body } = await send("POST", create("Tokyo"));
    expect([status, body]).toEqual([404, { message: `application ${application.appId} has no deployment` }]);
  });

  test("another organisation's application, which gets no process", async () => {
    const [stranger, owner] = [await play(), await play()];
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("POST", create("Tokyo"))).status).toBe(404);
    expect((await owner.send("GET", "/processes/v3/apps/{appId}/processes/count")).body).toEqual({ count: 0 });
  });
});

test.each(["Moon", "tokyo", "%00", "Tokyo%20", "x".repeat(500)])("422 for the region %s", async (region) => {
  const { send } = await play();
  const { status, body } = await send("POST", create(region));
  expect([status, body]).toEqual([422, { message: expect.stringMatching(/^region: .*"Tokyo"/) }]);
});

describe("429 with Retry-After", () => {
  test("the deployment's processes are all there; those with rooms count too, and a stopped one does not", async () => {
    const { send, createRoom } = await play({ maxProcesses: 2 });
    const { processId } = await createRoom("a", { region: "Tokyo" });
    expect((await send("POST", create("Tokyo"))).status).toBe(201);
    const { status, headers, body } = await send("POST", create("Tokyo"));
    expect([status, headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
    expect(body).toEqual({ message: "no free slot in Tokyo" });
    await send("POST", `/processes/v3/apps/{appId}/processes/${processId}/stop`);
    expect((await send("POST", create("Tokyo"))).status).toBe(201);
  });

  test("a room finds no process where calls have used all of them up", async () => {
    const { send, createRoom } = await play({ roomsPerProcess: 1, maxProcesses: 1 });
    await send("POST", create("Tokyo"));
    await createRoom("a", { region: "Tokyo" });
    expect((await send("POST", "/rooms/v2/{appId}/create", { region: "Tokyo" })).status).toBe(429);
  });

  test("no host lives in the region", async () => {
    const { send } = await play();
    await suite().rooms.database.sql`update hosts set beat_at = '-infinity'`;
    expect((await send("POST", create("Tokyo"))).status).toBe(429);
  });
});
