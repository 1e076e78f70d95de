import { closeRooms } from "@roombridge/rooms";
import { createTenant, createTestDatabase, createToken, openTestRooms } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTokenCheck } from "./token-check.ts";

async function tenants() {
  const database = await createTestDatabase();
  const rooms = openTestRooms(database.url);
  onTestFinished(async () => {
    await closeRooms(rooms);
    await database.drop();
  });
  return { rooms, own: await createTenant(rooms.database), other: await createTenant(rooms.database) };
}

describe("the check of bearer tokens", () => {
  test("accepts those of the application's organisation and no others", async () => {
    const { rooms, own, other } = await tenants();
    const check = createTokenCheck(rooms, { application: own.application, isRequired: true });
    expect(
      await Promise.all([own.token, other.token, `${own.token}x`, "", undefined].map((token) => check(token))),
    ).toEqual([true, false, false, false, false]);
  });

  test("accepts no token whose scopes end before processes:read-write", async () => {
    const { rooms, own } = await tenants();
    const check = createTokenCheck(rooms, { application: own.application, isRequired: false });
    const { orgId } = own.application;
    const scopes = ["processes:read", "applications:read-write", "processes:read-write"] as const;
    const tokens = await Promise.all(scopes.map((scope) => createToken(rooms.database, orgId, [scope])));
    expect(await Promise.all(tokens.map((token) => check(token)))).toEqual([false, false, true]);
  });

  test("where none is required, refuses wrong ones all the same", async () => {
    const { rooms, own, other } = await tenants();
    const check = createTokenCheck(rooms, { application: own.application, isRequired: false });
    expect(await Promise.all([own.token, other.token, undefined].map((token) => check(token)))).toEqual([
      true,
      false,
      true,
    ]);
    // A token that is not even one, or a password.
    for (const authorization of [`Bearer ${own.token}"`, "Basic YTpi", "", "Bearer"])
      expect(await check(undefined, { authorization })).toBe(false);
    const origin = "https://example.net";
    expect([await check(undefined, { origin }), await check(own.token, { origin })]).toEqual([false, true]);
  });

  test("rejects when the database cannot tell", async () => {
    const rooms = openTestRooms("postgres://nobody:secret@127.0.0.1:9/none");
    onTestFinished(() => closeRooms(rooms));
    const application = { appId: "app-1", orgId: "org-1" };
    const check = createTokenCheck(rooms, { application, isRequired: true });
    await expect(check("any")).rejects.toThrow(Error);
  });
});
