import type { ServiceConfig } from "@roombridge/models/api";
import {
  createApplication,
  getApplicationDetails,
  getDeployment,
  getRoomInfo,
  runBuild,
  createBuild,
  createDeployment,
} from "@roombridge/rooms";
import { expect } from "vitest";
import { arrangeRunningRoom, deleteDeployments, type Place } from "../arrange.ts";
import { shownBuild, shownDeployment, tokenIdOf } from "./build-rows.ts";
import { NEW_DEPLOYMENT } from "./deployment-rows.ts";
import { UUID } from "./expected.ts";
import { UNFORESEEN } from "./room-rows.ts";
import type { Arranged, Call, Row } from "./row.ts";

const NAME = "arena";
const AUTH = { anonymous: {}, nickname: {}, google: { clientId: "123.apps.googleusercontent.com" } };
const allocation = { region: "Dallas", minProcesses: 1, targetProcesses: 2, maxProcesses: 9 } as const;
const SERVICE: ServiceConfig = { staticProcessAllocation: [allocation] };

function arranged({ game }: Place, call: Partial<Call>, body?: unknown): Arranged {
  return { call: { appId: game.appId, token: game.token, ...call }, body };
}

/** The application as the database has it, with some of it changed. */
async function shown({ rooms, game }: Place, changes: object = {}): Promise<Readonly<Record<string, unknown>>> {
  return { ...(await getApplicationDetails(rooms, game.application, game.appId)), ...changes };
}

const APP_ID = new RegExp(`^app-${UUID.source.slice(1)}`);

const LIST: readonly Row[] = [
  {
    operationId: "GetApps",
    status: 200,
    when: "an application has a deployment and another one has none",
    async arrange(place) {
      const { rooms, game } = place;
      const principal = { ...game.application, orgTokenId: await tokenIdOf(place), scopes: null };
      const other = await createApplication(rooms, principal, { appName: NAME, authConfiguration: AUTH });
      const { build, ...deployment } = await getDeployment(rooms, game.appId, game.deploymentId);
      const deployed = { ...shownDeployment({ ...deployment, build }), build: shownBuild(build) };
      const { orgId } = game.application;
      return arranged(place, { orgId }, { applications: [other, { ...(await shown(place)), deployment: deployed }] });
    },
  },
  {
    operationId: "GetApps",
    status: 200,
    when: "the deployment of an API was the last one",
    async arrange(place) {
      const { rooms, game } = place;
      const principal = { ...game.application, orgTokenId: await tokenIdOf(place), scopes: null };
      const { buildId } = await createBuild(rooms, principal, { buildTag: "1.4" });
      await runBuild(rooms, principal, buildId, { image: "arena" });
      const { requestedCPU: requestedCpu, requestedMemoryMB: requestedMemoryMb, ...settings } = NEW_DEPLOYMENT;
      const deployment = await createDeployment(rooms, principal, game, {
        ...settings,
        buildId,
        requestedCpu,
        requestedMemoryMb,
      });
      const deployed = { ...shownDeployment(deployment), build: shownBuild(deployment.build) };
      expect(deployed).toMatchObject({ buildTag: "1.4", createdBy: principal.orgTokenId });
      return arranged(place, {}, { applications: [{ ...(await shown(place)), deployment: deployed }] });
    },
  },
  {
    operationId: "GetApp",
    status: 200,
    when: "nothing is set",
    arrange: async (place) => arranged(place, {}, await shown(place)),
  },
];

const CREATE: readonly Row[] = [
  {
    operationId: "CreateApp",
    status: 201,
    when: "its name is free",
    async arrange(place) {
      const createdBy = await tokenIdOf(place);
      const newApp = { appName: NAME, authConfiguration: AUTH, loadBalancer: { enabled: false } };
      return arranged(
        place,
        { newApp },
        {
          appId: expect.stringMatching(APP_ID),
          appName: NAME,
          appSecret: expect.stringMatching(/^secret-[\w-]{43}$/),
          authConfiguration: AUTH,
          serviceConfig: null,
          orgId: place.game.application.orgId,
          createdAt: expect.any(Date),
          createdBy,
          deletedAt: null,
          deletedBy: null,
        },
      );
    },
  },
  ...(
    [
      ["its name holds a capital", { appName: "Arena", authConfiguration: {} }, /^appName: 1 to 64 characters/],
      ["its name is too long", { appName: "a".repeat(65), authConfiguration: {} }, /^appName: 1 to 64 characters/],
      [
        "it wants load balancing",
        { appName: NAME, authConfiguration: {}, loadBalancer: { enabled: true } },
        /^loadBalancer.enabled: load balancing is not offered$/,
      ],
      [
        "Google's client has no id",
        { appName: NAME, authConfiguration: { google: { clientId: "" } } },
        /^authConfiguration.google.clientId: /,
      ],
    ] as const
  ).map(([when, newApp, message]): Row => ({
    operationId: "CreateApp",
    status: 422,
    when,
    arrange: (place) => Promise.resolve(arranged(place, { newApp }, { message: expect.stringMatching(message) })),
  })),
  {
    operationId: "CreateApp",
    status: 422,
    when: "the name is taken",
    async arrange(place) {
      const { appName } = await getApplicationDetails(place.rooms, place.game.application, place.game.appId);
      const message = `appName: the organisation has another application ${appName}`;
      return arranged(place, { newApp: { appName, authConfiguration: {} } }, { message });
    },
  },
];

const UPDATES = ["UpdateApp", "PatchApp"];

const UPDATE: readonly Row[] = [
  ...UPDATES.map((operationId): Row => ({
    operationId,
    status: 200,
    when: "all is changed",
    async arrange(place) {
      const app = { appName: NAME, authConfiguration: AUTH, serviceConfig: SERVICE };
      return arranged(place, { app }, await shown(place, app));
    },
  })),
  {
    operationId: "UpdateApp",
    status: 200,
    when: "there is no service configuration, which stays",
    async arrange(place) {
      const { sql } = place.rooms.database;
      await sql`update applications set service_config = ${JSON.stringify(SERVICE)}::jsonb where app_id = ${place.game.appId}`;
      const app = { appName: NAME, authConfiguration: {} };
      return arranged(place, { app }, await shown(place, app));
    },
  },
  {
    operationId: "PatchApp",
    status: 200,
    when: "there is nothing to change",
    arrange: async (place) => arranged(place, { app: {} }, await shown(place)),
  },
  {
    operationId: "PatchApp",
    status: 200,
    when: "numbers of a region are left to the server",
    async arrange(place) {
      const serviceConfig = {
        staticProcessAllocation: [{ region: "Tokyo" as const, minProcesses: 3, maxProcesses: null }],
      };
      const told = { region: "Tokyo", minProcesses: 3, targetProcesses: 3, maxProcesses: 100_000 };
      return arranged(
        place,
        { app: { serviceConfig } },
        await shown(place, { serviceConfig: { staticProcessAllocation: [told] } }),
      );
    },
  },
  ...UPDATES.flatMap((operationId) =>
    (
      [
        [
          "more are to be kept than may run",
          [{ ...allocation, targetProcesses: 10 }],
          /maxProcesses: at least targetProcesses$/,
        ],
        [
          "the least is more than what is kept",
          [{ ...allocation, minProcesses: 3 }],
          /minProcesses: at most targetProcesses$/,
        ],
        ["a region is there twice", [allocation, allocation], /: a region is there more than once$/],
        [
          "a region shall scale by itself",
          [{ ...allocation, autoscalingEnabled: true }],
          /: autoscaling is not offered$/,
        ],
      ] satisfies [string, ServiceConfig["staticProcessAllocation"], RegExp][]
    ).map(([when, staticProcessAllocation, message]): Row => ({
      operationId,
      status: 422,
      when,
      arrange(place) {
        const app = { appName: NAME, authConfiguration: {}, serviceConfig: { staticProcessAllocation } };
        return Promise.resolve(arranged(place, { app }, { message: expect.stringMatching(message) }));
      },
    })),
  ),
];

const DELETE: readonly Row[] = [
  {
    operationId: "DeleteApp",
    status: 204,
    when: "it has rooms, which are destroyed",
    async arrange(place) {
      const { rooms, game } = place;
      const { roomId } = await arrangeRunningRoom(place);
      const verify = async () => {
        expect((await getRoomInfo(rooms, game.appId, roomId)).status).toBe("destroyed");
        const { sql } = rooms.database;
        const [row] = await sql`select deleted_by as "deletedBy" from applications where app_id = ${game.appId}`;
        expect(row).toEqual({ deletedBy: await tokenIdOf(place) });
      };
      return { ...arranged(place, {}), verify };
    },
  },
  {
    operationId: "DeleteApp",
    status: 204,
    when: "it has no deployment",
    async arrange(place) {
      await deleteDeployments(place);
      return arranged(place, {});
    },
  },
];

const BROKEN: readonly Row[] = ["CreateApp", ...UPDATES, "DeleteApp"].map((operationId) => ({
  operationId,
  status: 500,
  when: "the database lacks what the operation needs",
  gateway: "broken",
  arrange: (place) => {
    const app = { appName: NAME, authConfiguration: {} };
    return Promise.resolve(arranged(place, { newApp: app, app }, UNFORESEEN));
  },
}));

/** Of the operations of Apps V2. */
export const APP_ROWS: readonly Row[] = [...LIST, ...CREATE, ...UPDATE, ...DELETE, ...BROKEN];
