import type { IceServersAnswer } from "@roombridge/client";
import { requireProgram } from "@roombridge/testing";
import { allocate, type Allocation } from "@roombridge/testing/turn";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { client, reachRoombridge, type ReachedRoombridge, roomService } from "./test/roombridge.ts";

const turnserver = requireProgram("turnserver", "coturn");

let roombridge: ReachedRoombridge;
beforeAll(async () => {
  roombridge = await reachRoombridge();
});
afterAll(() => roombridge.leave());

test("REST and Thrift show the same credential of the room, until it is revoked over REST", async () => {
  const { roomsV2 } = client(roombridge);
  const service = roomService(roombridge);
  onTestFinished(() => service.close());
  const { id, username, password } = await service.create();
  expect(await roomsV2.createIceServers(id)).toMatchObject({ username, password });

  expect(await roomsV2.revokeIceServers(id, {})).toBe(1);
  const renewed = await roomsV2.createIceServers(id);
  expect(renewed.username).not.toBe(username);
  expect(await service.get(id)).toMatchObject({ username: renewed.username, password: renewed.password });
});

describe.skipIf(!turnserver)("credentials of players on real coturn", () => {
  const transports = ["udp", "tcp"] as const;

  /** An Allocate with the credential, at the first URI that it names for the transport. */
  async function attempt({ uris, username, password }: IceServersAnswer, transport: (typeof transports)[number]) {
    const uri = uris.find((one) => one.endsWith(`transport=${transport}`)) ?? "";
    const [, host = "", port = ""] = /^turn:([\d.]+):(\d+)\?/.exec(uri) ?? [];
    const result = await allocate({ host, port: Number(port), transport, username, password });
    if (result.ok) onTestFinished(() => result.close());
    return result;
  }

  async function granted(...given: Parameters<typeof attempt>): Promise<Allocation> {
    const result = await attempt(...given);
    if (!result.ok) throw new Error(`coturn refused the credential: ${JSON.stringify(result)}`);
    return result;
  }

  const refused = { ok: false, code: 401 };

  test.each(transports)("over %s: a revoked one is refused, and another player's keeps working", async (transport) => {
    const { roomsV2 } = client(roombridge);
    const { roomId } = await roomsV2.createRoom({ region: "Tokyo" });
    const [kicked, other] = [
      await roomsV2.createIceServers(roomId, { playerId: "kicked" }),
      await roomsV2.createIceServers(roomId, { playerId: "other", ttlSeconds: 120 }),
    ];
    await granted(kicked, transport);
    const running = await granted(other, transport);

    expect(await roomsV2.revokeIceServers(roomId, { playerId: "kicked" })).toBe(1);
    expect(await attempt(kicked, transport)).toMatchObject(refused);
    await granted(other, transport);
    expect(await running.refresh()).toMatchObject({ ok: true });
    // The room's own credential and a new one of the same player are others.
    await granted(await roomsV2.createIceServers(roomId), transport);
    await granted(await roomsV2.createIceServers(roomId, { playerId: "kicked" }), transport);
  });

  test("a wrong password, and the password of another player, are refused", async () => {
    const { roomsV2 } = client(roombridge);
    const { roomId } = await roomsV2.createRoom({ region: "Tokyo" });
    const [one, other] = [
      await roomsV2.createIceServers(roomId, { playerId: "p1" }),
      await roomsV2.createIceServers(roomId, { playerId: "p2" }),
    ];
    expect(await attempt({ ...one, password: other.password }, "udp")).toMatchObject(refused);
    expect(await attempt({ ...one, username: `${one.username}x` }, "udp")).toMatchObject(refused);
  });

  test("a player who renews has two good ones; revoking one by its username leaves the other", async () => {
    const { roomsV2 } = client(roombridge);
    const { roomId } = await roomsV2.createRoom({ region: "Tokyo" });
    const first = await roomsV2.createIceServers(roomId, { playerId: "p1" });
    const second = await roomsV2.createIceServers(roomId, { playerId: "p1" });
    for (const credential of [first, second]) await granted(credential, "udp");
    expect(await roomsV2.revokeIceServers(roomId, { username: first.username })).toBe(1);
    expect(await attempt(first, "udp")).toMatchObject(refused);
    await granted(second, "udp");
  });

  test("revoking the room ends all of them; a suspended or destroyed room has none", async () => {
    const { roomsV2 } = client(roombridge);
    const { roomId } = await roomsV2.createRoom({ region: "Tokyo" });
    const own = await roomsV2.createIceServers(roomId);
    const player = await roomsV2.createIceServers(roomId, { playerId: "p1" });
    expect(await roomsV2.revokeIceServers(roomId, {})).toBe(2);
    for (const credential of [own, player]) expect(await attempt(credential, "udp")).toMatchObject(refused);

    const again = await roomsV2.createIceServers(roomId, { playerId: "p1" });
    await granted(again, "udp");
    await roomsV2.suspendRoom(roomId);
    expect(await attempt(again, "udp")).toMatchObject(refused);
    await expect(roomsV2.createIceServers(roomId, { playerId: "p1" })).rejects.toMatchObject({ status: 404 });
    await roomsV2.resumeRoom(roomId);
    await granted(again, "udp");
    await roomsV2.destroyRoom(roomId);
    expect(await attempt(again, "udp")).toMatchObject(refused);
  });

  test("the list shows state and player of each, and no password", async () => {
    const { roomsV2 } = client(roombridge);
    const { roomId } = await roomsV2.createRoom({ region: "Tokyo" });
    const { username, password } = await roomsV2.createIceServers(roomId, { playerId: "p1" });
    await roomsV2.revokeIceServers(roomId, { username });
    const list = await roomsV2.listIceServers(roomId);
    expect(list.credentials).toMatchObject([
      { username, playerId: "p1", state: "revoked" },
      { playerId: null, state: "live" },
    ]);
    expect(JSON.stringify(list)).not.toContain(password);
  });
});
