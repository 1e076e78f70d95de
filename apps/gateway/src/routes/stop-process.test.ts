import { randomUUID } from "node:crypto";
import { endProcess } from "@roombridge/rooms";
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
  const caller = callerOf(app, game);
  const stop = (processId: string) => caller.send("POST", `${processes}/${processId}/stop`);
  const getProcess = async (processId: string) => (await caller.send("GET", `${processes}/${processId}`)).body;
  return { ...game, ...caller, stop, getProcess, database: rooms.database };
}

describe("204", () => {
  test("its rooms are destroyed at once, and it is stopping until its host has stopped it", async () => {
    const { send, createRoom, stop, getProcess, host, database } = await play();
    const { processId } = await createRoom("a");
    await createRoom("b");
    await runWaitingProcesses(database, host);
    expect(await stop(processId)).toMatchObject({ status: 204, body: undefined });
    for (const roomId of ["a", "b"]) {
      expect((await send("GET", `/rooms/v2/{appId}/info/${roomId}`)).body).toMatchObject({ status: "destroyed" });
      expect((await send("GET", `/rooms/v2/{appId}/connectioninfo/${roomId}`)).status).toBe(404);
      expect((await send("POST", `/rooms/v2/{appId}/resume/${roomId}`)).status).toBe(404);
    }
    const stopping = { status: "stopping", roomsAllocated: 0, stoppingAt: date, terminatedAt: null };
    expect(await getProcess(processId)).toMatchObject(stopping);
    await endProcess(database, { processId, reason: "exited", exitSignal: "SIGTERM" });
    const stopped = { status: "stopped", terminatedAt: date, summaryExitReason: "stopped on request" };
    expect(await getProcess(processId)).toMatchObject(stopped);
  });

  test("the lists of the process show its rooms as destroyed", async () => {
    const { send, createRoom, stop } = await play();
    const { processId } = await createRoom("a");
    await stop(processId);
    expect((await send("GET", `/rooms/v2/{appId}/list/${processId}/active`)).body).toEqual([]);
    const { body } = await send("GET", `/rooms/v2/{appId}/list/${processId}/inactive`);
    expect(body).toMatchObject([{ roomId: "a", status: "destroyed", currentAllocation: null }]);
  });

  test("one that no host has taken yet has ended at once", async () => {
    const { createRoom, stop, getProcess } = await play();
    const { processId } = await createRoom("a");
    await stop(processId);
    expect(await getProcess(processId)).toMatchObject({ status: "stopped", scheduledAt: null, terminatedAt: date });
  });

  test("no new room comes to it", async () => {
    const { createRoom, stop, host, database } = await play();
    const { processId } = await createRoom("a");
    await runWaitingProcesses(database, host);
    await stop(processId);
    expect((await createRoom("b")).processId).not.toBe(processId);
  });

  test("a room that has left it lives on", async () => {
    const { send, createRoom, stop } = await play();
    const { processId } = await createRoom("a");
    await send("POST", "/rooms/v2/{appId}/suspend/a");
    await stop(processId);
    expect((await send("POST", "/rooms/v2/{appId}/resume/a")).status).toBe(200);
  });

  test("again, while it stops and after it has ended: nothing changes", async () => {
    const { createRoom, stop, getProcess, host, database } = await play();
    const { processId } = await createRoom("a");
    await runWaitingProcesses(database, host);
    await stop(processId);
    const stopping = await getProcess(processId);
    expect((await stop(processId)).status).toBe(204);
    expect(await getProcess(processId)).toEqual(stopping);
    await endProcess(database, { processId, reason: "exited", exitCode: 0 });
    const stopped = await getProcess(processId);
    expect((await stop(processId)).status).toBe(204);
    expect(await getProcess(processId)).toEqual(stopped);
  });
});

test("401 without a token", async () => {
  const path = `/processes/v3/apps/app-1/processes/${randomUUID()}/stop`;
  expect((await suite().app.request(path, { method: "POST" })).status).toBe(401);
});

describe("404", () => {
  test("an unknown process, also one whose id is no UUID: 422 is not in this operation's list", async () => {
    const { stop } = await play();
    for (const processId of [randomUUID(), "unknown", "%00", "a%2Fb"]) {
      const { status, body } = await stop(processId);
      expect([status, body]).toEqual([404, { message: expect.stringMatching(/^no process /) }]);
    }
  });

  test("another organisation's process, which runs on with its rooms", async () => {
    const [stranger, owner] = [await play(), await play()];
    const { processId } = await owner.createRoom("a");
    const foreign = callerOf(suite().app, { appId: owner.appId, token: stranger.token });
    expect((await foreign.send("POST", `${processes}/${processId}/stop`)).status).toBe(404);
    expect((await stranger.stop(processId)).status).toBe(404);
    expect(await owner.getProcess(processId)).toMatchObject({
      status: "starting",
      roomsAllocated: 1,
      stoppingAt: null,
    });
  });
});
