import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { beatTurnServer, drawCanary, retireTurnServer, setCanaryCredential, type TurnServerBeat } from "../index.ts";
import { findUsableTurnServers } from "./turn-servers.ts";

const suite = useRooms();

function relay(more: Partial<TurnServerBeat> = {}) {
  const { database } = suite().rooms;
  const realm = `realm-${randomUUID()}`;
  const first: TurnServerBeat = {
    serverId: randomUUID(),
    regions: ["London"],
    uris: ["turn:relay.example.net:3478"],
    realm,
    version: "4.17.1",
    sessions: 0,
    isDraining: false,
    isHealthy: true,
    canaryMs: 1.5,
    ...more,
  };
  const beat = (change: Partial<TurnServerBeat> = {}) => beatTurnServer(database, { ...first, ...change });
  const usable = () => findUsableTurnServers(database, realm);
  return { database, sql: database.sql, serverId: first.serverId, realm, beat, usable };
}

describe("a relay", () => {
  test("is handed out once it has beaten healthy, with what the last beat said", async () => {
    const { beat, usable, serverId } = relay();
    expect(await usable()).toEqual([]);
    await beat();
    await beat({ sessions: 7, regions: [], uris: ["turn:other.example.net"] });
    expect(await usable()).toEqual([{ serverId, sessions: 7, regions: [], uris: ["turn:other.example.net"] }]);
  });

  test.each([
    ["sick", { isHealthy: false }],
    ["draining", { isDraining: true }],
    ["of another realm", { realm: "another" }],
  ])("is not handed out while it is %s", async (_what, change) => {
    const { beat, usable } = relay();
    await beat();
    await beat(change);
    expect(await usable()).toEqual([]);
    await beat();
    expect(await usable()).toHaveLength(1);
  });

  test("is not handed out when it was not seen for 15 s, and counts as started anew when it comes back", async () => {
    const { beat, usable, sql, serverId } = relay();
    await beat();
    const startedAt = async () => (await sql`select started_at from turn_servers where server_id = ${serverId}`)[0];
    const before = await startedAt();
    await beat();
    expect(await startedAt()).toEqual(before);
    await sql`update turn_servers set seen_at = clock_timestamp() - interval '16 seconds' where server_id = ${serverId}`;
    expect(await usable()).toEqual([]);
    await beat();
    expect(await startedAt()).not.toEqual(before);
  });

  test("that has retired is gone at once, with its test credential, until it beats again", async () => {
    const { beat, usable, sql, database, serverId, realm } = relay();
    await beat();
    const canary = drawCanary(realm);
    expect(await setCanaryCredential(database, { serverId, ...canary, ttlSeconds: 60 })).toBe(true);
    const find = () =>
      sql`select hmackey from coturn.turnusers_lt where name = ${canary.username} and realm = ${realm}`;
    expect(await find()).toEqual([{ hmackey: canary.hmackey }]);
    await retireTurnServer(database, serverId);
    expect(await usable()).toEqual([]);
    expect(await find()).toEqual([]);
    await beat();
    expect(await usable()).toHaveLength(1);
  });

  test("has one test credential: a new one replaces it, and one of a relay that never beat is none", async () => {
    const { beat, sql, database, serverId, realm } = relay();
    expect(await setCanaryCredential(database, { serverId, ...drawCanary(realm), ttlSeconds: 60 })).toBe(false);
    await beat();
    const [first, second] = [drawCanary(realm), drawCanary(realm)];
    for (const canary of [first, second]) await setCanaryCredential(database, { serverId, ...canary, ttlSeconds: 60 });
    expect(await sql`select name from coturn.turnusers_lt where realm = ${realm}`).toEqual([{ name: second.username }]);
  });
});
