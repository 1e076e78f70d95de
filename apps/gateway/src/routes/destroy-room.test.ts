import { RoomConnectionData } from "@roombridge/models/api";
import { TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { asCaller, createGame, read, useGateway, type Game } from "../../test/suite.ts";

const suite = useGateway();

async function createRoom({ appId, token }: Game) {
  const init = { method: "POST", headers: asCaller(token), body: JSON.stringify({ region: TEST_REGION }) };
  const { body } = await read(suite().app.request(`/rooms/v2/${appId}/create`, init));
  return RoomConnectionData.parse(body);
}

function destroy({ appId, token }: Pick<Game, "appId" | "token">, roomId: string) {
  const headers = { authorization: `Bearer ${token}` };
  return read(suite().app.request(`/rooms/v2/${appId}/destroy/${roomId}`, { method: "POST", headers }));
}

describe("204", () => {
  test.each([
    ["no body", { headers: {} }],
    ["an empty body that claims to be JSON", { headers: { "content-type": "application/json" }, body: "" }],
    ["{}", { headers: { "content-type": "application/json" }, body: "{}" }],
    ["anything else", { headers: { "content-type": "application/json" }, body: "{{{" }],
  ])("the body is %s", async (_, init) => {
    const game = await createGame(suite().rooms);
    const { roomId } = await createRoom(game);
    const headers = { ...init.headers, authorization: `Bearer ${game.token}` };
    const path = `/rooms/v2/${game.appId}/destroy/${roomId}`;
    const response = await suite().app.request(path, { ...init, method: "POST", headers });
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  test("the id is free again at once", async () => {
    const game = await createGame(suite().rooms);
    const create = () =>
      suite().app.request(`/rooms/v2/${game.appId}/create?roomId=again`, {
        method: "POST",
        headers: asCaller(game.token),
        body: JSON.stringify({ region: TEST_REGION }),
      });
    await create();
    expect((await destroy(game, "again")).status).toBe(204);
    expect((await create()).status).toBe(201);
  });
});

test("401 without a token", async () => {
  const response = await suite().app.request("/rooms/v2/app-1/destroy/room-1", { method: "POST" });
  expect(response.status).toBe(401);
});

describe("404", () => {
  test("an unknown room, also one whose id cannot exist: 422 is not in this operation's list", async () => {
    const game = await createGame(suite().rooms);
    for (const roomId of ["unknown", "x".repeat(101), "%00", "a%2Fb"]) {
      expect((await destroy(game, roomId)).status).toBe(404);
    }
  });

  test("the second time", async () => {
    const game = await createGame(suite().rooms);
    const { roomId } = await createRoom(game);
    await destroy(game, roomId);
    expect(await destroy(game, roomId)).toEqual({ status: 404, body: { message: `no room ${roomId}` } });
  });

  test("another organisation's room, which lives on", async () => {
    const { rooms, app } = suite();
    const [stranger, owner] = [await createGame(rooms), await createGame(rooms)];
    const { roomId } = await createRoom(owner);
    expect((await destroy({ appId: owner.appId, token: stranger.token }, roomId)).status).toBe(404);
    expect((await destroy(stranger, roomId)).status).toBe(404);
    expect((await app.request(`/rooms/v2/${owner.appId}/connectioninfo/${roomId}`)).status).toBe(200);
  });
});
