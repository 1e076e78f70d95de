import { waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Member, turnserver, useWorld } from "../test/world.ts";

interface Row {
  readonly healthy: boolean;
  readonly draining: boolean;
  readonly isFresh: boolean;
  readonly sessions: number;
  readonly version: string | null;
  readonly uris: readonly string[];
  readonly regions: readonly string[];
  readonly canaryMs: number | null;
}

describe.skipIf(turnserver === undefined)("what an agent tells of its relay", () => {
  const world = useWorld();

  test("it beats with what clients need, and with its sessions; SIGTERM drains and retires it", async () => {
    const { coturn, open, join, startAgent } = world();
    const agent = await startAgent({ TURN_AGENT_REGIONS: "Frankfurt,London", TURN_AGENT_RECONCILE_SECONDS: "1" });
    const { roomId } = await open();
    await Promise.all([join(roomId), join(roomId)]);
    const row = await waitForRow((found) => found.healthy && found.sessions === 2, "two sessions");
    expect(row).toMatchObject({
      isFresh: true,
      draining: false,
      regions: ["Frankfurt", "London"],
      uris: [`turn:${coturn.host}:${coturn.port}?transport=udp`],
      version: expect.stringMatching(/^\d+\.\d+/),
      canaryMs: expect.any(Number),
    });
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(await readRow()).toMatchObject({ isFresh: false, healthy: false, draining: true });
  });

  test("a wrong password of the command line is said once, and no client is sent there", async () => {
    const { coturn, startAgent } = world();
    const agent = await startAgent({ TURN_CLI_PASSWORD: `not-${coturn.cliPassword}` }, { isHealthy: false });
    await agent.line(/"level":"error".*refuses the password: set TURN_CLI_PASSWORD/);
    await agent.line(/"the relay works"/);
    await waitForRow((row) => row.isFresh && !row.healthy && row.canaryMs !== null, "a beat after the test allocation");
    await waitForBeat();
    expect(agent.output().match(/refuses the password/g)).toHaveLength(1);
    expect(agent.output()).not.toContain(coturn.cliPassword);
  });

  test("a command line that is not there is said once; when it comes, all is well", async () => {
    const { coturn, startAgent } = world();
    await coturn.kill();
    const agent = await startAgent({}, { isHealthy: false });
    await agent.line(new RegExp(`"level":"error".*does not answer on 127.0.0.1:${coturn.cliPort}`));
    await agent.line(/"level":"error".*the relay does not work/);
    await waitForBeat();
    expect(agent.output().match(/does not answer on/g)).toHaveLength(1);
    expect(await readRow()).toMatchObject({ healthy: false });
    await coturn.start();
    await agent.line(/logged in to coturn's command line/);
    await waitForRow((row) => row.isFresh && row.healthy, "health");
  });

  test("a coturn that lets everybody in is no relay to send clients to", async () => {
    const { coturn, startAgent } = world();
    const agent = await startAgent();
    await waitForRow((row) => row.healthy, "health");
    await coturn.kill();
    await coturn.start({ authentication: "none" });
    onTestFinished(async () => {
      await coturn.kill();
      await coturn.start();
    });
    await agent.line(/a request without a credential was answered with success/, 30_000);
    await waitForRow((row) => row.isFresh && !row.healthy, "the verdict");
    await waitForBeat();
    expect(await readRow()).toMatchObject({ healthy: false });
  });

  test("a coturn that does not get at the database is none either", async () => {
    const { rooms, startAgent } = world();
    const { sql } = rooms.database;
    const agent = await startAgent();
    await sql`alter view coturn.turnusers_lt rename to hidden`;
    onTestFinished(async () => void (await sql`alter view if exists coturn.hidden rename to turnusers_lt`));
    await agent.line(/coturn refuses the test allocation \(401/, 30_000);
    await waitForRow((row) => !row.healthy, "the verdict");
    await sql`alter view coturn.hidden rename to turnusers_lt`;
    await waitForRow((row) => row.healthy, "health");
  });

  test("a coturn that hangs is noticed, and recovers", async () => {
    const { coturn, startAgent } = world();
    const agent = await startAgent();
    coturn.freeze();
    onTestFinished(() => coturn.thaw());
    await agent.line(/no answer from the TURN server|command line does not answer/, 40_000);
    await waitForRow((row) => row.isFresh && !row.healthy, "the verdict");
    coturn.thaw();
    await waitForRow((row) => row.isFresh && row.healthy, "health");
  });

  test("usage is what was relayed, whoever asks how often, and over restarts of the agent", async () => {
    const { open, join, startAgent } = world();
    const first = await startAgent();
    const { roomId } = await open();
    const [busy, quiet] = [await join(roomId, { playerId: "busy" }), await join(roomId)];
    // coturn tells its command line of every 4,096 packets; each message is four, there and back on both sides.
    await relay(busy, 1_300, 200);
    await first.stop();
    const usage = await usageOf(busy.username);
    expect(usage).toMatchObject([{ playerId: "busy", isRunning: true }]);
    const [counted] = usage;
    for (const bytes of [counted?.receivedBytes, counted?.sentBytes]) {
      expect(bytes).toBeGreaterThan(1_000 * 200);
      // ChannelData adds four bytes to a message.
      expect(bytes).toBeLessThan(1_300 * 204 + 2_000);
    }

    const second = await startAgent();
    await second.stop();
    expect(await usageOf(busy.username)).toEqual(usage);
    expect(await usageOf(quiet.username)).toHaveLength(1);
    await busy.allocation.close();
    const third = await startAgent();
    // coturn may list a session for a moment after its end.
    await waitFor(async () => (await usageOf(busy.username)).every(({ isRunning }) => !isRunning), {
      what: "the end of the session has been told",
      timeoutMs: 40_000,
    });
    await third.stop();
    expect(await usageOf(busy.username)).toEqual([{ ...counted, isRunning: false }]);
    expect(await usageOf(quiet.username)).toMatchObject([{ isRunning: true }]);
  });

  async function usageOf(username: string) {
    const { sql } = world().rooms.database;
    return sql<{ playerId: string | null; receivedBytes: number; sentBytes: number; isRunning: boolean }[]>`
      select player_id as "playerId", received_bytes::float8 as "receivedBytes", sent_bytes::float8 as "sentBytes",
             ended_at is null as "isRunning" from turn_sessions where username = ${username} order by started_at`;
  }

  async function readRow(): Promise<Row | undefined> {
    const { sql } = world().rooms.database;
    const [row] = await sql<Row[]>`
      select healthy, draining, seen_at > clock_timestamp() - interval '15 seconds' as "isFresh", sessions, version, uris,
             regions, canary_ms as "canaryMs" from turn_servers where server_id = 'relay-1'`;
    return row;
  }

  function waitForRow(condition: (row: Row) => boolean, what: string): Promise<Row> {
    return waitFor(
      async () => {
        const row = await readRow();
        return row && condition(row) && row;
      },
      { what, timeoutMs: 25_000 },
    );
  }

  async function waitForBeat(): Promise<void> {
    const { sql } = world().rooms.database;
    const [before] = await sql<{ at: string }[]>`
      select seen_at::text as at from turn_servers where server_id = 'relay-1'`;
    const isNew = async () => {
      const { count } = await sql`
        select from turn_servers where server_id = 'relay-1' and seen_at > ${before?.at ?? ""}::timestamptz`;
      return count > 0;
    };
    await waitFor(isNew, { what: "the next beat", timeoutMs: 25_000 });
  }
});

/** Sends `count` messages of so many bytes to the echo and waits for the last answers. */
async function relay({ allocation }: Member, count: number, bytes: number): Promise<void> {
  const message = Buffer.alloc(bytes, 1);
  for (let sent = 0; sent < count; sent += 1) {
    allocation.sendOnChannel(0x4000, message);
    if (sent % 20 === 19) for (let heard = 0; heard < 20; heard += 1) await allocation.receive(1_000);
  }
}
