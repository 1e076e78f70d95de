import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "@roombridge/testing";
import { hathora, reachRoombridge, type ReachedRoombridge } from "./test/roombridge.ts";
import { echoOverUdp, echoOverWebSocket } from "./test/players.ts";

let roombridge: ReachedRoombridge;
beforeAll(async () => {
  roombridge = await reachRoombridge();
});
afterAll(() => roombridge.leave());

describe("the published Hathora SDK against npm start", () => {
  test.each(["Sao_Paulo", "Dallas"] as const)("creates a room in %s, plays in it, and destroys it", async (region) => {
    const { roomsV2 } = hathora(roombridge);
    const created = await roomsV2.createRoom({ region, roomConfig: '{"name":"my-room"}' });
    expect(created.roomId).toMatch(/^[0-9a-z]{16}$/);

    const connection = await waitFor(
      async () => {
        const info = await roomsV2.getConnectionInfo(created.roomId);
        return info.exposedPort && info;
      },
      { what: "the room's process is running", timeoutMs: 20_000 },
    );
    expect(connection).toMatchObject({ roomId: created.roomId, status: "active" });
    const { exposedPort, additionalExposedPorts } = connection;
    if (!exposedPort) throw new Error("an active room has an exposed port");
    expect(exposedPort).toMatchObject({ name: "default", transportType: "tcp" });

    const { hello, echo } = await echoOverWebSocket(exposedPort, created.roomId, "ping");
    expect(hello).toMatchObject({ type: "hello", roomId: created.roomId, region, processId: created.processId });
    expect(echo).toBe("ping");
    const udp = additionalExposedPorts.find((port) => port.transportType === "udp");
    if (!udp) throw new Error("the demo deployment exposes a UDP port");
    expect(await echoOverUdp(udp, "datagram")).toBe("datagram");

    const info = await roomsV2.getRoomInfo(created.roomId);
    expect(info).toMatchObject({ status: "active", roomConfig: '{"name":"my-room"}', appId: roombridge.appId });
    expect(info.currentAllocation).toMatchObject({ processId: created.processId, unscheduledAt: null });

    await roomsV2.destroyRoom(created.roomId);
    expect(await roomsV2.getRoomInfo(created.roomId)).toMatchObject({ status: "destroyed", currentAllocation: null });
    await expect(roomsV2.getConnectionInfo(created.roomId)).rejects.toMatchObject({ statusCode: 404 });
  });

  test("a room on a running process is active in the answer of create", async () => {
    const { roomsV2 } = hathora(roombridge);
    const created = await roomsV2.createRoom({ region: "Dallas" });
    expect(created).toMatchObject({ status: "active", exposedPort: { transportType: "tcp" } });
    await roomsV2.destroyRoom(created.roomId);
  });

  test("what is not allowed is answered as Hathora answers it", async () => {
    const { roomsV2 } = hathora(roombridge);
    await roomsV2.createRoom({ region: "Dallas" }, undefined, "taken-id");
    await expect(roomsV2.createRoom({ region: "Dallas" }, undefined, "taken-id")).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(roomsV2.createRoom({ region: "Atlantis" as "Dallas" })).rejects.toMatchObject({ statusCode: 422 });
    await expect(roomsV2.createRoom({ region: "Dallas" }, undefined, "x".repeat(101))).rejects.toMatchObject({
      statusCode: 422,
    });
    await expect(roomsV2.createRoom({ region: "Dallas", roomConfig: "x".repeat(10_001) })).rejects.toMatchObject({
      statusCode: 422,
    });
    await expect(roomsV2.createRoom({ region: "Dallas" }, "app-unknown")).rejects.toMatchObject({ statusCode: 404 });
    await expect(roomsV2.getRoomInfo("unknown")).rejects.toMatchObject({ statusCode: 404 });
    const stranger = hathora({ ...roombridge, token: "garbage" });
    await expect(stranger.roomsV2.createRoom({ region: "Dallas" })).rejects.toMatchObject({ statusCode: 401 });
  });
});
