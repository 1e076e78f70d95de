import type { RoomService } from "@roombridge/client/room-service";
import { requireProgram, waitFor } from "@roombridge/testing";
import { type Call, libwebrtc, startChromium, type WebRtcEngine } from "@roombridge/testing/call";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { client, reachRoombridge, type ReachedRoombridge, roomService } from "./test/roombridge.ts";

const turnserver = requireProgram("turnserver", "coturn");
// A browser takes minutes on a small machine, so only the full run of CI asks for it.
const browser = process.env["TEST_BROWSER"] === "1" ? requireProgram("chromium", "chromium") : undefined;
const TRANSPORTS = ["udp", "tcp"] as const;
const LOST = ["disconnected", "failed"];

let roombridge: ReachedRoombridge;
let thrift: RoomService;
beforeAll(async () => {
  roombridge = await reachRoombridge();
  thrift = roomService(roombridge);
});
afterAll(async () => {
  await thrift.close();
  await roombridge.leave();
});

describe
  .skipIf(!turnserver)
  .each([
    { engine: "libwebrtc", start: async () => libwebrtc() },
    ...(browser === undefined ? [] : [{ engine: "Chromium", start: () => startChromium(browser) }]),
  ])("two players with $engine who reach each other by the relay only", ({ start }) => {
  let engine: WebRtcEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.close());

  const rooms = () => client(roombridge).roomsV2;
  const newRoom = async () => (await rooms().createRoom({ region: "Tokyo" })).roomId;
  const player = async (roomId: string, playerId: string) =>
    (await rooms().createIceServers(roomId, { playerId })).iceServers;

  test.each(TRANSPORTS)("exchange messages over %s with the room's own credential", async (transport) => {
    const { roomId, iceServers } = await rooms().createRoom({ region: "Tokyo" });
    const call = await engine.connectCall(only(transport, iceServers));
    expect(await call.exchange("hello")).toEqual({ toCallee: "hello", toCaller: "hello" });
    expect(await call.route()).toEqual({ local: "relay", remote: "relay", relayProtocol: transport });
    await call.close();
    await rooms().destroyRoom(roomId);
  });

  test.each(TRANSPORTS)("exchange messages over %s with a credential from Thrift", async (transport) => {
    if (!roombridge.turn) throw new Error("npm start runs coturn where it is installed");
    const { username, password = "" } = await thrift.create();
    const urls = [`turn:${roombridge.turn.host}:${roombridge.turn.port}?transport=${transport}`];
    const call = await engine.connectCall([{ urls, username, credential: password }]);
    expect(await call.exchange("hello")).toEqual({ toCallee: "hello", toCaller: "hello" });
    await call.close();
  });

  test("renew their credentials in the middle of a call, and lose nothing when the old ones are revoked", async () => {
    const roomId = await newRoom();
    const old = await rooms().createIceServers(roomId, { playerId: "ada" });
    const call = await engine.connectCall(old.iceServers);
    await call.startStream();
    await call.renew(await player(roomId, "ada"));
    expect(await rooms().revokeIceServers(roomId, { username: old.username })).toBe(1);
    const { length } = (await call.stream()).received;
    await waitFor(async () => (await call.stream()).received.length > length + 100, {
      what: "the call goes on",
      timeoutMs: 20_000,
    });
    const sent = await call.stopStream();
    await waitFor(async () => (await call.stream()).received.length === sent, { what: "the last number has arrived" });
    expect((await call.stream()).received).toEqual(Array.from({ length: sent }, (_, number) => number));
    await call.close();
    await rooms().destroyRoom(roomId);
  });

  test.each(TRANSPORTS)("are cut off over %s by the end of their room, and no other room's", async (transport) => {
    const [destroyed, other] = [await newRoom(), await newRoom()];
    const cut = await engine.connectCall(only(transport, await player(destroyed, "ada")));
    const spared = await engine.connectCall(only(transport, await player(other, "ada")));
    await Promise.all([cut.startStream(), spared.startStream()]);
    await waitFor(async () => (await cut.stream()).received.length > 10, { what: "numbers arrive" });
    await rooms().destroyRoom(destroyed);
    await isLost(cut);
    const received = async (call: Call) => (await call.stream()).received.length;
    const [atTheEnd, others] = [await received(cut), await received(spared)];
    await waitFor(async () => (await received(spared)) > others + 100, { what: "the others' numbers go on" });
    expect(await received(cut)).toBe(atTheEnd);
    expect((await spared.stream()).longestGapMs).toBeLessThan(2_000);
    await Promise.all([cut.stopStream(), spared.stopStream()]);
    expect(await spared.exchange("still here")).toMatchObject({ toCallee: "still here" });
    await Promise.all([cut.close(), spared.close()]);
    await rooms().destroyRoom(other);
  });

  test("are told apart: one is kicked, the other plays on", async () => {
    const roomId = await newRoom();
    const kicked = await engine.connectCall(await player(roomId, "mallory"));
    const spared = await engine.connectCall(await player(roomId, "ada"));
    expect(await rooms().revokeIceServers(roomId, { playerId: "mallory" })).toBe(1);
    await isLost(kicked);
    expect(await spared.exchange("still here")).toEqual({ toCallee: "still here", toCaller: "still here" });
    await Promise.all([kicked.close(), spared.close()]);
    await rooms().destroyRoom(roomId);
  });
});

/** Libwebrtc declares a silent peer lost after some 6 s. */
async function isLost(call: Call): Promise<void> {
  await waitFor(async () => LOST.includes(await call.iceState()), { what: "the relay is missed", timeoutMs: 30_000 });
}

function only(transport: "udp" | "tcp", iceServers: readonly RTCIceServer[]): RTCIceServer[] {
  return iceServers.map((server) => ({
    ...server,
    urls: [server.urls].flat().filter((url) => url.endsWith(`transport=${transport}`)),
  }));
}
