import { randomUUID } from "node:crypto";
import { ProcessV2, ProcessV3 } from "@roombridge/models/api";
import { createDeployment, createTenant, runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { callerOf } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

// The rules are those of ProcessesV3 and tested there. Here: every path, and what differs.
const suite = useGateway();
const v2 = "/processes/v2/{appId}";

async function play(settings: Parameters<typeof createGame>[1] = {}) {
  const { app, rooms } = suite();
  const game = await createGame(rooms, settings);
  const caller = callerOf(app, game);
  const inV3 = async (processId: string) =>
    ProcessV3.parse((await caller.send("GET", `/processes/v3/apps/{appId}/processes/${processId}`)).body);
  return { ...game, ...caller, inV3, database: rooms.database };
}

/** What ProcessV2 says of a process: less than ProcessV3, and the deployment as a number. */
function asV2({ scheduledAt: _1, bootedAt: _2, summaryExitReason: _3, deploymentId: _4, ...rest }: ProcessV3) {
  return { ...rest, deploymentId: expect.any(Number) };
}

describe("create, info, list, count and stop", () => {
  test("do what ProcessesV3 does", async () => {
    const { send, inV3, host, database } = await play();
    const created = await send("POST", `${v2}/create/Tokyo`);
    expect(created.status).toBe(201);
    const { processId } = ProcessV2.parse(created.body);
    expect(created.body).toEqual(asV2(await inV3(processId)));
    expect(created.body).toMatchObject({ region: "Tokyo", status: "starting", exposedPort: null, startedAt: null });

    await runWaitingProcesses(database, host);
    const info = await send("GET", `${v2}/info/${processId}`);
    expect([info.status, info.body]).toEqual([200, asV2(await inV3(processId))]);
    expect(info.body).toMatchObject({ status: "running", exposedPort: { name: "default" } });
    const running = await send("GET", `${v2}/list/latest?status=running&region=Tokyo`);
    expect([running.status, running.body]).toEqual([200, [info.body]]);
    expect((await send("GET", `${v2}/list/latest?region=Dallas`)).body).toEqual([]);
    expect(await send("GET", `${v2}/count?status=running`)).toMatchObject({ status: 200, body: { count: 1 } });

    expect(await send("POST", `${v2}/stop/${processId}`)).toMatchObject({ status: 204, body: undefined });
    expect((await send("GET", `${v2}/info/${processId}`)).body).toMatchObject({ status: "stopping" });
  });

  test("the deployment is a whole number, another one for each", async () => {
    const { application, send, database } = await play();
    await send("POST", `${v2}/create/Tokyo`);
    await createDeployment(database, application);
    await send("POST", `${v2}/create/Tokyo`);
    const numbers = z
      .array(ProcessV2)
      .parse((await send("GET", `${v2}/list/latest`)).body)
      .map(({ deploymentId }) => deploymentId);
    expect(new Set(numbers).size).toBe(2);
    expect(numbers.every(Number.isSafeInteger)).toBe(true);
  });
});

const REQUESTS = [
  ["GET", `${v2}/info/${randomUUID()}`],
  ["GET", `${v2}/list/latest`],
  ["GET", `${v2}/count`],
  ["POST", `${v2}/create/Tokyo`],
  ["POST", `${v2}/stop/${randomUUID()}`],
] as const;

describe.each(REQUESTS)("%s %s", (method, path) => {
  test("401 without a token, 404 for another organisation's application", async () => {
    const [stranger, owner] = [await play(), await play()];
    expect((await suite().app.request(path.replace("{appId}", owner.appId), { method })).status).toBe(401);
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send(method, path)).status).toBe(404);
  });
});

test("404 for a processId that is none, and for an application without a deployment", async () => {
  const { app, rooms } = suite();
  const { application, token } = await createTenant(rooms.database);
  const { send } = callerOf(app, { appId: application.appId, token });
  expect((await send("GET", `${v2}/info/unknown`)).status).toBe(404);
  expect((await send("POST", `${v2}/stop/unknown`)).status).toBe(404);
  expect((await send("POST", `${v2}/create/Tokyo`)).status).toBe(404);
});

test("422 for an unknown region and an unknown status", async () => {
  const { send } = await play();
  expect((await send("POST", `${v2}/create/Moon`)).status).toBe(422);
  expect((await send("GET", `${v2}/list/latest?status=asleep`)).status).toBe(422);
  expect((await send("GET", `${v2}/count?region=Moon`)).status).toBe(422);
});

test("429 with Retry-After when no process can be started", async () => {
  const { send } = await play({ maxProcesses: 1 });
  await send("POST", `${v2}/create/Tokyo`);
  const { status, headers } = await send("POST", `${v2}/create/Tokyo`);
  expect([status, headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
});
