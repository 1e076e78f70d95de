import { SCOPES, type Scope } from "@roombridge/models/api";
import { authenticate, createOrgToken, revokeOrgToken, type Principal } from "@roombridge/rooms";
import { createTenant, createToken } from "@roombridge/testing";
import { expect } from "vitest";
import type { Place } from "../arrange.ts";
import type { Arranged, Call, Row } from "./row.ts";

const OPERATION_IDS = ["GetOrgTokens", "CreateOrgToken", "RevokeOrgToken"];
const TOKEN = /^roombridge_org_st_[\w-]{43}_[0-9a-f]{8}$/;
const TOKEN_ID = /^org-token-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function orgCall({ game }: Place, call: Partial<Call> = {}): Call {
  const { application, appId, token } = game;
  return { appId, token, orgId: application.orgId, ...call };
}

/** The owner, whose token may do everything. */
function ownerOf({ rooms, game }: Place): Promise<Principal> {
  return authenticate(rooms, game.token);
}

/** A token of the game's organisation. */
async function arrangeToken(place: Place, scopes: Scope[] | null = ["processes:read"]) {
  const { row, token } = await createOrgToken(place.rooms, await ownerOf(place), { name: "of the row", scopes });
  const seen = {
    orgTokenId: row.orgTokenId,
    orgId: row.orgId,
    name: "of the row",
    status: "active",
    scopes: scopes ?? "admin",
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    lastFourCharsOfKey: token.slice(-4),
  };
  return { orgTokenId: row.orgTokenId, token, seen };
}

/** The token with which the owner asks, as lists show it. */
async function seenOwner(place: Place): Promise<object> {
  const { orgId, orgTokenId } = await ownerOf(place);
  const common = { orgId, orgTokenId, name: "test", status: "active", scopes: "admin" };
  return { ...common, createdAt: expect.any(Date), createdBy: "", lastFourCharsOfKey: "" };
}

const GET_ORG_TOKENS: readonly Row[] = [
  {
    operationId: "GetOrgTokens",
    status: 200,
    when: "there are some: the newest first, revoked ones too",
    async arrange(place) {
      const { seen, orgTokenId } = await arrangeToken(place);
      await revokeOrgToken(place.rooms, place.game.application.orgId, orgTokenId);
      const tokens = [{ ...seen, status: "revoked" }, await seenOwner(place)];
      return { call: orgCall(place), body: { tokens } };
    },
  },
];

function created(call: { name: string; scopes?: Scope[] | "admin" }, owner: Principal): object {
  return {
    plainTextToken: expect.stringMatching(TOKEN),
    orgToken: {
      orgTokenId: expect.stringMatching(TOKEN_ID),
      orgId: owner.orgId,
      name: call.name,
      status: "active",
      scopes: call.scopes ?? "admin",
      createdAt: expect.any(Date),
      createdBy: owner.orgTokenId,
      lastFourCharsOfKey: expect.stringMatching(/^[0-9a-f]{4}$/),
    },
  };
}

const CREATE_ORG_TOKEN: readonly Row[] = [
  ...(
    [
      ["it has a list of scopes", { name: "ci \u{1F3AE}", scopes: ["processes:read-write", "billing:read-write"] }],
      ["the list is empty: it may do nothing", { name: "n", scopes: [] }],
      ["it may do everything by name", { name: "n", scopes: "admin" }],
      ["nothing is said of scopes: it may do everything", { name: "n".repeat(100) }],
    ] satisfies [string, { name: string; scopes?: Scope[] | "admin" }][]
  ).map(([when, newToken]): Row => ({
    operationId: "CreateOrgToken",
    status: 201,
    when,
    async arrange(place) {
      return { call: orgCall(place, { newToken }), body: created(newToken, await ownerOf(place)) };
    },
  })),
  {
    operationId: "CreateOrgToken",
    status: 201,
    when: "another token had the name and was revoked",
    async arrange(place) {
      const { orgTokenId } = await arrangeToken(place);
      await revokeOrgToken(place.rooms, place.game.application.orgId, orgTokenId);
      const newToken = { name: "of the row" };
      return { call: orgCall(place, { newToken }), body: created(newToken, await ownerOf(place)) };
    },
  },
  ...(
    [
      ["the new token could do more", ["processes:read-write"], "processes:read-write"],
      ["the new token could do everything", "admin", "admin"],
      ["the new token could do everything, as it can when nothing is said", undefined, "admin"],
    ] satisfies [string, Scope[] | "admin" | undefined, string][]
  ).map(([when, scopes, lacks]): Row => ({
    operationId: "CreateOrgToken",
    status: 401,
    when,
    async arrange(place) {
      const { token } = await arrangeToken(place, ["tokens:read-write", "processes:read"]);
      const newToken = { name: "n", ...(scopes === undefined ? {} : { scopes }) };
      return { call: orgCall(place, { token, newToken }), body: { message: `the token lacks the scope ${lacks}` } };
    },
  })),
  ...(
    [
      ["the name is taken", { name: "test" }, /^name: another token of the organisation has this name$/],
      ["the name is empty", { name: "" }, /^name: /],
      ["the name is too long", { name: "n".repeat(101) }, /^name: /],
      ["the name holds U+0000", { name: "a\u0000b" }, /^name: /],
      ["a scope is unknown", { name: "n", scopes: ["rooms:read" as Scope] }, /^scopes/],
      ["the scopes are another word than admin", { name: "n", scopes: "member" as "admin" }, /^scopes/],
    ] satisfies [string, { name: string; scopes?: Scope[] | "admin" }, RegExp][]
  ).map(([when, newToken, message]): Row => ({
    operationId: "CreateOrgToken",
    status: 422,
    when,
    arrange: (place) =>
      Promise.resolve({
        call: orgCall(place, { newToken }),
        body: { message: expect.stringMatching(message) },
      }),
  })),
];

const REVOKE_ORG_TOKEN: readonly Row[] = [
  {
    operationId: "RevokeOrgToken",
    status: 200,
    when: "it was active",
    async arrange(place) {
      const { rooms } = place;
      const { orgTokenId, token } = await arrangeToken(place);
      const verify = () => expect(authenticate(rooms, token)).rejects.toMatchObject({ code: "unauthenticated" });
      return { call: orgCall(place, { orgTokenId }), body: true, verify };
    },
  },
  {
    operationId: "RevokeOrgToken",
    status: 200,
    when: "it was revoked before, and stays so since then",
    async arrange(place) {
      const { rooms, game } = place;
      const { orgTokenId } = await arrangeToken(place);
      await revokeOrgToken(rooms, game.application.orgId, orgTokenId);
      const revokedAt = () => rooms.database.sql`
        select revoked_at from org_tokens where org_token_id = ${orgTokenId}`;
      const [before] = await revokedAt();
      const verify = async () => expect((await revokedAt())[0]).toEqual(before);
      return { call: orgCall(place, { orgTokenId }), body: true, verify };
    },
  },
  {
    operationId: "RevokeOrgToken",
    status: 404,
    when: "there is no such token",
    arrange: (place) =>
      Promise.resolve({
        call: orgCall(place, { orgTokenId: "a/b\u0000" }),
        body: { message: "no token a/b\u0000" },
      }),
  },
  {
    operationId: "RevokeOrgToken",
    status: 404,
    when: "it is another organisation's",
    async arrange(place) {
      const { rooms } = place;
      const { token } = await createTenant(rooms.database);
      const { orgTokenId } = await authenticate(rooms, token);
      const verify = async () => expect(await authenticate(rooms, token)).toMatchObject({ orgTokenId });
      return { call: orgCall(place, { orgTokenId }), body: { message: `no token ${orgTokenId}` }, verify };
    },
  },
];

/** A call that would succeed for the owner, whatever the operation takes. */
async function goodCall(place: Place): Promise<Call> {
  const { orgTokenId } = await arrangeToken(place);
  return orgCall(place, { orgTokenId, newToken: { name: "new" } });
}

const OTHER_ORGANIZATION: readonly Row[] = OPERATION_IDS.flatMap((operationId) => [
  {
    operationId,
    status: 404,
    when: "the organisation is unknown",
    arrange: async (place: Place): Promise<Arranged> => {
      const call = { ...(await goodCall(place)), orgId: "a/b ?#%" };
      return { call, body: { message: "no organisation a/b ?#%" } };
    },
  },
  {
    operationId,
    status: 404,
    when: "the organisation is another one than the token's",
    arrange: async (place: Place): Promise<Arranged> => {
      const { token } = await createTenant(place.rooms.database);
      const call = await goodCall(place);
      return { call: { ...call, token }, body: { message: `no organisation ${call.orgId}` } };
    },
  },
]);

async function arrangeOrganization(place: Place, scopes: Scope[] | null): Promise<Call> {
  const { rooms, game } = place;
  return orgCall(place, { token: await createToken(rooms.database, game.application.orgId, scopes) });
}

const GET_ORGS: readonly Row[] = (["sdk", "client"] as const).flatMap((only) =>
  (
    [
      ["the token may do everything", null, [...SCOPES]],
      [
        "the token may do little",
        ["orgs:read-write", "processes:read"],
        ["processes:read", "orgs:read", "orgs:read-write"],
      ],
    ] satisfies [string, Scope[] | null, Scope[]][]
  ).map(([when, scopes, reached]): Row => ({
    operationId: "GetOrgs",
    status: 200,
    when: `${when}: ${only}`,
    only,
    async arrange(place) {
      const { orgId } = place.game.application;
      const org = { orgId, name: "test", scopes: reached };
      const theirs = {
        maxRequestedMemoryMB: 4_194_304,
        isSingleTenant: false,
        stripeCustomerId: "",
        defaultFleetId: null,
      };
      return {
        call: await arrangeOrganization(place, scopes),
        body: { orgs: [only === "sdk" ? { ...org, ...theirs } : org] },
      };
    },
  })),
);

/** TokensV1 and OrganizationsV1. */
export const TOKEN_ROWS: readonly Row[] = [
  ...GET_ORG_TOKENS,
  ...CREATE_ORG_TOKEN,
  ...REVOKE_ORG_TOKEN,
  ...OTHER_ORGANIZATION,
  ...GET_ORGS,
];
