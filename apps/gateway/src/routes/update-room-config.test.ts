import { runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf } from "../../test/caller.ts";
import { asCaller, createGame, read, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const update = (roomId: string) => `/rooms/v2/{appId}/update/${roomId}`;
const info = "/rooms/v2/{appId}/info/hall";

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms);
  return { ...game, ...callerOf(app, game) };
}

describe("204", () => {
  test.each([
    ["another text", "second"],
    ["an empty text", ""],
    ["10,000 characters", "\u{1F3AE}".repeat(5_000)],
  ])("%s is what info says from now on", async (_, roomConfig) => {
    const { send, createRoom } = await play();
    await createRoom("hall", { region: "Tokyo", roomConfig: "first" });
    expect(await send("POST", update("hall"), { roomConfig })).toMatchObject({ status: 204, body: undefined });
    expect((await send("GET", info)).body).toMatchObject({ roomConfig });
  });

  test("a process that no host has taken yet starts with the new text", async () => {
    const { send, createRoom, host } = await play();
    await createRoom("hall", { region: "Tokyo", roomConfig: "first" });
    await send("POST", update("hall"), { roomConfig: "second" });
    const [order] = await runWaitingProcesses(suite().rooms.database, host);
    expect(order).toMatchObject({ initialRoomId: "hall", initialRoomConfig: "second" });
  });

  test("the lists of its process show it too; unknown keys are ignored", async () => {
    const { send, createRoom } = await play();
    const { processId } = await createRoom("hall");
    expect((await send("POST", update("hall"), { roomConfig: "x", visibility: "public" })).status).toBe(204);
    const { body } = await send("GET", `/rooms/v2/{appId}/list/${processId}/active`);
    expect(body).toMatchObject([{ roomId: "hall", roomConfig: "x" }]);
  });

  test("a suspended room comes back with the new text", async () => {
    const { send, createRoom } = await play();
    await createRoom("hall");
    await send("POST", "/rooms/v2/{appId}/suspend/hall");
    expect((await send("POST", update("hall"), { roomConfig: "x" })).status).toBe(204);
    await send("POST", "/rooms/v2/{appId}/resume/hall");
    expect((await send("GET", info)).body).toMatchObject({ status: "active", roomConfig: "x" });
  });
});

test("401 without a token, whatever the body", async () => {
  const response = await suite().app.request("/rooms/v2/app-1/update/room-1", { method: "POST", body: "{" });
  expect(response.status).toBe(401);
});

describe("404", () => {
  test("an unknown room and a destroyed one", async () => {
    const { send, createRoom } = await play();
    await createRoom("hall");
    await send("POST", "/rooms/v2/{appId}/destroy/hall");
    for (const roomId of ["hall", "unknown"]) {
      const { status, body } = await send("POST", update(roomId), { roomConfig: "x" });
      expect([status, body]).toEqual([404, { message: `no room ${roomId}` }]);
    }
    expect((await send("GET", info)).body).toMatchObject({ status: "destroyed", roomConfig: null });
  });

  test("another organisation's room, whose text stays", async () => {
    const [stranger, owner] = [await play(), await play()];
    await owner.createRoom("hall");
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("POST", update("hall"), { roomConfig: "x" })).status).toBe(404);
    expect((await stranger.send("POST", update("hall"), { roomConfig: "x" })).status).toBe(404);
    expect((await owner.send("GET", info)).body).toMatchObject({ roomConfig: null });
  });
});

describe("422 names the field", () => {
  test.each([
    ["no body", "", /^body: a JSON object is required$/],
    ["malformed JSON", "{", /^body: malformed JSON$/],
    ["not an object", '"x"', /^body: /],
    ["no roomConfig", "{}", /^roomConfig: /],
    ["null", '{"roomConfig":null}', /^roomConfig: /],
    ["an object", '{"roomConfig":{}}', /^roomConfig: /],
    ["10,001 characters", JSON.stringify({ roomConfig: "x".repeat(10_001) }), /^roomConfig: /],
    ["U+0000", '{"roomConfig":"a\\u0000b"}', /^roomConfig: must not contain U\+0000/],
    ["a lone surrogate", '{"roomConfig":"\\ud800"}', /^roomConfig: .*lone surrogate/],
  ])("%s", async (_, body, message) => {
    const { appId, token, createRoom, send } = await play();
    await createRoom("hall");
    const path = `/rooms/v2/${appId}/update/hall`;
    const answer = await read(suite().app.request(path, { method: "POST", headers: asCaller(token), body }));
    expect(answer).toEqual({ status: 422, body: { message: expect.stringMatching(message) } });
    expect((await send("GET", info)).body).toMatchObject({ roomConfig: null });
  });

  test.each(["x".repeat(101), "a%2Fb", "%00"])("the roomId %s", async (roomId) => {
    const { send } = await play();
    const { status, body } = await send("POST", update(roomId), { roomConfig: "x" });
    expect([status, body]).toEqual([422, { message: expect.stringMatching(/^roomId: /) }]);
  });
});
