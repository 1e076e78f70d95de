import { createDeployment, createTenant, expectConsistent, registerTestHost, TEST_REGION } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import {
  createRoom,
  deadUsernames,
  destroyRoom,
  getRoomCredential,
  issueCredential,
  listen,
  listRooms,
  resumeRoom,
  revokeCredentials,
  suspendRoom,
  type RevokeCredentialsInput,
} from "./index.ts";
import { settleRooms } from "./store/create-rooms.ts";

const suite = useRooms();

async function arena() {
  const { rooms } = suite();
  const { sql } = rooms.database;
  const { application } = await createTenant(rooms.database);
  await createDeployment(rooms.database, application);
  await registerTestHost(rooms.database);
  const room = await createRoom(rooms, { application, region: TEST_REGION, roomId: "arena" });
  const issue = (playerId: string) => issueCredential(rooms, application, { roomId: "arena", playerId });
  const revoke = (input: Omit<RevokeCredentialsInput, "roomId"> = {}) =>
    revokeCredentials(rooms, application, { roomId: "arena", ...input });
  const areOn = async (...usernames: readonly string[]) => {
    const rows = await sql<{ name: string }[]>`
      select name from coturn.turnusers_lt where name = any (${usernames as string[]})`;
    return usernames.map((username) => rows.some(({ name }) => name === username));
  };
  return { rooms, sql, application, appId: application.appId, room, issue, revoke, areOn };
}

describe("revokeCredentials", () => {
  test("takes one credential by its name and leaves the others", async () => {
    const { rooms, issue, revoke, areOn, room } = await arena();
    const [ann, bob] = [await issue("ann"), await issue("bob")];
    expect(await revoke({ username: ann.username })).toBe(1);
    const all = [ann.username, bob.username, room.credential.username];
    expect(await areOn(...all)).toEqual([false, true, true]);
    expect(await deadUsernames(rooms.database, all)).toEqual([ann.username]);
    expect(await revoke({ username: ann.username })).toBe(0);
  });

  test("takes all that a player has and leaves the others", async () => {
    const { issue, revoke, areOn, room } = await arena();
    const issued = [await issue("ann"), await issue("ann"), await issue("bob")];
    expect(await revoke({ playerId: "ann" })).toBe(2);
    expect(await areOn(...issued.map(({ username }) => username), room.credential.username)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test("of the whole room takes everything, and the room has another credential at once", async () => {
    const { rooms, application, issue, revoke, areOn, room } = await arena();
    const ann = await issue("ann");
    expect(await revoke()).toBe(2);
    expect(await areOn(ann.username, room.credential.username)).toEqual([false, false]);
    const { credential } = await getRoomCredential(rooms, application, "arena");
    expect(credential.username).not.toBe(room.credential.username);
    expect(await areOn(credential.username)).toEqual([true]);
    expect(await listRooms(rooms, application.appId, 10)).toMatchObject([{ username: credential.username }]);
    await expectConsistent(rooms.database);
  });

  test("of the room's own credential by its name replaces that alone", async () => {
    const { rooms, application, issue, revoke, areOn, room } = await arena();
    const ann = await issue("ann");
    expect(await revoke({ username: room.credential.username })).toBe(1);
    const { credential } = await getRoomCredential(rooms, application, "arena");
    expect(await areOn(ann.username, room.credential.username, credential.username)).toEqual([true, false, true]);
    await expectConsistent(rooms.database);
  });

  test("of a suspended room leaves it off until it is resumed", async () => {
    const { rooms, application, appId, revoke, areOn, sql } = await arena();
    await suspendRoom(rooms, appId, "arena");
    expect(await revoke()).toBe(1);
    await expectConsistent(rooms.database);
    const [fresh] = await sql<{ username: string }[]>`
      select username from turn_credentials join rooms using (room_key) where app_id = ${appId} and revoked_at is null`;
    expect(await areOn(fresh?.username ?? "")).toEqual([false]);
    const { credential } = await resumeRoom(rooms, application, "arena");
    expect(credential.username).toBe(fresh?.username);
    expect(await areOn(credential.username)).toEqual([true]);
  });

  test("does not prolong a room that expires with its credential", async () => {
    const { rooms, sql } = await arena();
    const { application } = await createTenant(rooms.database);
    const { roomId } = await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    await sql`update rooms set expires_at = clock_timestamp() + interval '50 minutes' where app_id = ${application.appId}`;
    await revokeCredentials(rooms, application, { roomId });
    const [row] = await sql`
      select r.expires_at = c.expires_at as same from rooms r join turn_credentials c using (room_key)
       where r.app_id = ${application.appId} and c.revoked_at is null`;
    expect(row).toEqual({ same: true });
  });

  test("wakes the agents in the transaction that revokes", async () => {
    const { issue, revoke, room } = await arena();
    const { username } = await issue("ann");
    const heard: string[] = [];
    const listener = await listen(suite().databaseUrl, "roombridge_rooms", (payload) => heard.push(payload));
    try {
      heard.length = 0;
      await revoke({ username: "nobody" });
      await revoke({ username });
      const roomKey = room.credential.username.split(".")[0];
      await expect.poll(() => heard, { timeout: 10_000 }).toEqual([roomKey]);
    } finally {
      await listener.close();
    }
  });

  test.each([
    ["an unknown username", { username: "nobody" }],
    ["an unknown player", { playerId: "nobody" }],
    ["a name that cannot be stored", { playerId: "a\u0000" }],
  ])("%s is nothing to revoke", async (_what, input) => {
    const { revoke, room, areOn } = await arena();
    expect(await revoke(input)).toBe(0);
    expect(await areOn(room.credential.username)).toEqual([true]);
  });

  test("another room's credential is out of reach", async () => {
    const { rooms, application, revoke, areOn } = await arena();
    await createRoom(rooms, { application, region: TEST_REGION, roomId: "other" });
    const ann = await issueCredential(rooms, application, { roomId: "other", playerId: "ann" });
    expect(await revoke({ username: ann.username })).toBe(0);
    expect(await revoke({ playerId: "ann" })).toBe(0);
    await revoke();
    expect(await areOn(ann.username)).toEqual([true]);
  });

  test("an unknown, destroyed or foreign room is not found; a name and a player at once are refused", async () => {
    const { rooms, application, appId, revoke } = await arena();
    const notFound = { code: "room_not_found" };
    await expect(revoke({ username: "a", playerId: "b" })).rejects.toMatchObject({ code: "invalid_params" });
    await expect(revokeCredentials(rooms, application, { roomId: "nowhere" })).rejects.toMatchObject(notFound);
    await expect(revokeCredentials(rooms, application, { roomId: "a b" })).rejects.toMatchObject(notFound);
    const stranger = await createTenant(rooms.database);
    await expect(revokeCredentials(rooms, stranger.application, { roomId: "arena" })).rejects.toMatchObject(notFound);
    await destroyRoom(rooms, appId, "arena");
    await expect(revoke()).rejects.toMatchObject(notFound);
  });

  test("leaves the answer to a create that was lost as it was", async () => {
    const { rooms, room, revoke } = await arena();
    await revoke();
    const settled = await settleRooms(rooms.database, [room.credential.username.split(".")[0] ?? ""]);
    expect(settled).toMatchObject([{ outcome: "created", credentialExpiresAt: room.credential.expiresAt }]);
  });

  test("forgets the room's own credentials an hour after they were replaced", async () => {
    const { sql, appId, revoke } = await arena();
    await revoke();
    await sql`
      update turn_credentials c set revoked_at = clock_timestamp() - interval '61 minutes' from rooms r
       where r.room_key = c.room_key and r.app_id = ${appId} and c.revoked_at is not null`;
    await revoke();
    expect(await sql`select from turn_credentials join rooms using (room_key) where app_id = ${appId}`).toHaveLength(2);
  });
});
