import { destroyRoom } from "@roombridge/rooms";
import { startCuttingProxy, waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { isRefused, silence } from "../test/player.ts";
import { startSwitchableProxy } from "../test/switchable-proxy.ts";
import { turnserver, useWorld } from "../test/world.ts";

describe.skipIf(turnserver === undefined)("an agent recovers by itself", () => {
  const world = useWorld();

  test("killed and started again, it cuts what was destroyed meanwhile and nothing else", async () => {
    const { rooms, application, open, join, startAgent } = world();
    const first = await startAgent();
    const [{ roomId }, { roomId: otherId }] = [await open(), await open()];
    const [gone, stays] = [await join(roomId), await join(otherId, { transport: "tcp" })];
    await first.kill();
    await destroyRoom(rooms, application.appId, roomId);
    expect(await gone.hears()).toBe(true);
    await startAgent();
    await silence(gone);
    expect(await stays.hears()).toBe(true);
  });

  test("it follows a coturn that was restarted, whose session ids begin again", async () => {
    const { rooms, coturn, application, open, join, startAgent } = world();
    const agent = await startAgent();
    const [{ roomId }, { roomId: otherId }] = [await open(), await open()];
    const before = await join(roomId);
    await coturn.kill();
    await agent.line(/command line is gone/);
    await waitFor(async () => !(await isHealthy()), { what: "the relay to be out of order" });
    await coturn.start();
    await waitFor(isHealthy, { what: "the relay to be in order again", timeoutMs: 20_000 });
    expect(await before.hears(300)).toBe(false);

    // One of these sessions has the id that the session from before had.
    const [again, other] = [await join(roomId), await join(otherId)];
    await destroyRoom(rooms, application.appId, roomId);
    await silence(again);
    expect(await other.hears()).toBe(true);
  });

  test.each(["before_request", "before_answer", "after_request"] as const)(
    "a connection to the database that breaks (%s) while it asks who is dead keeps nobody alive",
    async (when) => {
      const { rooms, application, databaseUrl, open, join, startAgent } = world();
      const proxy = await startCuttingProxy(databaseUrl);
      onTestFinished(() => proxy.close());
      await startAgent({ DATABASE_URL: proxy.url, DATABASE_DIRECT_URL: databaseUrl });
      const [{ roomId }, { roomId: otherId }] = [await open(), await open()];
      const [gone, stays] = [await join(roomId), await join(otherId)];
      proxy.cutNext("left join turn_credentials", when);
      await destroyRoom(rooms, application.appId, roomId);
      await proxy.cut();
      await silence(gone);
      expect(await stays.hears()).toBe(true);
    },
  );

  test("without a database it cuts nobody, says so once, and makes up for it afterwards", async () => {
    const { rooms, application, databaseUrl, open, join, startAgent } = world();
    const proxy = await startSwitchableProxy(databaseUrl);
    onTestFinished(() => proxy.off());
    const agent = await startAgent({ TURN_AGENT_RECONCILE_SECONDS: "1", DATABASE_URL: proxy.url });
    const [{ roomId }, { roomId: otherId }] = [await open(), await open()];
    const [gone, stays] = [await join(roomId), await join(otherId)];
    await proxy.off();
    await destroyRoom(rooms, application.appId, roomId);
    await agent.line(/the database does not answer; no relay session is cut meanwhile/);
    // Several rounds later.
    for (let time = 0; time < 6; time += 1) {
      await rooms.database.sql`select pg_sleep(0.5)`;
      expect(await gone.hears()).toBe(true);
      expect(await stays.hears()).toBe(true);
    }
    await proxy.on();
    await silence(gone);
    expect(await stays.hears()).toBe(true);
    expect(agent.output().match(/the database does not answer/g)).toHaveLength(1);
    await agent.line(/the database answers again/);
    // The notifications are heard again too.
    const { roomId: thirdId } = await open();
    const third = await join(thirdId);
    await destroyRoom(rooms, application.appId, thirdId);
    await silence(third);
    expect(await isRefused(world().coturn, third)).toBe(true);
  });

  async function isHealthy(): Promise<boolean> {
    const [row] = await world().rooms.database.sql<{ healthy: boolean }[]>`
      select healthy from turn_servers where server_id = 'relay-1'`;
    return row?.healthy === true;
  }
});
