import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY_ROOT, requireProgram } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirePythonThrift } from "./test/debian-python.ts";
import { connectNpmThrift } from "./test/npm-thrift.ts";
import { client, hathora, reachRoombridge, type ReachedRoombridge, roomService } from "./test/roombridge.ts";

let roombridge: ReachedRoombridge;
beforeAll(async () => {
  roombridge = await reachRoombridge();
});
afterAll(() => roombridge.leave());

describe("one room, two faces", () => {
  test("a room made by REST is the same room over Thrift, until it is destroyed", async () => {
    const { roomsV2 } = client(roombridge);
    const service = roomService(roombridge);
    const created = await roomsV2.createRoom({ region: "Tokyo" });
    const info = await service.get(created.roomId);
    const [iceServer] = created.iceServers ?? [];
    if (iceServer) expect(iceServer).toMatchObject({ username: info.username, credential: info.password });
    expect(info.password).toMatch(/^[\w-]{43}$/);
    expect((await service.lists()).map((room) => room.id)).toContain(created.roomId);

    await roomsV2.destroyRoom(created.roomId);
    await expect(service.get(created.roomId)).rejects.toMatchObject({ code: "room_not_found" });
    expect((await service.lists()).map((room) => room.id)).not.toContain(created.roomId);
    await service.close();
  });

  test("a room made over Thrift is shown by RoomsV2, with a process of the demo deployment", async () => {
    const service = roomService(roombridge);
    const info = await service.create();
    const room = await hathora(roombridge).roomsV2.getRoomInfo(info.id);
    expect(room).toMatchObject({ roomId: info.id, status: "active" });
    expect(room.currentAllocation?.processId).toMatch(/^[0-9a-f-]{36}$/);
    await hathora(roombridge).roomsV2.destroyRoom(info.id);
    await expect(service.get(info.id)).rejects.toMatchObject({ code: "room_not_found" });
    await service.close();
  });

  test.each([
    { protocol: "binary", isFramed: true, isMultiplexed: false },
    { protocol: "binary", isFramed: false, isMultiplexed: false },
    { protocol: "binary", isFramed: true, isMultiplexed: true },
    { protocol: "compact", isFramed: true, isMultiplexed: true },
    { protocol: "compact", isFramed: false, isMultiplexed: false },
    { protocol: "json", isFramed: false, isMultiplexed: true },
  ] as const)("npm's thrift client calls all four methods (%o)", async (options) => {
    const { service, close } = connectNpmThrift({ port: roombridge.rtcPort, ...options });
    try {
      const rest = await hathora(roombridge).roomsV2.createRoom({ region: "London" });
      const made = await service.create();
      expect(made.expires).toBeGreaterThan(Date.now() / 1_000);
      expect(await service.get(rest.roomId)).toMatchObject({
        id: rest.roomId,
        username: expect.stringMatching(/^[0-9a-z]{16}\.[0-9a-z]{16}$/),
      });
      const listed = await service.lists();
      expect(listed.map((info) => info.id)).toEqual(expect.arrayContaining([made.id, rest.roomId]));
      expect(listed.every((info) => info.password === null)).toBe(true);
      expect(await service.pppbool(true)).toBe(true);
      await hathora(roombridge).roomsV2.destroyRoom(rest.roomId);
      await expect(service.get(rest.roomId)).rejects.toMatchObject({
        name: "RoomNotFoundException",
        reason: `no room ${rest.roomId}`,
      });
    } finally {
      close();
    }
  });
});

const compiler = requireProgram("thrift", "thrift-compiler");
const python = requirePythonThrift();

describe.skipIf(!compiler || !python)("Debian's Python Thrift client", () => {
  let generated: string;
  beforeAll(() => {
    generated = mkdtempSync(join(tmpdir(), "roombridge-py-"));
    execFileSync(compiler ?? "", ["--gen", "py", "-out", generated, join(REPOSITORY_ROOT, "idl/room.thrift")]);
  });
  afterAll(() => rmSync(generated, { recursive: true, force: true }));

  test.each([
    ["framed", "binary"],
    ["buffered", "binary"],
    ["framed", "compact"],
    ["buffered", "json"],
  ])("calls all four methods over %s %s", async (transport, protocol) => {
    const rest = await hathora(roombridge).roomsV2.createRoom({ region: "Sydney" });
    const script = join(import.meta.dirname, "test/python-client.py");
    const args = [script, String(roombridge.rtcPort), generated, transport, protocol, rest.roomId];
    const output = execFileSync(python ?? "", args, { encoding: "utf8", timeout: 30_000 });
    const answer: unknown = JSON.parse(output);
    expect(answer).toMatchObject({
      created: { username: expect.any(String), password: expect.stringMatching(/^[\w-]{43}$/) },
      got: { id: rest.roomId, password: expect.stringMatching(/^[\w-]{43}$/) },
      pppbool: true,
      missing: "no room unknown",
    });
  });
});
