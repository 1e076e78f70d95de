import { randomUUID } from "node:crypto";
import { ProcessV3 } from "@roombridge/models/api";
import { endProcess, reportBooted } from "@roombridge/rooms";
import { runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf, ISO_DATE } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const processes = "/processes/v3/apps/{appId}/processes";
const date = expect.stringMatching(ISO_DATE);

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms);
  return { ...game, ...callerOf(app, game), database: rooms.database };
}

describe("200", () => {
  test("a process that starts has every key; what has not happened is null, exposedPort too", async () => {
    const { appId, deploymentId, send, createRoom } = await play();
    const { processId } = await createRoom("a", { region: "Tokyo" });
    await createRoom("b", { region: "Tokyo" });
    const { status, body } = await send("GET", `${processes}/${processId}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      appId,
      deploymentId,
      processId,
      region: "Tokyo",
      status: "starting",
      roomsAllocated: 2,
      roomsPerProcess: 10,
      exposedPort: null,
      additionalExposedPorts: [],
      createdAt: date,
      scheduledAt: null,
      bootedAt: null,
      startedAt: null,
      stoppingAt: null,
      terminatedAt: null,
    });
  });

  test("one that runs has its ports and the times of its way there", async () => {
    const { send, createRoom, host, database } = await play();
    const { processId } = await createRoom();
    await reportBooted(database, processId);
    await runWaitingProcesses(database, host);
    const { body } = await send("GET", `${processes}/${processId}`);
    expect(body).toMatchObject({
      status: "running",
      exposedPort: { host: "127.0.0.1", name: "default", port: 20_000, transportType: "tcp" },
      additionalExposedPorts: [],
      scheduledAt: date,
      bootedAt: date,
      startedAt: date,
      stoppingAt: null,
      terminatedAt: null,
    });
    expect(body).not.toHaveProperty("summaryExitReason");
  });

  test.each([
    [0, "stopped", "exited with code 0"],
    [7, "failed", "exited with code 7"],
  ])("one that ended with exit code %d says so", async (exitCode, expected, summaryExitReason) => {
    const { send, createRoom, host, database } = await play();
    const { processId } = await createRoom();
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId, reason: "exited", exitCode });
    const { body } = await send("GET", `${processes}/${processId}`);
    expect(body).toMatchObject({ status: expected, roomsAllocated: 0, terminatedAt: date, summaryExitReason });
  });

  test("the processId may be in any case", async () => {
    const { send, createRoom } = await play();
    const { processId } = await createRoom();
    const { body } = await send("GET", `${processes}/${processId.toUpperCase()}`);
    expect(ProcessV3.parse(body).processId).toBe(processId);
  });
});

test("401 without a token", async () => {
  const response = await suite().app.request(`/processes/v3/apps/app-1/processes/${randomUUID()}`);
  expect(response.status).toBe(401);
});

describe("404", () => {
  test("an unknown process, also one whose id is no UUID: 422 is not in this operation's list", async () => {
    const { send } = await play();
    for (const processId of [randomUUID(), "unknown", "%00", "a%2Fb"]) {
      const { status, body } = await send("GET", `${processes}/${processId}`);
      expect([status, body]).toEqual([404, { message: expect.stringMatching(/^no process /) }]);
    }
  });

  test("another organisation's process", async () => {
    const [stranger, owner] = [await play(), await play()];
    const { processId } = await owner.createRoom();
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("GET", `${processes}/${processId}`)).status).toBe(404);
    expect((await stranger.send("GET", `${processes}/${processId}`)).status).toBe(404);
  });
});
