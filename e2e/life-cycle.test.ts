import { descendants, requireProgram, stillRunning, waitFor } from "@roombridge/testing";
import { allocate } from "@roombridge/testing/turn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { echoOverWebSocket } from "./test/players.ts";
import { isWithoutProcesses } from "./test/running-roombridge.ts";
import { hathora, reachRoombridge, type ReachedRoombridge, roomService } from "./test/roombridge.ts";

const turnserver = requireProgram("turnserver", "coturn");

let roombridge: ReachedRoombridge;
beforeAll(async () => {
  roombridge = await reachRoombridge();
});
afterAll(() => roombridge.leave());

const api = () => hathora(roombridge);

/** Polls ResumeRoom until players can connect, as real games do. */
function resumeUntilActive(roomId: string) {
  return waitFor(
    async () => {
      const resumed = await api().roomsV2.resumeRoom(roomId);
      return resumed.exposedPort && { ...resumed, exposedPort: resumed.exposedPort };
    },
    { what: `room ${roomId} is resumed`, timeoutMs: 20_000 },
  );
}

/** The echo-rooms that run as processes of this machine, if this test has started them. */
function games() {
  const { started } = roombridge;
  return (started === undefined ? [] : descendants(started.app.pid)).filter(({ command }) =>
    /^\S*node\S* .*examples\/echo-room\/src\/main/.test(command),
  );
}

describe("a room of the published SDK sleeps and wakes on a real game server", () => {
  test("suspended, it gives its place back; connection info wakes it, and players go on under the same id", async () => {
    const { roomsV2 } = api();
    const { roomId } = await roomsV2.createRoom({ region: "London", roomConfig: "round 1" });
    const before = await resumeUntilActive(roomId);
    await echoOverWebSocket(before.exposedPort, roomId, "one");

    await roomsV2.suspendRoomV2Deprecated(roomId);
    expect(await roomsV2.getRoomInfo(roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
    expect((await roomsV2.getActiveRoomsForProcess(before.processId ?? "")).map((room) => room.roomId)).not.toContain(
      roomId,
    );
    expect((await roomsV2.getInactiveRoomsForProcess(before.processId ?? "")).map((room) => room.roomId)).toContain(
      roomId,
    );
    await roomsV2.updateRoomConfig(roomId, { roomConfig: "round 2" });

    const woken = await roomsV2.getConnectionInfo(roomId);
    expect(woken).toMatchObject({ roomId, status: "active" });
    if (!woken.exposedPort) throw new Error("the process runs already");
    expect((await echoOverWebSocket(woken.exposedPort, roomId, "two")).echo).toBe("two");
    const info = await roomsV2.getRoomInfo(roomId);
    expect(info).toMatchObject({ status: "active", roomConfig: "round 2" });
    expect(info.allocations).toHaveLength(2);
    await roomsV2.destroyRoom(roomId);
  });

  test("suspended over REST, it is suspended over Thrift too", async () => {
    const { roomsV2 } = api();
    const service = roomService(roombridge);
    const { roomId } = await roomsV2.createRoom({ region: "London" });
    const before = await service.get(roomId);
    await roomsV2.suspendRoomV2Deprecated(roomId);
    await expect(service.get(roomId)).rejects.toMatchObject({
      code: "room_not_found",
      message: `room ${roomId} is suspended`,
    });
    await resumeUntilActive(roomId);
    expect(await service.get(roomId)).toMatchObject({ username: before.username, password: before.password });
    await roomsV2.destroyRoom(roomId);
    await service.close();
  });

  test.skipIf(!turnserver)(
    "coturn refuses its credential while it sleeps, and takes the same one afterwards",
    async () => {
      const { roomsV2 } = api();
      const service = roomService(roombridge);
      const { roomId } = await roomsV2.createRoom({ region: "London" });
      const { username, password = "" } = await service.get(roomId);
      await service.close();
      const attempt = async () => {
        if (!roombridge.turn) throw new Error("npm start runs coturn where it is installed");
        const allocation = await allocate({ ...roombridge.turn, transport: "udp", username, password });
        if (!allocation.ok) return allocation.code;
        await allocation.close();
        return "allocated";
      };
      expect(await attempt()).toBe("allocated");
      await roomsV2.suspendRoomV2Deprecated(roomId);
      expect(await attempt()).toBe(401);
      await resumeUntilActive(roomId);
      expect(await attempt()).toBe("allocated");
      await roomsV2.destroyRoom(roomId);
    },
  );

  test.skipIf(isWithoutProcesses("a game server that is killed"))(
    "whose game server was killed, it comes back by resume on another one",
    async () => {
      const { roomsV2 } = api();
      const { roomId } = await roomsV2.createRoom({ region: "Mumbai" });
      const before = await resumeUntilActive(roomId);
      for (const { pid } of games()) process.kill(pid, "SIGKILL");
      await waitFor(async () => (await roomsV2.getRoomInfo(roomId)).status === "scheduling", {
        what: "the room has lost its process",
      });
      const after = await resumeUntilActive(roomId);
      expect(after.processId).not.toBe(before.processId);
      const { hello } = await echoOverWebSocket(after.exposedPort, roomId, "again");
      expect(hello).toMatchObject({ roomId, processId: after.processId });
      await roomsV2.destroyRoom(roomId);
    },
  );
});

describe("processes by the published SDK", () => {
  test("one that was started beforehand takes the next room at once; stopped, it is gone with its rooms", async () => {
    const { processesV3, processesV2, roomsV2 } = api();
    const { processId } = await processesV3.createProcess("Johannesburg");
    const running = await waitFor(
      async () => {
        const found = await processesV3.getProcess(processId);
        return found.status === "running" && found;
      },
      { what: "the process runs", timeoutMs: 20_000 },
    );
    expect(running).toMatchObject({ roomsAllocated: 0, exposedPort: { name: "default" }, terminatedAt: null });
    const room = await roomsV2.createRoom({ region: "Johannesburg" });
    expect(room).toMatchObject({ processId, status: "active", exposedPort: running.exposedPort });
    expect(await processesV2.getProcessInfoV2Deprecated(processId)).toMatchObject({ processId, roomsAllocated: 1 });
    expect(await processesV3.getProcessesCountExperimental(undefined, ["running"], ["Johannesburg"])).toEqual({
      count: 1,
    });

    const before = games();
    await processesV3.stopProcess(processId);
    expect(await roomsV2.getRoomInfo(room.roomId)).toMatchObject({ status: "destroyed" });
    const ended = await waitFor(
      async () => {
        const found = await processesV3.getProcess(processId);
        return found.status === "stopped" && found;
      },
      { what: "the process has stopped", timeoutMs: 20_000 },
    );
    expect(ended).toMatchObject({ summaryExitReason: "stopped on request", terminatedAt: expect.any(Date) });
    if (roombridge.started) expect(stillRunning(before).length).toBe(before.length - 1);
    const [latest] = await processesV3.getLatestProcesses(undefined, undefined, ["Johannesburg"]);
    expect(latest).toMatchObject({ processId, status: "stopped" });
  });
});
