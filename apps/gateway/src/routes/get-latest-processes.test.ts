import { ProcessV3 } from "@roombridge/models/api";
import { endProcess } from "@roombridge/rooms";
import { runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { callerOf } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const processes = "/processes/v3/apps/{appId}/processes";

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms);
  const caller = callerOf(app, game);
  const start = async (region: string) => {
    const { body } = await caller.send("POST", `${processes}/regions/${region}`);
    return ProcessV3.parse(body).processId;
  };
  const latest = async (query = "") => {
    const { status, body } = await caller.send("GET", `${processes}/latest${query}`);
    expect(status).toBe(200);
    return z.array(ProcessV3).parse(body);
  };
  const count = async (query = "") => (await caller.send("GET", `${processes}/count${query}`)).body;
  return { ...game, ...caller, start, latest, count };
}

/** One process in each of four states: failed and running in Dallas, stopping and starting in Tokyo. */
async function playStates() {
  const game = await play();
  const { database } = suite().rooms;
  const failed = await game.start("Dallas");
  await runWaitingProcesses(database, game.host);
  await endProcess(database, { processId: failed, reason: "exited", exitCode: 1 });
  const running = await game.start("Dallas");
  const stopping = await game.start("Tokyo");
  await runWaitingProcesses(database, game.host);
  await game.send("POST", `${processes}/${stopping}/stop`);
  const starting = await game.start("Tokyo");
  const names = new Map([
    [failed, "failed"],
    [running, "running"],
    [stopping, "stopping"],
    [starting, "starting"],
  ]);
  const select = async (query: string) => (await game.latest(query)).map(({ processId }) => names.get(processId));
  return { ...game, select };
}

describe.each([
  ["", ["starting", "stopping", "running", "failed"]],
  ["?status=running", ["running"]],
  ["?status=running&status=failed", ["running", "failed"]],
  ["?status=running,failed", ["running", "failed"]],
  ["?status=draining", []],
  ["?region=Tokyo", ["starting", "stopping"]],
  ["?region=Tokyo&region=London", ["starting", "stopping"]],
  ["?region=Dallas,Tokyo&status=starting,failed", ["starting", "failed"]],
  ["?unknown=1", ["starting", "stopping", "running", "failed"]],
])("200 for %j", (query, expected) => {
  test("the newest first, and as many as the count says", async () => {
    const { select, count } = await playStates();
    expect(await select(query)).toEqual(expected);
    expect(await count(query)).toEqual({ count: expected.length });
  });
});

describe("200", () => {
  test("ten at most; the count knows of all", async () => {
    const { start, latest, count } = await play();
    const ids: string[] = [];
    for (let started = 0; started < 12; started += 1) ids.push(await start("Tokyo"));
    expect((await latest()).map(({ processId }) => processId)).toEqual(ids.reverse().slice(0, 10));
    expect(await count()).toEqual({ count: 12 });
  });

  test("[] for an application that has no process", async () => {
    const { latest, count } = await play();
    expect([await latest(), await count()]).toEqual([[], { count: 0 }]);
  });

  test("before asks for what was created earlier, and not in that millisecond", async () => {
    const { start, latest, count, appId } = await play();
    const [first, second] = [await start("Tokyo"), await start("Tokyo")];
    const { sql } = suite().rooms.database;
    const at = Date.parse("2026-05-06T10:00:00.001Z");
    // Within the millisecond that answers show.
    await sql`update processes set created_at = '2026-05-06T10:00:00.0009Z' where process_id = ${first}`;
    await sql`update processes set created_at = '2026-05-06T10:00:00.0011Z' where process_id = ${second}`;
    expect(await sql`select from processes where app_id = ${appId}`).toHaveLength(2);
    const idsBefore = async (before: number) => (await latest(`?before=${before}`)).map(({ processId }) => processId);
    expect(await idsBefore(at - 1)).toEqual([]);
    expect(await idsBefore(at)).toEqual([first]);
    expect(await idsBefore(at + 0.5)).toEqual([second, first]);
    expect(await idsBefore(at + 1)).toEqual([second, first]);
    expect(await count(`?before=${at}`)).toEqual({ count: 1 });
  });

  test("before may be any date of JavaScript's", async () => {
    const { start, latest } = await play();
    await start("Tokyo");
    expect(await latest("?before=8640000000000000")).toHaveLength(1);
    expect(await latest("?before=253402300800000")).toHaveLength(1);
    expect(await latest("?before=-8640000000000000")).toHaveLength(0);
  });

  test("another application's processes are not counted", async () => {
    const [other, game] = [await play(), await play()];
    await other.start("Tokyo");
    expect([await game.latest(), await game.count()]).toEqual([[], { count: 0 }]);
  });
});

describe.each(["latest", "count"])("%s", (which) => {
  test("401 without a token", async () => {
    const response = await suite().app.request(`/processes/v3/apps/app-1/processes/${which}`);
    expect(response.status).toBe(401);
  });

  test("404 for another organisation's application", async () => {
    const [stranger, owner] = [await play(), await play()];
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("GET", `${processes}/${which}`)).status).toBe(404);
  });

  test.each([
    ["?status=asleep", /^status: .*"draining"/],
    ["?status=", /^status: /],
    ["?status=running,", /^status: /],
    ["?region=tokyo", /^region: .*"Tokyo"/],
    ["?before=yesterday", /^before: expected milliseconds since 1970$/],
    ["?before=1e999", /^before: /],
    ["?before=1&before=2", /^before: given more than once$/],
  ])("422 for %s", async (query, message) => {
    const { send } = await play();
    const { status, body } = await send("GET", `${processes}/${which}${query}`);
    expect([status, body]).toEqual([422, { message: expect.stringMatching(message) }]);
  });
});
