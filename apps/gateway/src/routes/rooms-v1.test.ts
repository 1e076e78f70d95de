import { randomUUID } from "node:crypto";
import { Room } from "@roombridge/models/api";
import { endProcess } from "@roombridge/rooms";
import { runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf } from "../../test/caller.ts";
import { createGame, read, useGateway } from "../../test/suite.ts";
import { createApp } from "../app.ts";

// The rules are those of RoomsV2 and tested there. Here: every path, and what differs.
const suite = useGateway();
const v1 = "/rooms/v1/{appId}";
const v2 = "/rooms/v2/{appId}";

async function play(settings: Parameters<typeof createGame>[1] = {}) {
  const { app, rooms } = suite();
  const game = await createGame(rooms, settings);
  return { ...game, ...callerOf(app, game), run: () => runWaitingProcesses(rooms.database, game.host) };
}

describe("create", () => {
  test("201 with nothing but the roomId, as a JSON string", async () => {
    const { send } = await play();
    const { status, body, headers } = await send("POST", `${v1}/create`, { region: "Tokyo", roomConfig: "x" });
    expect([status, headers.get("content-type")]).toEqual([201, "application/json"]);
    expect(body).toEqual(expect.stringMatching(/^[0-9a-z]{16}$/));
    expect((await send("GET", `${v2}/info/${String(body)}`)).body).toMatchObject({ status: "active", roomConfig: "x" });
  });

  test("201 with the caller's own roomId, 400 for it a second time", async () => {
    const { send } = await play();
    const create = () => send("POST", `${v1}/create?roomId=my-room`, { region: "Tokyo" });
    expect(await create()).toMatchObject({ status: 201, body: "my-room" });
    expect(await create()).toMatchObject({ status: 400, body: { message: "room my-room already exists" } });
  });

  test("422 for a body or a roomId that breaks the rules, 429 when all is full", async () => {
    const { send } = await play({ roomsPerProcess: 1, maxProcesses: 1 });
    expect((await send("POST", `${v1}/create`, { region: "Moon" })).status).toBe(422);
    expect((await send("POST", `${v1}/create?roomId=a%2Fb`, { region: "Tokyo" })).status).toBe(422);
    await send("POST", `${v1}/create`, { region: "Tokyo" });
    expect((await send("POST", `${v1}/create`, { region: "Tokyo" })).status).toBe(429);
  });
});

test("info and the lists are those of RoomsV2", async () => {
  const { send, createRoom } = await play();
  const { processId } = await createRoom("stays");
  await createRoom("leaves");
  expect(await send("POST", `${v1}/suspend/leaves`)).toMatchObject({ status: 204, body: undefined });
  for (const path of ["info/stays", "info/leaves", `list/${processId}/active`, `list/${processId}/inactive`]) {
    const older = await send("GET", `${v1}/${path}`);
    expect([older.status, older.body]).toEqual([200, (await send("GET", `${v2}/${path}`)).body]);
  }
  expect((await send("GET", `${v1}/list/${processId}/active`)).body).toMatchObject([{ roomId: "stays" }]);
  expect((await send("GET", `${v1}/list/${processId}/inactive`)).body).toMatchObject([{ roomId: "leaves" }]);
});

test("destroy ends the room", async () => {
  const { send, createRoom } = await play();
  await createRoom("a");
  expect(await send("POST", `${v1}/destroy/a`)).toMatchObject({ status: 204, body: undefined });
  expect((await send("GET", `${v1}/info/a`)).body).toMatchObject({ status: "destroyed" });
  expect((await send("POST", `${v1}/destroy/a`)).status).toBe(404);
});

describe("connection info", () => {
  const connection = (roomId: string) => `${v1}/connectioninfo/${roomId}`;

  test("200, public, with the one port beside the status, and nothing of it while the process starts", async () => {
    const { appId, createRoom, run } = await play();
    await createRoom("a");
    const ask = () => read(suite().app.request(connection("a").replace("{appId}", appId)));
    expect(await ask()).toEqual({ status: 200, body: { status: "starting", roomId: "a" } });
    await run();
    const active = { status: "active", roomId: "a", transportType: "tcp", host: "127.0.0.1", port: 20_000 };
    expect(await ask()).toEqual({ status: 200, body: active });
  });

  test("wakes a suspended room, unless the operator or HEAD says otherwise; 429 when it was woken just now", async () => {
    const { appId, send, createRoom } = await play();
    await createRoom("a");
    await send("POST", `${v1}/suspend/a`);
    const path = connection("a").replace("{appId}", appId);
    const drowsy = createApp({ ...suite(), wakeOnConnectionInfo: false });
    expect((await drowsy.request(path)).status).toBe(404);
    expect((await suite().app.request(path, { method: "HEAD" })).status).toBe(404);
    expect((await send("GET", connection("a"))).status).toBe(200);
    await send("POST", `${v1}/suspend/a`);
    const { status, headers } = await send("GET", connection("a"));
    expect([status, headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  });

  test("400 when the game server did not start", async () => {
    const { send, createRoom } = await play();
    await createRoom("a");
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { currentAllocation } = Room.parse((await send("GET", `${v1}/info/a`)).body);
      const processId = currentAllocation?.processId ?? "";
      await endProcess(suite().rooms.database, { processId, reason: "spawn_error" });
    }
    expect(await send("GET", connection("a"))).toMatchObject({ status: 400 });
  });

  test("404 for a roomId that cannot be one: 422 is not in this operation's list", async () => {
    const { send } = await play();
    for (const roomId of ["unknown", "x".repeat(101), "%00", "a%2Fb"]) {
      expect((await send("GET", connection(roomId))).status).toBe(404);
    }
  });
});

const REQUESTS = [
  ["POST", `${v1}/create`],
  ["GET", `${v1}/info/a`],
  ["GET", `${v1}/list/${randomUUID()}/active`],
  ["GET", `${v1}/list/${randomUUID()}/inactive`],
  ["POST", `${v1}/destroy/a`],
  ["POST", `${v1}/suspend/a`],
] as const;

describe.each(REQUESTS)("%s %s", (method, path) => {
  test("401 without a token, 404 for another organisation's application", async () => {
    const [stranger, owner] = [await play(), await play()];
    await owner.createRoom("a");
    expect((await suite().app.request(path.replace("{appId}", owner.appId), { method })).status).toBe(401);
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send(method, path, method === "POST" ? { region: "Tokyo" } : undefined)).status).toBe(404);
    expect((await owner.send("GET", `${v2}/info/a`)).body).toMatchObject({ status: "active" });
  });
});
