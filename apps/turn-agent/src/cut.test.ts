import { destroyRoom, issueCredential, resumeRoom, revokeCredentials, suspendRoom } from "@roombridge/rooms";
import { createTenant } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { isRefused, silence } from "../test/player.ts";
import { turnserver, useWorld } from "../test/world.ts";

describe.skipIf(turnserver === undefined)("sessions that run", () => {
  const world = useWorld();

  test.each(["udp", "tcp"] as const)(
    "over %s end when their room is destroyed, and no others do",
    async (transport) => {
      const { rooms, coturn, application, open, join, startAgent } = world();
      const agent = await startAgent();
      const { roomId } = await open();
      const { roomId: otherId } = await open();
      const [one, two, bystander] = await Promise.all([
        join(roomId, { transport }),
        join(roomId, { transport, playerId: "two" }),
        join(otherId, { transport }),
      ]);
      await destroyRoom(rooms, application.appId, roomId);
      await Promise.all([silence(one), silence(two)]);
      expect(await isRefused(coturn, one)).toBe(true);
      expect(await bystander.hears()).toBe(true);
      if (transport === "tcp") await Promise.all([one.allocation.closed, two.allocation.closed]);
      await agent.line(/"count":2,.*"relay sessions cut"/);
    },
  );

  test.each(["udp", "tcp"] as const)(
    "over %s end when the room is suspended; after resume they are back",
    async (transport) => {
      const { rooms, application, open, join, startAgent } = world();
      await startAgent();
      const { roomId } = await open();
      const before = await join(roomId, { transport });
      await suspendRoom(rooms, application.appId, roomId);
      await silence(before);
      await resumeRoom(rooms, application, roomId);
      const after = await join(roomId, { transport });
      expect(after.username).toBe(before.username);
      // Longer than the second look after a notification.
      for (let time = 0; time < 5; time += 1) {
        await rooms.database.sql`select pg_sleep(0.1)`;
        expect(await after.hears()).toBe(true);
      }
    },
  );

  test("end when their credential is revoked, their player's, or the whole room's", async () => {
    const { rooms, application, open, join, startAgent } = world();
    await startAgent();
    const { roomId } = await open();
    const ann = await join(roomId, { playerId: "ann" });
    const annTcp = await join(roomId, { playerId: "ann", transport: "tcp" });
    const bob = await join(roomId, { playerId: "bob" });
    const room = await join(roomId);
    const revoke = (what: { username?: string; playerId?: string }) =>
      revokeCredentials(rooms, application, { roomId, ...what });

    expect(await revoke({ username: ann.username })).toBe(1);
    await silence(ann);
    expect(await annTcp.hears()).toBe(true);
    expect(await revoke({ playerId: "ann" })).toBe(1);
    await silence(annTcp);
    expect(await bob.hears()).toBe(true);
    expect(await room.hears()).toBe(true);
    expect(await revoke({})).toBeGreaterThan(0);
    await Promise.all([silence(bob), silence(room)]);
    const again = await join(roomId);
    expect(again.username).not.toBe(room.username);
    expect(await again.hears()).toBe(true);
  });

  test("stay when another room goes, whatever ids callers choose", async () => {
    const { rooms, application, open, join, startAgent } = world();
    await startAgent();
    const { application: foreign } = await createTenant(rooms.database);
    const { username } = await open("arena");
    const [roomKey = ""] = username.split(".");
    const victim = await join("arena");
    // Ids that look like the victim's in one way or another, among them its own key.
    const ids = [roomKey, `${roomKey}.`.replace(".", "_"), "arena2", "aren", "ARENA"];
    for (const id of ids) await open(id);
    await open("arena", foreign);
    const elsewhere = await join("arena", { application: foreign });
    for (const id of ids) await destroyRoom(rooms, application.appId, id);
    await destroyRoom(rooms, foreign.appId, "arena");
    await silence(elsewhere);
    expect(await victim.hears()).toBe(true);
  });

  test("of a room whose id is used again at once stay", async () => {
    const { rooms, application, open, join, startAgent } = world();
    await startAgent();
    await open("again");
    const old = await join("again");
    await destroyRoom(rooms, application.appId, "again");
    await open("again");
    const fresh = await join("again");
    await silence(old);
    for (let time = 0; time < 5; time += 1) {
      await rooms.database.sql`select pg_sleep(0.1)`;
      expect(await fresh.hears()).toBe(true);
    }
  });

  test("end 60 s after their player's credential has expired, not before; a room's own may expire", async () => {
    const { rooms, open, join, startAgent } = world();
    await startAgent({ TURN_AGENT_RECONCILE_SECONDS: "1" });
    const { roomId } = await open();
    const [late, inTime, room] = await Promise.all([
      join(roomId, { playerId: "late" }),
      join(roomId, { playerId: "in time" }),
      join(roomId),
    ]);
    const expire = (username: string, secondsAgo: number) => rooms.database.sql`
      update turn_credentials set expires_at = clock_timestamp() - make_interval(secs => ${secondsAgo}::integer)
       where username = ${username}`;
    await expire(inTime.username, 10);
    await expire(room.username, 3_600);
    await expire(late.username, 61);
    await silence(late);
    expect(await inTime.hears()).toBe(true);
    expect(await room.hears()).toBe(true);
  });

  test.each([
    ["a revocation", "update turn_credentials set revoked_at = clock_timestamp() where username = $1"],
    ["a suspension", "update turn_credentials set suspended_at = clock_timestamp() where username = $1"],
    ["the end of a row", "delete from turn_credentials where username = $1"],
  ])("end although nobody told of %s", async (_, statement) => {
    const { rooms, open, join, startAgent } = world();
    await startAgent({ TURN_AGENT_RECONCILE_SECONDS: "1" });
    const { roomId } = await open();
    const [gone, stays] = [await join(roomId, { playerId: "gone" }), await join(roomId, { playerId: "stays" })];
    await rooms.database.sql.unsafe(statement, [gone.username]);
    await silence(gone);
    expect(await stays.hears()).toBe(true);
  });

  test("stay although a client that is cut names them in its ORIGIN", async () => {
    const { rooms, application, open, join, startAgent } = world();
    await startAgent();
    const { roomId } = await open();
    const victim = await join(roomId, { playerId: "victim" });
    const evil = await issueCredential(rooms, application, { roomId, playerId: "evil" });
    // In the list of sessions this would read as one more session of the evil client: any of the victim's possible ids.
    const victims = ["000000000000000001", "001000000000000001", "000000000000000002", "001000000000000002"];
    const members = [];
    for (const id of victims) {
      const origin = `x\r\n\r\n    2) id=${id}, user <${evil.username}>:`;
      members.push(await join(roomId, { playerId: "evil", origin }));
    }
    await revokeCredentials(rooms, application, { roomId, playerId: "evil" });
    await Promise.all(members.map((member) => silence(member)));
    expect(await victim.hears()).toBe(true);
  });

  test("of more rooms than a notification is taken apart for end with them, and the rest stays", async () => {
    const { rooms, open, join, startAgent } = world();
    await startAgent();
    const ids = await Promise.all(Array.from({ length: 150 }, async () => (await open()).roomId));
    const members = [];
    for (let from = 0; from < ids.length; from += 20) {
      members.push(...(await Promise.all(ids.slice(from, from + 20).map((id) => join(id)))));
    }
    const { sql } = rooms.database;
    // In one transaction: the notification says only that there is a lot to do.
    await sql`
      select destroy_rooms(array(select room_key from rooms where room_id = any (${ids.slice(20)}::text[])), 'test')`;
    await Promise.all(members.slice(20).map((member) => silence(member)));
    for (const member of members.slice(0, 20)) expect(await member.hears()).toBe(true);
  });
});
