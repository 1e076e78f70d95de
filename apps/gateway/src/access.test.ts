import { SCOPES } from "@roombridge/models/api";
import { createTenant, createToken } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { pathOf, pathParameters } from "../test/path-of.ts";
import { read, useGateway } from "../test/suite.ts";
import { OPERATIONS } from "./operations.ts";

const suite = useGateway();

const ALL = OPERATIONS.map((operation) => ({ operationId: operation.route.operationId, ...operation }));
const SCOPED = ALL.flatMap(({ access, ...rest }) =>
  access === "public" || access === "player" ? [] : [{ ...rest, scope: access }],
);

/** Calls with ids that nobody has: behind the check of the scope there is nothing to find. */
async function ask(route: (typeof ALL)[number]["route"], token: string) {
  const nobodys = Object.fromEntries(pathParameters(route).map((name) => [name, "nobodys"]));
  const headers = { authorization: `Bearer ${token}` };
  return read(suite().app.request(pathOf(route, nobodys), { method: route.method.toUpperCase(), headers }));
}

describe.each(SCOPED)("$operationId", ({ route, scope }) => {
  test(`needs ${scope}, and no other scope will do`, async () => {
    const { database } = suite().rooms;
    const { application } = await createTenant(database);
    const others = SCOPES.filter((other) => other !== scope && other !== `${scope}-write`);
    for (const scopes of [[], others]) {
      const { status, body } = await ask(route, await createToken(database, application.orgId, scopes));
      expect([status, body]).toEqual([401, { message: `the token lacks the scope ${scope}` }]);
    }
    const enough = [[scope], ...SCOPES.filter((other) => other === `${scope}-write`).map((other) => [other]), null];
    for (const scopes of enough) {
      const { status } = await ask(route, await createToken(database, application.orgId, scopes));
      expect(status).not.toBe(401);
    }
  });

  test("documents the scope, and the 401 of a token without it", () => {
    expect(Object.keys(route.responses)).toContain("401");
    expect(route.security).toBeDefined();
  });
});

test("whatever only reads needs no more than a scope that reads", () => {
  for (const { route, scope } of SCOPED.filter(({ route }) => route.method === "get")) {
    expect([route.operationId, scope]).toEqual([route.operationId, expect.stringMatching(/:read$/)]);
  }
});

test("what players may call names their token, and that of an organisation only where it will do", () => {
  const ofPlayers = ALL.filter(({ access, isForPlayersToo }) => access === "player" || isForPlayersToo);
  expect(Object.fromEntries(ofPlayers.map(({ operationId, route }) => [operationId, route.security]))).toEqual({
    CreateIceServers: [{ hathoraDevToken: [] }, { playerAuth: [] }],
    CreateLobby: [{ playerAuth: [] }],
  });
});

test("what is public documents no security", () => {
  for (const { route } of ALL.filter(({ access }) => access === "public")) expect(route.security).toBeUndefined();
});
