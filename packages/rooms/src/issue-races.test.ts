import { createTenant, expectConsistent, TEST_REGION, waitFor } from "@roombridge/testing";
import type { TransactionSql } from "postgres";
import { describe, expect, test } from "vitest";
import { refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  createRoom,
  destroyRoom,
  getRoomCredential,
  issueCredential,
  revokeCredentials,
  suspendRoom,
  type IssuedCredential,
} from "./index.ts";

const suite = useRooms();

async function arena() {
  const { rooms } = suite();
  const { database } = rooms;
  const { sql } = database;
  const { application } = await createTenant(database);
  const { appId } = application;
  const create = () => createRoom(rooms, { application, region: TEST_REGION, roomId: "arena", needsProcess: false });
  const room = await create();
  const roomKey = room.credential.username.split(".")[0] ?? "";
  const issue = (playerId?: string) =>
    issueCredential(rooms, application, { roomId: "arena", ...(playerId === undefined ? {} : { playerId }) });
  const revoke = (playerId?: string) =>
    revokeCredentials(rooms, application, { roomId: "arena", ...(playerId === undefined ? {} : { playerId }) });
  const areOn = async (usernames: readonly string[]) => {
    const rows = await sql<{ name: string }[]>`
      select name from coturn.turnusers_lt where name = any (${usernames as string[]})`;
    return rows.map(({ name }) => name);
  };
  /** Does `first` in a transaction that ends only when `second` waits for it. */
  const during = async <Value>(first: (tx: TransactionSql) => Promise<unknown>, second: () => Promise<Value>) => {
    let waiting: Promise<Value> | undefined;
    await sql.begin(async (tx) => {
      await first(tx);
      waiting = second();
      // What it fails with is looked at below.
      waiting.catch(() => {});
      await waitFor(async () => (await sql`select from pg_locks where not granted`).length > 0, {
        what: "the second to wait for the first",
      });
    });
    return waiting;
  };
  return { rooms, database, sql, application, appId, room, roomKey, create, issue, revoke, areOn, during };
}

test("a create that is rolled back leaves nothing that opens a relay", async () => {
  const { sql, appId, areOn } = await arena();
  const roomKey = "rolledbackrolled";
  const username = `${roomKey}.0000000000000000`;
  let seenInside: readonly unknown[] = [];
  const failed = sql.begin(async (tx) => {
    await tx`
      select from create_rooms_within_quota(
        ${appId}, null, false, ${TEST_REGION}, array[${roomKey}], array['other'], array[null::text], array[null::text],
        array[gen_random_uuid()], array[gen_random_uuid()], array[${username}], array[${"0".repeat(32)}],
        'roombridge', 'test', 3600)`;
    seenInside = await tx`select from coturn.turnusers_lt where name = ${username}`;
    expect(await areOn([username])).toEqual([]);
    throw new Error("enough");
  });
  await expect(failed).rejects.toThrow("enough");
  expect(seenInside).toHaveLength(1);
  expect(await areOn([username])).toEqual([]);
});

describe("issuing to a player", () => {
  test("while the room is destroyed is refused", async () => {
    const { roomKey, issue, during } = await arena();
    const issued = during(
      (tx) => tx`select destroy_rooms(array[${roomKey}], 'test')`,
      () => issue("ann"),
    );
    expect(await refused(issued)).toMatchObject({ code: "room_not_found" });
  });

  test("while the room is suspended is refused", async () => {
    const { appId, issue, during } = await arena();
    const issued = during(
      (tx) => tx`select suspend_room(${appId}, 'arena')`,
      () => issue("ann"),
    );
    expect(await refused(issued)).toMatchObject({ code: "room_not_found", message: "room arena is suspended" });
  });

  test.each([
    ["destroy", 0],
    ["suspend", 0],
    ["revoke", 2],
  ])("that is not finished yet is seen by a %s that waits for it", async (what, revoked) => {
    const { rooms, sql, appId, roomKey, revoke, areOn, during } = await arena();
    const username = `${roomKey}.0000000000000000`;
    const answer = await during(
      (tx) => tx`
        select issue_player_credential(
          ${roomKey}, 'ann', ${username}, ${"0".repeat(32)}, 'roombridge', 'test', 3600, 1000, 0)`,
      async () => {
        if (what === "destroy") await destroyRoom(rooms, appId, "arena");
        else if (what === "suspend") await suspendRoom(rooms, appId, "arena");
        else return revoke();
        return 0;
      },
    );
    expect(answer).toBe(revoked);
    expect(await sql`select from turn_credentials where username = ${username}`).toHaveLength(1);
    expect(await areOn([username])).toEqual([]);
    await expectConsistent(rooms.database);
  });

  test("that is rolled back leaves nothing that opens a relay", async () => {
    const { sql, roomKey, areOn } = await arena();
    const username = `${roomKey}.0000000000000000`;
    const failed = sql.begin(async (tx) => {
      await tx`
        select issue_player_credential(
          ${roomKey}, 'ann', ${username}, ${"0".repeat(32)}, 'roombridge', 'test', 3600, 1000, 0)`;
      throw new Error("enough");
    });
    await expect(failed).rejects.toThrow("enough");
    expect(await areOn([username])).toEqual([]);
  });

  test("many at once of one player leaves four", async () => {
    const { issue, areOn } = await arena();
    const issued = await Promise.all(Array.from({ length: 12 }, () => issue("ann")));
    expect(await areOn(issued.map(({ username }) => username))).toHaveLength(4);
  });

  test.each(["destroy", "suspend", "revoke"])(
    "in a crowd: after a %s nothing opens that was issued before it",
    async (what) => {
      const { rooms, database, appId, issue, revoke, areOn } = await arena();
      const end = async () => {
        if (what === "destroy") await destroyRoom(rooms, appId, "arena");
        else if (what === "suspend") await suspendRoom(rooms, appId, "arena");
        else await revoke();
      };
      const issued: { readonly username: string; readonly isBefore: boolean }[] = [];
      let isEnded = false;
      let hasBegun = false;
      const players = Array.from({ length: 8 }, async (_, n) => {
        for (let turn = 0; turn < 6; turn += 1) {
          const { username } = await issue(`player ${n}`).catch((): Pick<IssuedCredential, "username"> => ({
            username: "",
          }));
          issued.push({ username, isBefore: !hasBegun });
          if (n === 0 && turn === 2) {
            hasBegun = true;
            await end();
            isEnded = true;
          }
        }
      });
      await Promise.all(players);
      expect(isEnded).toBe(true);
      const before = issued.filter(({ isBefore, username }) => isBefore && username !== "");
      expect(before.length).toBeGreaterThan(0);
      expect(await areOn(before.map(({ username }) => username))).toEqual([]);
      if (what !== "revoke") expect(await areOn(issued.map(({ username }) => username))).toEqual([]);
      await expectConsistent(database);
    },
  );
});

describe("revoking", () => {
  test("twice at once leaves one credential of the room, which nobody has revoked", async () => {
    const { rooms, database, application, room, revoke, areOn } = await arena();
    expect(await Promise.all([revoke(), revoke(), revoke()])).toEqual([1, 1, 1]);
    await expectConsistent(database);
    const { credential } = await getRoomCredential(rooms, application, "arena");
    expect(await areOn([room.credential.username, credential.username])).toEqual([credential.username]);
  });

  test("while the room's own is renewed: whoever asked has the new one", async () => {
    const { rooms, sql, application, room, roomKey, during, areOn } = await arena();
    await sql`update turn_credentials set expires_at = clock_timestamp() + interval '1 minute' where room_key = ${roomKey}`;
    await sql`update rooms set expires_at = null where room_key = ${roomKey}`;
    const renewed = await during(
      (tx) => tx`
        select revoke_credentials(
          ${roomKey}, null, null, ${`${roomKey}.1111111111111111`}, ${"1".repeat(32)}, 'roombridge', 'test', 3600)`,
      () => getRoomCredential(rooms, application, "arena"),
    );
    expect(renewed?.credential.username).toBe(`${roomKey}.1111111111111111`);
    expect(await areOn([room.credential.username])).toEqual([]);
  });

  test("while the room is destroyed finds no room", async () => {
    const { roomKey, revoke, during } = await arena();
    const revoked = during(
      (tx) => tx`select destroy_rooms(array[${roomKey}], 'test')`,
      () => revoke(),
    );
    expect(await refused(revoked)).toMatchObject({ code: "room_not_found" });
  });

  test("never touches the room that has the id next", async () => {
    const { rooms, application, appId, create, issue, areOn, revoke } = await arena();
    const before = await issue("ann");
    await destroyRoom(rooms, appId, "arena");
    const again = await create();
    const after = await issue("ann");
    expect(await revoke("bob")).toBe(0);
    expect(await revokeCredentials(rooms, application, { roomId: "arena", username: before.username })).toBe(0);
    const on = await areOn([before.username, after.username, again.credential.username]);
    expect(on.toSorted()).toEqual([after.username, again.credential.username].toSorted());
  });
});
