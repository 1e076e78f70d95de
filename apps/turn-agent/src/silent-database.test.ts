import { destroyRoom } from "@roombridge/rooms";
import { describe, onTestFinished, test } from "vitest";
import { silence } from "../test/player.ts";
import { startSwitchableProxy } from "../test/switchable-proxy.ts";
import { turnserver, useWorld } from "../test/world.ts";

describe.skipIf(turnserver === undefined)("an agent", () => {
  const world = useWorld();

  test("whose database falls silent asks it anew on other connections, and cuts what should have been cut", async () => {
    const { rooms, application, databaseUrl, open, join, startAgent } = world();
    const proxy = await startSwitchableProxy(databaseUrl);
    onTestFinished(() => proxy.off());
    await startAgent({ DATABASE_URL: proxy.url });
    const { roomId } = await open();
    const gone = await join(roomId);
    proxy.silence();
    await destroyRoom(rooms, application.appId, roomId);
    await silence(gone, 60_000);
  }, 120_000);
});
