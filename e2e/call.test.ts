import { requireProgram } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectCall } from "./test/call.ts";
import { client, newDataDir, removeRoombridge, startRoombridge, type Roombridge } from "./test/roombridge.ts";

const turnserver = requireProgram("turnserver", "coturn");

describe.skipIf(!turnserver)("two players of a room who reach each other by the relay only", () => {
  let roombridge: Roombridge;
  beforeAll(async () => {
    roombridge = await startRoombridge(await newDataDir());
  });
  afterAll(() => removeRoombridge(roombridge));

  test.each(["udp", "tcp"] as const)("exchange messages over %s", async (transport) => {
    const { roomsV2 } = client(roombridge);
    const { roomId, iceServers = [] } = await roomsV2.createRoom({ region: "Tokyo" });
    const call = await connectCall(only(transport, iceServers));
    expect(await call.exchange("hello")).toEqual({ toCallee: "hello", toCaller: "hello" });
    expect(await call.route()).toEqual({ local: "relay", remote: "relay", relayProtocol: transport });
    call.close();
    await roomsV2.destroyRoom(roomId);
  });
});

function only(
  transport: "udp" | "tcp",
  iceServers: readonly { urls: readonly string[]; username?: string; credential?: string }[],
) {
  return iceServers.map((server) => ({
    ...server,
    urls: server.urls.filter((url) => url.endsWith(`transport=${transport}`)),
  }));
}
