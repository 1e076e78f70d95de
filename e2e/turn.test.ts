import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDeployment, createTenant, requireProgram } from "@roombridge/testing";
import { newLeakSearch } from "@roombridge/testing/roombridge";
import { allocate } from "@roombridge/testing/turn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { client, database, reachRoombridge, type ReachedRoombridge, roomService } from "./test/roombridge.ts";
import { isWithoutProcesses } from "./test/running-roombridge.ts";

const turnserver = requireProgram("turnserver", "coturn");

describe.skipIf(!turnserver)("real coturn beside Roombridge", () => {
  let roombridge: ReachedRoombridge;
  beforeAll(async () => {
    roombridge = await reachRoombridge();
  });
  afterAll(() => roombridge.leave());

  const relay = () => {
    if (!roombridge.turn) throw new Error("npm start runs coturn where it is installed");
    return roombridge.turn;
  };

  test.each(["udp", "tcp"] as const)(
    "accepts the room's credential over %s, and 401 from the moment the room is destroyed",
    async (transport) => {
      const { roomsV2 } = client(roombridge);
      const created = await roomsV2.createRoom({ region: "Frankfurt" });
      const [server] = created.iceServers ?? [];
      if (!server) throw new Error("create answers iceServers where a relay runs");
      expect(server.urls).toEqual(
        expect.arrayContaining([expect.stringContaining(`turn:${relay().host}:${relay().port}`)]),
      );
      const attempt = () =>
        allocate({ ...relay(), transport, username: server.username ?? "", password: server.credential ?? "" });

      const before = await attempt();
      expect(before).toMatchObject({ ok: true });
      if (before.ok) await before.close();
      await roomsV2.destroyRoom(created.roomId);
      expect(await attempt()).toMatchObject({ ok: false, code: 401 });
    },
  );

  test("accepts a credential from Thrift too, and refuses a wrong password", async () => {
    const service = roomService(roombridge);
    const { username, password = "" } = await service.create();
    const good = await allocate({ ...relay(), transport: "udp", username, password });
    expect(good).toMatchObject({ ok: true });
    if (good.ok) await good.close();
    expect(await allocate({ ...relay(), transport: "udp", username, password: `${password}x` })).toMatchObject({
      ok: false,
      code: 401,
    });
    await service.close();
  });

  test("two applications own the same room id; destroying one leaves the other's relay alone", async () => {
    const opened = database(roombridge);
    const other = await createTenant(opened);
    await createDeployment(opened, other.application, {
      additionalContainerPorts: [{ name: "udp", port: 8001, transportType: "udp" }],
    });
    await opened.close();
    const mine = client(roombridge).roomsV2;
    const theirs = client({ ...roombridge, token: other.token, appId: other.application.appId }).roomsV2;
    await mine.createRoom({ region: "Chicago" }, { roomId: "same" });
    const created = await theirs.createRoom({ region: "Chicago" }, { roomId: "same" });

    await mine.destroyRoom("same");
    expect(await theirs.getRoomInfo("same")).toMatchObject({ status: "active", appId: other.application.appId });
    await expect(theirs.getRoomInfo("same", { appId: roombridge.appId })).rejects.toMatchObject({ status: 404 });
    await expect(theirs.destroyRoom("same", { appId: roombridge.appId })).rejects.toMatchObject({ status: 404 });
    const [server] = created.iceServers ?? [];
    const { username = "", credential: password = "" } = server ?? {};
    const allocation = await allocate({ ...relay(), transport: "udp", username, password });
    expect(allocation).toMatchObject({ ok: true });
    if (allocation.ok) await allocation.close();
  });

  const noFiles = isWithoutProcesses("secrets in the files of a start");
  test.skipIf(noFiles)("a secret that stood in a file would be found when the start is removed", async () => {
    if (!roombridge.started) throw new Error("this test has started it");
    const { dataDir } = roombridge.started;
    const service = roomService(roombridge);
    const { username, password = "" } = await service.create();
    await service.close();
    const file = join(dataDir, "game.log");
    await writeFile(file, `joined with ${password}`);
    const leaks = await newLeakSearch(roombridge.started);
    expect(await leaks()).toEqual([`the TURN password of ${username} in game.log`]);
    await rm(file);
    expect(await leaks()).toEqual([]);
  });
});
