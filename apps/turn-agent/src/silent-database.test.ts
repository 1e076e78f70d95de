import { destroyRoom } from "@roombridge/rooms";
import { describe, onTestFinished, test } from "vitest";
import { silence } from "../test/player.ts";
import { startSwitchableProxy } from "../test/switchable-proxy.ts";
import { turnserver, useWorld } from "../test/world.ts";

describe.skipIf(turnserver === undefined)("an agent", () => {
  const world = useWorld();

  test("whose database falls silent ends, and its next start cuts what should have been cut", async () => {
    const { rooms, application, databaseUrl, open, join, startAgent } = world();
    const proxy = await startSwitchableProxy(databaseUrl);
    onTestFinished(() => proxy.off());
    const agent = await startAgent({ DATABASE_URL: proxy.url });
    const { roomId } = await open();
    const gone = await join(roomId);
    proxy.silence();
    await destroyRoom(rooms, application.appId, roomId);
    await agent.line(/the database was silent for 20 s/, 60_000);
    await agent.exited;
    await startAgent({ DATABASE_URL: proxy.url });
    await silence(gone);
  }, 120_000);
});
