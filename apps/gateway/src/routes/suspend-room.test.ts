import { Room } from "@roombridge/models/api";
import { endProcess } from "@roombridge/rooms";
import { runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf, ISO_DATE } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const suspend = (roomId: string) => `/rooms/v2/{appId}/suspend/${roomId}`;
const info = (roomId: string) => `/rooms/v2/{appId}/info/${roomId}`;

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms, { roomsPerProcess: 1, maxProcesses: 1 });
  return { ...game, ...callerOf(app, game) };
}

describe("204", () => {
  test("the room has no process any more, reads scheduling, and keeps its config and its past", async () => {
    const { send, createRoom } = await play();
    const { processId } = await createRoom("bed", { region: "Tokyo", roomConfig: "x" });
    expect(await send("POST", suspend("bed"))).toMatchObject({ status: 204, body: undefined });
    const past = { processId, unscheduledAt: expect.stringMatching(ISO_DATE) };
    expect((await send("GET", info("bed"))).body).toMatchObject({
      status: "scheduling",
      roomConfig: "x",
      currentAllocation: null,
      allocations: [past],
    });
  });

  test("its slot is free for another room", async () => {
    const { send, createRoom } = await play();
    const { processId } = await createRoom("bed");
    await send("POST", suspend("bed"));
    expect((await createRoom("guest")).processId).toBe(processId);
  });

  test("its id is still taken", async () => {
    const { send, createRoom } = await play();
    await createRoom("bed");
    await send("POST", suspend("bed"));
    const again = await send("POST", "/rooms/v2/{appId}/create?roomId=bed", { region: "Tokyo" });
    expect(again).toMatchObject({ status: 400, body: { message: "room bed already exists" } });
  });

  test("again, and nothing changes", async () => {
    const { send, createRoom } = await play();
    await createRoom("bed");
    await send("POST", suspend("bed"));
    const before = Room.parse((await send("GET", info("bed"))).body);
    expect((await send("POST", suspend("bed"))).status).toBe(204);
    expect((await send("GET", info("bed"))).body).toEqual(before);
  });

  test("a room that lost its process: from now on connection info wakes it", async () => {
    const { send, createRoom, host } = await play();
    const { processId } = await createRoom("bed");
    await runWaitingProcesses(suite().rooms.database, host);
    await endProcess(suite().rooms.database, { processId, reason: "host_lost" });
    const connection = "/rooms/v2/{appId}/connectioninfo/bed";
    expect((await send("GET", connection)).status).toBe(404);
    expect((await send("POST", suspend("bed"))).status).toBe(204);
    expect((await send("GET", connection)).status).toBe(200);
  });
});

test("401 without a token", async () => {
  const response = await suite().app.request("/rooms/v2/app-1/suspend/room-1", { method: "POST" });
  expect(response.status).toBe(401);
});

describe("404", () => {
  test("an unknown room, also one whose id cannot exist: 422 is not in this operation's list", async () => {
    const { send } = await play();
    for (const roomId of ["unknown", "x".repeat(101), "%00", "a%2Fb"]) {
      expect((await send("POST", suspend(roomId))).status).toBe(404);
    }
  });

  test("a destroyed room", async () => {
    const { send, createRoom } = await play();
    await createRoom("bed");
    await send("POST", "/rooms/v2/{appId}/destroy/bed");
    expect(await send("POST", suspend("bed"))).toMatchObject({ status: 404, body: { message: "no room bed" } });
  });

  test("another organisation's room, which stays active", async () => {
    const [stranger, owner] = [await play(), await play()];
    await owner.createRoom("bed");
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("POST", suspend("bed"))).status).toBe(404);
    expect((await stranger.send("POST", suspend("bed"))).status).toBe(404);
    expect((await owner.send("GET", info("bed"))).body).toMatchObject({ status: "active" });
  });
});
