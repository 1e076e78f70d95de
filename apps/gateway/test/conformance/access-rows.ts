import { getDeployment, hashToken } from "@roombridge/rooms";
import { createTenant, createToken, TEST_REGION } from "@roombridge/testing";
import { expect } from "vitest";
import type { Operation } from "../../src/operation.ts";
import { arrangeRunningRoom, REGISTRATION, type Place } from "../arrange.ts";
import { NEW_DEPLOYMENT } from "./deployment-rows.ts";
import type { Arranged, Call, Row } from "./row.ts";
import { arrangeWebhook } from "./webhook-rows.ts";

/** A call that would succeed for the owner, whatever the operation takes. */
async function goodCall(place: Place, operationId: string): Promise<Call> {
  const { game } = place;
  const { roomId, processId } = await arrangeRunningRoom(place);
  const isCreate = operationId === "CreateRoom";
  return {
    appId: game.appId,
    token: game.token,
    processId,
    region: TEST_REGION,
    params: { region: TEST_REGION },
    roomConfig: "new",
    registration: REGISTRATION,
    issue: { playerId: "p1" },
    revoke: {},
    orgId: game.application.orgId,
    orgTokenId: "org-token-any",
    newToken: { name: "any" },
    newApp: { appName: "another", authConfiguration: {} },
    app: { appName: "another", authConfiguration: {} },
    buildId: await buildIdOf(place),
    newBuild: {},
    registry: { image: "command:echo-room" },
    deploymentId: game.deploymentId,
    webhookId: await arrangeWebhook(place),
    newWebhook: { url: "https://hooks.example.net/" },
    webhook: {},
    since: new Date(),
    newDeployment: { ...NEW_DEPLOYMENT, buildId: await buildIdOf(place) },
    ...(isCreate ? {} : { roomId }),
  };
}

/** The build of the game's deployment. */
async function buildIdOf({ rooms, game }: Place): Promise<string> {
  return (await getDeployment(rooms, game.appId, game.deploymentId)).build.buildId;
}

interface Case {
  readonly status: number;
  readonly when: string;
  readonly change: (place: Place, call: Call) => Promise<Arranged>;
}

const NO_TOKEN = { message: "a token is required" };
const BAD_TOKEN = { message: "the token is not valid" };

const WITHOUT_ACCESS: readonly Case[] = [
  {
    status: 401,
    when: "there is no token",
    change: (_, { token: _token, ...call }) => Promise.resolve({ call, body: NO_TOKEN }),
  },
  {
    status: 401,
    when: "the token is unknown",
    change: (_, call) => Promise.resolve({ call: { ...call, token: "hathora_org_st_unknown_00" }, body: BAD_TOKEN }),
  },
  {
    status: 401,
    when: "the token has no scopes",
    async change({ rooms, game }, call) {
      const token = await createToken(rooms.database, game.application.orgId, []);
      return {
        call: { ...call, token },
        body: { message: expect.stringMatching(/^the token lacks the scope [a-z-]+:/) },
      };
    },
  },
  {
    status: 401,
    when: "the token is revoked",
    async change({ rooms, game }, call) {
      const { sql } = rooms.database;
      await sql`update org_tokens set revoked_at = clock_timestamp() where token_hash = ${hashToken(game.token)}`;
      return { call, body: BAD_TOKEN };
    },
  },
];

const WITHOUT_APPLICATION: readonly Case[] = [
  {
    status: 404,
    when: "the application is unknown",
    change: (_, call) => {
      const appId = "app-00000000-0000-0000-0000-000000000000";
      return Promise.resolve({ call: { ...call, appId }, body: { message: `no application ${appId}` } });
    },
  },
  {
    status: 404,
    when: "the appId is percent-encoded nonsense",
    change: (_, call) =>
      Promise.resolve({ call: { ...call, appId: "a/b ?#%" }, body: { message: "no application a/b ?#%" } }),
  },
  {
    status: 404,
    when: "the application is another organisation's",
    async change({ rooms, game }, call) {
      const { token } = await createTenant(rooms.database);
      return { call: { ...call, token }, body: { message: `no application ${game.appId}` } };
    },
  },
  {
    status: 404,
    when: "the application is deleted",
    async change({ rooms, game }, call) {
      await rooms.database.sql`update applications set deleted_at = clock_timestamp() where app_id = ${game.appId}`;
      return { call, body: { message: `no application ${game.appId}` } };
    },
  },
];

const WITHOUT_ORGANIZATION: Case = {
  status: 404,
  when: "the organisation is another one than the token's",
  change: (_, call) =>
    Promise.resolve({ call: { ...call, orgId: "org-1" }, body: { message: "no organisation org-1" } }),
};

const WITHOUT_BUILD: Case = {
  status: 404,
  when: "the build is another organisation's",
  async change({ rooms }, call) {
    const { token } = await createTenant(rooms.database);
    return { call: { ...call, token }, body: { message: `no build ${call.buildId}` } };
  },
};

/** What may be missing behind the token: all that the path names, or the organisation in the query. Tokens have rows of their own. */
function missing(path: string): readonly Case[] {
  if (path.includes("{orgId}") || path === "/orgs/v1") return [];
  if (path.includes("{appId}")) return WITHOUT_APPLICATION;
  return path.includes("{buildId}") ? [WITHOUT_BUILD] : [WITHOUT_ORGANIZATION];
}

/** What every operation that needs a token answers to those who may not: the same words for unknown and foreign. */
export function accessRows(routes: readonly Operation["route"][]): readonly Row[] {
  return routes.flatMap(({ operationId, path }) =>
    [...WITHOUT_ACCESS, ...missing(path)].map(({ status, when, change }) => ({
      operationId,
      status,
      when,
      arrange: async (place: Place) => change(place, await goodCall(place, operationId)),
    })),
  );
}
