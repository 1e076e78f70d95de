import type { DeploymentConfigV3 } from "@roombridge/models/api";
import { getDeployment, getLatestDeployment } from "@roombridge/rooms";
import { createDeployment } from "@roombridge/testing";
import { expect } from "vitest";
import { arrangeRoom, deleteDeployments, type Place } from "../arrange.ts";
import { arrangeBuild, arrangeDeletedBuild, arrangeRunBuild, shownDeployment, tokenIdOf } from "./build-rows.ts";
import { UUID } from "./expected.ts";
import { UNFORESEEN } from "./room-rows.ts";
import type { Arranged, Call, Row } from "./row.ts";

/** What CreateDeployment is asked for, but for the build. */
export const NEW_DEPLOYMENT: Omit<DeploymentConfigV3, "buildId"> = {
  containerPort: 7_777,
  transportType: "udp",
  additionalContainerPorts: [{ name: "debug", port: 9_000, transportType: "tcp" }],
  roomsPerProcess: 3,
  requestedCPU: 0.5,
  requestedMemoryMB: 512.5,
  idleTimeoutEnabled: false,
  env: [{ name: "MAP", value: "\u{1F3AE} = 1" }],
  deploymentTag: "v1",
};

const DEPLOYMENT_ID = new RegExp(`^dep-${UUID.source.slice(1)}`);

function arranged({ game }: Place, call: Partial<Call>, body?: unknown): Arranged {
  return { call: { appId: game.appId, token: game.token, ...call }, body };
}

/** The game's first deployment, as it is told. */
async function first({ rooms, game }: Place): Promise<Readonly<Record<string, unknown>>> {
  return shownDeployment(await getDeployment(rooms, game.appId, game.deploymentId));
}

/** A second one. */
async function second(place: Place): Promise<Readonly<Record<string, unknown>>> {
  const { rooms, game } = place;
  await createDeployment(rooms.database, game.application, { deploymentTag: "v2", env: [{ name: "A", value: "1" }] });
  return shownDeployment(await getLatestDeployment(rooms, game.appId));
}

const READ: readonly Row[] = [
  {
    operationId: "GetDeployments",
    status: 200,
    when: "nothing is filtered",
    arrange: async (place) => arranged(place, {}, { deployments: [await second(place), await first(place)] }),
  },
  {
    operationId: "GetDeployments",
    status: 200,
    when: "a tag is asked for",
    arrange: async (place) => arranged(place, { deploymentTag: "v2" }, { deployments: [await second(place)] }),
  },
  ...[{ buildTag: "v2" }, { deploymentTag: "\u0000" }].map((filter): Row => ({
    operationId: "GetDeployments",
    status: 200,
    when: `none has ${JSON.stringify(filter)}`,
    async arrange(place) {
      await second(place);
      return arranged(place, filter, { deployments: [] });
    },
  })),
  {
    operationId: "GetLatestDeployment",
    status: 200,
    when: "there are two",
    arrange: async (place) => arranged(place, {}, await second(place)),
  },
  {
    operationId: "GetLatestDeployment",
    status: 404,
    when: "the application has no deployment",
    async arrange(place) {
      await deleteDeployments(place);
      return arranged(place, {}, { message: `application ${place.game.appId} has no deployment` });
    },
  },
  {
    operationId: "GetDeployment",
    status: 200,
    when: "there is a newer one",
    async arrange(place) {
      await second(place);
      return arranged(place, { deploymentId: place.game.deploymentId }, await first(place));
    },
  },
  ...["dep-1", "\u0000"].map((deploymentId): Row => ({
    operationId: "GetDeployment",
    status: 404,
    when: `the deployment is ${JSON.stringify(deploymentId)}`,
    arrange: (place) =>
      Promise.resolve(arranged(place, { deploymentId }, { message: expect.stringMatching(/^no (such )?deployment/) })),
  })),
];

const CREATED: readonly Row[] = [
  {
    operationId: "CreateDeployment",
    status: 201,
    when: "the build was run: new rooms go onto it",
    async arrange(place) {
      const { rooms, game } = place;
      const buildId = await arrangeRunBuild(place);
      const { containerPort: port, transportType, ...rest } = NEW_DEPLOYMENT;
      const body = {
        ...rest,
        appId: game.appId,
        deploymentId: expect.stringMatching(DEPLOYMENT_ID),
        buildId,
        buildTag: "1.4",
        defaultContainerPort: { name: "default", port, transportType },
        createdAt: expect.any(Date),
        createdBy: await tokenIdOf(place),
      };
      const verify = async () => {
        const { deploymentId } = await getLatestDeployment(rooms, game.appId);
        const { processId } = await arrangeRoom(place);
        const { sql } = rooms.database;
        const [row] = await sql`select deployment_id as "deploymentId" from processes where process_id = ${processId}`;
        expect(row).toEqual({ deploymentId });
      };
      return { ...arranged(place, { newDeployment: { ...NEW_DEPLOYMENT, buildId } }, body), verify };
    },
  },
  {
    operationId: "CreateDeployment",
    status: 201,
    when: "its environment is as long as it may be, and it has what is not offered switched off",
    async arrange(place) {
      const buildId = await arrangeRunBuild(place);
      const env = Array.from({ length: 100 }, (_, n) => ({ name: `V${n}`, value: "x".repeat(5_000) }));
      const { additionalContainerPorts: _, deploymentTag: _tag, ...least } = NEW_DEPLOYMENT;
      const off = { requestedGPU: 0, experimentalRequestedGPU: 0, fleetId: "fleet-1" };
      const newDeployment = { ...least, ...off, buildId, env };
      const body = expect.objectContaining({ buildId, env, additionalContainerPorts: [] });
      return arranged(place, { newDeployment }, body);
    },
  },
];

const BAD: readonly (readonly [when: string, change: Partial<DeploymentConfigV3>, message: RegExp])[] = [
  ["roomsPerProcess is 0", { roomsPerProcess: 0 }, /^roomsPerProcess: /],
  ["roomsPerProcess is 10,001", { roomsPerProcess: 10_001 }, /^roomsPerProcess: /],
  ["the port is none", { containerPort: 65_536 }, /^containerPort: /],
  ["there is no CPU", { requestedCPU: 0 }, /^requestedCPU: /],
  ["there is no memory", { requestedMemoryMB: 1 }, /^requestedMemoryMB: /],
  ["it wants a GPU", { requestedGPU: 1 }, /^requestedGPU: GPUs are not offered$/],
  ["there are 101 variables", { env: Array.from({ length: 101 }, (_, n) => ({ name: `V${n}`, value: "" })) }, /^env: /],
  ["a variable is too long", { env: [{ name: "A", value: "x".repeat(5_001) }] }, /^env.0.value: /],
  ["a variable is no name", { env: [{ name: "1A", value: "" }] }, /^env.0.name: 1 to 100 characters/],
  [
    "a variable is there twice",
    {
      env: [
        { name: "A", value: "" },
        { name: "A", value: "" },
      ],
    },
    /^env: a name is there more than once$/,
  ],
  [
    "there are three more ports",
    { additionalContainerPorts: ["a", "b", "c"].map((name, n) => ({ name, port: n + 1, transportType: "tcp" })) },
    /^additionalContainerPorts: /,
  ],
  [
    "a further port is called default",
    { additionalContainerPorts: [{ name: "default", port: 1, transportType: "tcp" }] },
    /^additionalContainerPorts: the name default is there more than once$/,
  ],
  [
    "a further port has the number of the first one",
    { additionalContainerPorts: [{ name: "web", port: 7_777, transportType: "udp" }] },
    /^additionalContainerPorts: the port 7777\/udp is there more than once$/,
  ],
];

const refused =
  (status: number) =>
  (when: string, arrange: Row["arrange"]): Row => ({
    operationId: "CreateDeployment",
    status,
    when,
    arrange,
  });

const REFUSED: readonly Row[] = [
  ...BAD.map(([when, change, message]) =>
    refused(422)(when, async (place) => {
      const newDeployment = { ...NEW_DEPLOYMENT, buildId: await arrangeRunBuild(place), ...change };
      return arranged(place, { newDeployment }, { message: expect.stringMatching(message) });
    }),
  ),
  refused(400)("the build has not been run", async (place) => {
    const buildId = await arrangeBuild(place);
    const message = `build ${buildId} has no image yet: run it first`;
    return arranged(place, { newDeployment: { ...NEW_DEPLOYMENT, buildId } }, { message });
  }),
  refused(400)("the build was deleted", async (place) => {
    const buildId = await arrangeDeletedBuild(place);
    return arranged(
      place,
      { newDeployment: { ...NEW_DEPLOYMENT, buildId } },
      { message: `build ${buildId} was deleted` },
    );
  }),
  refused(400)("no host has a certificate for its TLS port", async (place) => {
    const newDeployment = { ...NEW_DEPLOYMENT, transportType: "tls" as const, buildId: await arrangeRunBuild(place) };
    return arranged(
      place,
      { newDeployment },
      { message: expect.stringMatching(/^transportType tls needs a process host/) },
    );
  }),
  refused(404)("the build is unknown", (place) =>
    Promise.resolve(
      arranged(place, { newDeployment: { ...NEW_DEPLOYMENT, buildId: "bld-1" } }, { message: "no build bld-1" }),
    ),
  ),
  {
    ...refused(500)("the database lacks what the operation needs", (place) =>
      Promise.resolve(arranged(place, { newDeployment: { ...NEW_DEPLOYMENT, buildId: "bld-1" } }, UNFORESEEN)),
    ),
    gateway: "broken",
  },
];

/** Of the operations of Deployments V3. */
export const DEPLOYMENT_ROWS: readonly Row[] = [...READ, ...CREATED, ...REFUSED];
