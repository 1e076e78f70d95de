import { descendants, expectConsistent, killTree, type Process, stillRunning, waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { echoOverWebSocket } from "./test/players.ts";
import {
  client,
  database,
  newDataDir,
  removeRoombridge,
  roomService,
  startRoombridge,
  type Roombridge,
} from "./test/roombridge.ts";

const HEALED_MS = 10_000;

let roombridge: Roombridge;
beforeAll(async () => {
  roombridge = await startRoombridge(await newDataDir());
});
afterAll(() => removeRoombridge(roombridge));

/** A room on a running process that has answered a player. */
async function playedRoom() {
  const { roomsV2 } = client(roombridge);
  const { roomId } = await roomsV2.createRoom({ region: "Seattle" });
  const { exposedPort } = await roomsV2.waitUntilActive(roomId, { timeoutMs: 20_000, pollIntervalMs: 100 });
  await echoOverWebSocket(exposedPort, roomId, "before");
  return { roomId, exposedPort };
}

/** Creates, plays, looks at the other face, destroys: all of it, or throws. */
async function useEverything(): Promise<true> {
  const { roomsV2 } = client(roombridge);
  const service = roomService(roombridge);
  try {
    const { roomId } = await roomsV2.createRoom({ region: "Seattle" }, { timeoutMs: 5_000 });
    const { exposedPort } = await roomsV2.waitUntilActive(roomId, { timeoutMs: 5_000, pollIntervalMs: 100 });
    await echoOverWebSocket(exposedPort, roomId, "after");
    await service.get(roomId, { timeoutMs: 5_000 });
    await roomsV2.destroyRoom(roomId);
    return true;
  } finally {
    await service.close();
  }
}

/** The part of Roombridge whose command line matches. */
function part(command: RegExp): Process {
  const found = descendants(roombridge.app.pid).find((process) => command.test(process.command));
  if (!found) throw new Error(`no part matches ${command}`);
  return found;
}

async function healed(): Promise<void> {
  await waitFor(() => useEverything().catch(() => false), { what: "everything works again", timeoutMs: HEALED_MS });
  const opened = database(roombridge);
  try {
    await expectConsistent(opened);
  } finally {
    await opened.close();
  }
}

/** Which start of a host has the game server of the room. */
async function ownerOf(roomId: string): Promise<string> {
  const opened = database(roombridge);
  try {
    const rows = await opened.sql<{ owner: string }[]>`
      select p.host_incarnation::text as owner from rooms r join room_allocations a using (room_key) join processes p using (process_id)
       where r.room_id = ${roomId} and a.unscheduled_at is null`;
    return rows.map(({ owner }) => owner).join();
  } finally {
    await opened.close();
  }
}

async function statusOf(roomId: string): Promise<string> {
  return (await client(roombridge).roomsV2.getRoomInfo(roomId)).status;
}

describe("after kill -9 everything is consistent and works again within 10 s", () => {
  test.each([
    ["the gateway", /apps\/gateway\/src\/main/],
    ["rtc", /apps\/rtc\/src\/main/],
    ["the database", /bin\/postgres\b.* -D/],
  ])("of %s, and the games go on", async (_what, command) => {
    const { roomId, exposedPort } = await playedRoom();
    process.kill(part(command).pid, "SIGKILL");
    await echoOverWebSocket(exposedPort, roomId, "meanwhile");
    await healed();
    await echoOverWebSocket(exposedPort, roomId, "still here");
    expect(await statusOf(roomId)).toBe("active");
    await client(roombridge).roomsV2.destroyRoom(roomId);
  });

  test("of the game server, whose rooms are unscheduled and can be told from lost ones", async () => {
    const { roomId } = await playedRoom();
    process.kill(part(/^\S*node\S* .*examples\/echo-room\/src\/main/).pid, "SIGKILL");
    await waitFor(async () => (await statusOf(roomId)) === "scheduling", {
      what: "the room is unscheduled",
      timeoutMs: HEALED_MS,
    });
    await expect(client(roombridge).roomsV2.getConnectionInfo(roomId)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining("resume it"),
    });
    await healed();
  });

  test("of everything at once: the next start brings database and rooms back", async () => {
    const { roomId } = await playedRoom();
    killTree(roombridge.app.pid);
    await roombridge.app.exited;
    roombridge = await startRoombridge(roombridge.dataDir);
    await healed();
    await waitFor(async () => (await statusOf(roomId)) === "scheduling", {
      what: "the room of the game that was killed is unscheduled",
      timeoutMs: HEALED_MS,
    });
  });

  test("of the host, whose successor goes on with its games", async () => {
    const { roomId, exposedPort } = await playedRoom();
    const host = part(/apps\/host\/src\/main/);
    const games = descendants(host.pid);
    expect(games.length).toBeGreaterThan(0);
    const elder = await ownerOf(roomId);
    process.kill(host.pid, "SIGKILL");
    await echoOverWebSocket(exposedPort, roomId, "meanwhile");
    const isAdopted = async () => (await ownerOf(roomId)) !== elder;
    await waitFor(isAdopted, { what: "the successor to adopt the game", timeoutMs: 20_000 });
    await healed();
    await echoOverWebSocket(exposedPort, roomId, "still here");
    expect(stillRunning(games)).toEqual(games);
    expect(await statusOf(roomId)).toBe("active");
    await client(roombridge).roomsV2.destroyRoom(roomId);
  });
});
