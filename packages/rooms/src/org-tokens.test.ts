import { crc32 } from "node:zlib";
import { createTenant, createToken } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { authenticate, createOrgToken, listOrgTokens, revokeOrgToken } from "./index.ts";
import { newOrgToken } from "./org-token-text.ts";

const suite = useRooms();

/** An organisation with a token that may do everything. */
async function arrangeOwner() {
  const { rooms } = suite();
  const { token, application } = await createTenant(rooms.database);
  return { rooms, orgId: application.orgId, owner: await authenticate(rooms, token) };
}

test("a token is recognised by its prefix and its checksum, and no two are the same", () => {
  const tokens = Array.from({ length: 100 }, newOrgToken);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) {
    expect(token).toMatch(/^roombridge_org_st_[\w-]{43}_[0-9a-f]{8}$/);
    expect(crc32(token.slice(0, -9))).toBe(Number.parseInt(token.slice(-8), 16));
  }
});

describe("a new token", () => {
  test("is valid at once, with its scopes, and the database does not hold it", async () => {
    const { rooms, orgId, owner } = await arrangeOwner();
    const { row, token } = await createOrgToken(rooms, owner, { name: "ci", scopes: ["builds:read", "builds:read"] });
    expect(await authenticate(rooms, token)).toEqual({ orgId, orgTokenId: row.orgTokenId, scopes: ["builds:read"] });
    const [kept] = await rooms.database.sql`select * from org_tokens where org_token_id = ${row.orgTokenId}`;
    const text = JSON.stringify(kept);
    expect(text).toContain(token.slice(-4));
    for (let at = 0; at + 8 <= token.length; at += 1) expect(text).not.toContain(token.slice(at, at + 8));
  });

  test("can do no more than the one that creates it, whatever that asks for", async () => {
    const { rooms, orgId } = await arrangeOwner();
    const token = await createToken(rooms.database, orgId, ["tokens:read-write", "processes:read-write"]);
    const creator = await authenticate(rooms, token);
    for (const scopes of [null, ["builds:read"], ["processes:read", "tokens:read-write", "orgs:read"]] as const) {
      await expect(createOrgToken(rooms, creator, { name: "n", scopes })).rejects.toMatchObject({
        code: "unauthenticated",
      });
    }
    const { row } = await createOrgToken(rooms, creator, { name: "n", scopes: ["processes:read"] });
    expect(row).toMatchObject({ scopes: ["processes:read"], createdBy: creator.orgTokenId });
  });

  test("is not created by one that was revoked or has lost a scope a moment ago", async () => {
    const { rooms, orgId, owner } = await arrangeOwner();
    const { row, token } = await createOrgToken(rooms, owner, { name: "leaked", scopes: null });
    const leaked = await authenticate(rooms, token);
    await rooms.database
      .sql`update org_tokens set scopes = '{tokens:read-write}' where org_token_id = ${row.orgTokenId}`;
    const create = () => createOrgToken(rooms, leaked, { name: "heir", scopes: null });
    await expect(create()).rejects.toMatchObject({ code: "unauthenticated" });
    await rooms.database.sql`update org_tokens set scopes = null where org_token_id = ${row.orgTokenId}`;
    await revokeOrgToken(rooms, orgId, row.orgTokenId);
    expect(await authenticate(rooms, token)).toEqual(leaked);
    await expect(create()).rejects.toMatchObject({ code: "unauthenticated" });
    expect((await listOrgTokens(rooms, orgId)).map(({ name }) => name)).toEqual(["leaked", "test"]);
  });

  test("has a name of its own, however many ask for it at once", async () => {
    const { rooms, orgId, owner } = await arrangeOwner();
    const tries = Array.from({ length: 8 }, () => createOrgToken(rooms, owner, { name: "one", scopes: [] }));
    const done = await Promise.allSettled(tries);
    expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of done) {
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "invalid_params" });
    }
    expect((await listOrgTokens(rooms, orgId)).map(({ name }) => name)).toEqual(["one", "test"]);
  });

  test("may have the name of a token of another organisation", async () => {
    const [one, other] = [await arrangeOwner(), await arrangeOwner()];
    for (const { rooms, owner } of [one, other]) await createOrgToken(rooms, owner, { name: "same", scopes: [] });
  });
});

test("a revoked token ends, once, and another organisation's cannot be revoked", async () => {
  const { rooms, orgId, owner } = await arrangeOwner();
  const stranger = await arrangeOwner();
  const { row, token } = await createOrgToken(rooms, owner, { name: "ci", scopes: null });
  await expect(revokeOrgToken(rooms, stranger.orgId, row.orgTokenId)).rejects.toMatchObject({
    code: "token_not_found",
    message: `no token ${row.orgTokenId}`,
  });
  await revokeOrgToken(rooms, orgId, row.orgTokenId);
  const [revoked] = await listOrgTokens(rooms, orgId);
  await revokeOrgToken(rooms, orgId, row.orgTokenId);
  expect((await listOrgTokens(rooms, orgId))[0]).toEqual(revoked);
  await expect(authenticate(rooms, token)).rejects.toMatchObject({ code: "unauthenticated" });
});
