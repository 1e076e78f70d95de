import { randomUUID } from "node:crypto";
import { Room, RoomWithoutAllocations } from "@roombridge/models/api";
import { endProcess } from "@roombridge/rooms";
import { runWaitingProcesses } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { callerOf, ISO_DATE } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();

async function play(settings: Parameters<typeof createGame>[1] = {}) {
  const { app, rooms } = suite();
  const game = await createGame(rooms, settings);
  const caller = callerOf(app, game);
  const list = async (processId: string, which: "active" | "inactive") => {
    const { status, body } = await caller.send("GET", `/rooms/v2/{appId}/list/${processId}/${which}`);
    expect(status).toBe(200);
    return z.array(RoomWithoutAllocations).parse(body);
  };
  const idsOf = async (processId: string, which: "active" | "inactive") =>
    (await list(processId, which)).map(({ roomId }) => roomId);
  return { ...game, ...caller, list, idsOf };
}

describe("200, the active rooms", () => {
  test("are there before the process runs, for a game server that asks at its start", async () => {
    const { appId, send, createRoom } = await play();
    const { processId } = await createRoom("first", { region: "Tokyo", roomConfig: "x" });
    const { status, body } = await send("GET", `/rooms/v2/{appId}/list/${processId}/active`);
    const room = Room.parse((await send("GET", "/rooms/v2/{appId}/info/first")).body);
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        appId,
        roomId: "first",
        status: "active",
        roomConfig: "x",
        currentAllocation: {
          roomAllocationId: room.currentAllocation?.roomAllocationId,
          processId,
          scheduledAt: expect.stringMatching(ISO_DATE),
          unscheduledAt: null,
        },
      },
    ]);
  });

  test("come in the order of their arrival, without those of other processes", async () => {
    const { createRoom, idsOf } = await play({ roomsPerProcess: 2 });
    const { processId } = await createRoom("b");
    await createRoom("a");
    const other = await createRoom("c");
    expect(await idsOf(processId, "active")).toEqual(["b", "a"]);
    expect(await idsOf(other.processId, "active")).toEqual(["c"]);
  });

  test("are none on a process that was started without a room", async () => {
    const { send, list } = await play();
    const { body } = await send("POST", "/processes/v3/apps/{appId}/processes/regions/Tokyo");
    expect(await list(z.object({ processId: z.string() }).parse(body).processId, "active")).toEqual([]);
  });
});

describe("200, the inactive rooms", () => {
  test("are none as long as nobody has left", async () => {
    const { createRoom, list } = await play();
    const { processId } = await createRoom("a");
    expect(await list(processId, "inactive")).toEqual([]);
  });

  test("are those that were suspended, moved and destroyed, the last to leave first", async () => {
    const { send, createRoom, list, idsOf } = await play({ roomsPerProcess: 3 });
    const { processId } = await createRoom("suspended", { region: "Tokyo", roomConfig: "keep" });
    await createRoom("moved", { region: "Tokyo" });
    await createRoom("destroyed", { region: "Tokyo", roomConfig: "forget" });
    for (const roomId of ["moved", "suspended"]) await send("POST", `/rooms/v2/{appId}/suspend/${roomId}`);
    for (const roomId of ["guest1", "guest2"]) await createRoom(roomId, { region: "Tokyo" });
    await send("POST", "/rooms/v2/{appId}/resume/moved");
    await send("POST", "/rooms/v2/{appId}/destroy/destroyed");

    expect(await idsOf(processId, "active")).toEqual(["guest1", "guest2"]);
    const [destroyed, suspended, moved] = await list(processId, "inactive");
    expect(destroyed).toMatchObject({
      roomId: "destroyed",
      status: "destroyed",
      roomConfig: null,
      currentAllocation: null,
    });
    expect(suspended).toMatchObject({
      roomId: "suspended",
      status: "scheduling",
      roomConfig: "keep",
      currentAllocation: null,
    });
    expect(moved).toMatchObject({ roomId: "moved", status: "active", currentAllocation: { unscheduledAt: null } });
    expect(moved?.currentAllocation?.processId).not.toBe(processId);
  });

  test("leave the list when they come back to the process", async () => {
    const { send, createRoom, idsOf } = await play();
    const { processId } = await createRoom("back");
    await send("POST", "/rooms/v2/{appId}/suspend/back");
    expect(await idsOf(processId, "inactive")).toEqual(["back"]);
    await send("POST", "/rooms/v2/{appId}/resume/back");
    expect([await idsOf(processId, "inactive"), await idsOf(processId, "active")]).toEqual([[], ["back"]]);
  });

  test("are what a process leaves behind when it ends, by a crash or by itself", async () => {
    const { createRoom, list, host } = await play();
    const { database } = suite().rooms;
    const crashed = await createRoom("crashed", { region: "Tokyo" });
    const finished = await createRoom("finished", { region: "Dallas" });
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId: crashed.processId, reason: "exited", exitCode: 1 });
    await endProcess(database, { processId: finished.processId, reason: "exited", exitCode: 0 });
    expect(await list(crashed.processId, "active")).toEqual([]);
    expect(await list(crashed.processId, "inactive")).toMatchObject([{ roomId: "crashed", status: "scheduling" }]);
    expect(await list(finished.processId, "inactive")).toMatchObject([{ roomId: "finished", status: "destroyed" }]);
  });
});

describe.each(["active", "inactive"])("the %s rooms", (which) => {
  test("401 without a token", async () => {
    const response = await suite().app.request(`/rooms/v2/app-1/list/${randomUUID()}/${which}`);
    expect(response.status).toBe(401);
  });

  test("404 for an unknown process, also one whose id is no UUID: 422 is not in this operation's list", async () => {
    const { send } = await play();
    for (const processId of [randomUUID(), "unknown", "%00", "x".repeat(2_000)]) {
      const { status, body } = await send("GET", `/rooms/v2/{appId}/list/${processId}/${which}`);
      expect([status, body]).toEqual([404, { message: expect.stringMatching(/^no process /) }]);
    }
  });

  test("404 for another organisation's process", async () => {
    const [stranger, owner] = [await play(), await play()];
    const { processId } = await owner.createRoom("a");
    const path = `/rooms/v2/{appId}/list/${processId}/${which}`;
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("GET", path)).status).toBe(404);
    expect((await stranger.send("GET", path)).status).toBe(404);
  });
});
