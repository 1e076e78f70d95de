import { Room, RoomConnectionData } from "@roombridge/models/api";
import { endProcess } from "@roombridge/rooms";
import { runWaitingProcesses, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { asCaller, createGame, read, useGateway, type Game } from "../../test/suite.ts";

const suite = useGateway();

async function createRoom({ appId, token }: Game, body: object = { region: TEST_REGION }) {
  const init = { method: "POST", headers: asCaller(token), body: JSON.stringify(body) };
  const { body: created } = await read(suite().app.request(`/rooms/v2/${appId}/create`, init));
  return RoomConnectionData.parse(created);
}

function getInfo({ appId, token }: Pick<Game, "appId" | "token">, roomId: string) {
  return read(suite().app.request(`/rooms/v2/${appId}/info/${roomId}`, { headers: asCaller(token) }));
}

describe("200", () => {
  test("a room is active as soon as it has a process, with every field that Hathora promises", async () => {
    const game = await createGame(suite().rooms);
    const { roomId, processId } = await createRoom(game, { region: TEST_REGION, roomConfig: "x" });
    const { status, body } = await getInfo(game, roomId);
    const allocation = {
      roomAllocationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      processId,
      scheduledAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      unscheduledAt: null,
    };
    expect(status).toBe(200);
    expect(body).toEqual({
      appId: game.appId,
      roomId,
      status: "active",
      roomConfig: "x",
      currentAllocation: allocation,
      allocations: [allocation],
    });
  });

  test("roomConfig is null when none was given", async () => {
    const game = await createGame(suite().rooms);
    const { roomId } = await createRoom(game);
    expect((await getInfo(game, roomId)).body).toMatchObject({ roomConfig: null });
  });

  test("a room that lost its process is scheduling and its currentAllocation is null, not absent", async () => {
    const { rooms } = suite();
    const game = await createGame(rooms);
    const { roomId, processId } = await createRoom(game);
    await runWaitingProcesses(rooms.database, game.host);
    await endProcess(rooms.database, { processId, reason: "host_lost" });
    const room = Room.parse((await getInfo(game, roomId)).body);
    expect(room).toMatchObject({ status: "scheduling", currentAllocation: null });
    expect(room.allocations[0]?.unscheduledAt).toMatch(/Z$/);
  });

  test("a destroyed room stays readable as destroyed, without its config", async () => {
    const game = await createGame(suite().rooms);
    const { roomId } = await createRoom(game, { region: TEST_REGION, roomConfig: "secret plans" });
    const path = `/rooms/v2/${game.appId}/destroy/${roomId}`;
    await suite().app.request(path, { method: "POST", headers: asCaller(game.token) });
    const { status, body } = await getInfo(game, roomId);
    expect([status, body]).toMatchObject([200, { status: "destroyed", currentAllocation: null, roomConfig: null }]);
    expect(Room.parse(body).allocations).toHaveLength(1);
  });

  test("info never carries a credential", async () => {
    const game = await createGame(suite().rooms);
    const { roomId, iceServers } = await createRoom(game);
    const text = JSON.stringify((await getInfo(game, roomId)).body);
    expect(text).not.toContain(iceServers[0]?.username);
    expect(text).not.toContain(iceServers[0]?.credential);
  });
});

test("401 without a token, and a page of any origin may read it", async () => {
  const response = await suite().app.request("/rooms/v2/app-1/info/room-1", {
    headers: { origin: "https://game.example" },
  });
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await read(response)).toEqual({ status: 401, body: { message: "a token is required" } });
});

describe("404", () => {
  test("an unknown room", async () => {
    const game = await createGame(suite().rooms);
    expect(await getInfo(game, "nobody")).toEqual({ status: 404, body: { message: "no room nobody" } });
  });

  test("another organisation's application, even with the right roomId", async () => {
    const { rooms } = suite();
    const [owner, stranger] = [await createGame(rooms), await createGame(rooms)];
    const { roomId } = await createRoom({ ...owner, host: stranger.host });
    const { status } = await getInfo({ appId: owner.appId, token: stranger.token }, roomId);
    expect(status).toBe(404);
  });

  test("another application's room of the same organisation's token", async () => {
    const { rooms } = suite();
    const [one, two] = [await createGame(rooms), await createGame(rooms)];
    const { roomId } = await createRoom(two);
    expect((await getInfo(one, roomId)).status).toBe(404);
  });
});

test.each(["x".repeat(101), "a%20b", "a%2Fb", "%00", "%zz", "%F0%9F%8E%AE"])(
  "422 for the roomId %s",
  async (roomId) => {
    const game = await createGame(suite().rooms);
    const answer = await getInfo(game, roomId);
    expect(answer).toEqual({ status: 422, body: { message: expect.stringMatching(/^roomId: /) } });
  },
);
