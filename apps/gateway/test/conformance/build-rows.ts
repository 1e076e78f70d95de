import {
  createBuild,
  deleteBuild,
  getBuild,
  runBuild,
  type Build,
  type Deployment,
  type Principal,
} from "@roombridge/rooms";
import { hashToken } from "@roombridge/rooms";
import { expect } from "vitest";
import type { Place } from "../arrange.ts";
import { UNFORESEEN } from "./room-rows.ts";
import { UUID } from "./expected.ts";
import type { Arranged, Call, Row } from "./row.ts";

const BUILD_ID = new RegExp(`^bld-${UUID.source.slice(1)}`);
const IMAGE = "ghcr.io/me/arena:1.4";

/** A build as it is told, with dates as clients read them. */
export function shownBuild(build: Build): Readonly<Record<string, unknown>> {
  const { command: _command, image: _image, buildTag, ...rest } = build;
  return { ...rest, imageSize: 0, ...(buildTag === null ? {} : { buildTag }) };
}

/** As `shownBuild`. */
export function shownDeployment(deployment: Deployment): Readonly<Record<string, unknown>> {
  const {
    build,
    containerPort: port,
    transportType,
    requestedCpu,
    requestedMemoryMb,
    deploymentTag,
    ...rest
  } = deployment;
  return {
    ...rest,
    buildId: build.buildId,
    ...(build.buildTag === null ? {} : { buildTag: build.buildTag }),
    ...(deploymentTag === null ? {} : { deploymentTag }),
    defaultContainerPort: { name: "default", port, transportType },
    requestedCPU: requestedCpu,
    requestedMemoryMB: requestedMemoryMb,
  };
}

/** The id of the game's token. */
export async function tokenIdOf({ rooms, game }: Place): Promise<string> {
  const [row] = await rooms.database.sql<{ orgTokenId: string }[]>`
    select org_token_id as "orgTokenId" from org_tokens where token_hash = ${hashToken(game.token)}`;
  if (!row) throw new Error("the game has no token");
  return row.orgTokenId;
}

async function principalOf(place: Place): Promise<Principal> {
  return { orgId: place.game.application.orgId, orgTokenId: await tokenIdOf(place), scopes: null };
}

/** A build that has not been run. */
export async function arrangeBuild(place: Place): Promise<string> {
  return (await createBuild(place.rooms, await principalOf(place), { buildTag: "1.4" })).buildId;
}

/** A build that may be deployed. */
export async function arrangeRunBuild(place: Place): Promise<string> {
  const buildId = await arrangeBuild(place);
  await runBuild(place.rooms, await principalOf(place), buildId, { image: IMAGE });
  return buildId;
}

export async function arrangeDeletedBuild(place: Place): Promise<string> {
  const buildId = await arrangeRunBuild(place);
  await deleteBuild(place.rooms, await principalOf(place), buildId);
  return buildId;
}

function arranged({ game }: Place, call: Partial<Call>, body?: unknown): Arranged {
  return { call: { appId: game.appId, token: game.token, ...call }, body };
}

const READ: readonly Row[] = [
  {
    operationId: "GetBuilds",
    status: 200,
    when: "there are a new one, one that was deployed, and one that was deleted",
    async arrange(place) {
      const { rooms, game } = place;
      const buildId = await arrangeBuild(place);
      await arrangeDeletedBuild(place);
      const [row] = await rooms.database.sql<{ buildId: string }[]>`
        select build_id as "buildId" from deployments where deployment_id = ${game.deploymentId}`;
      const ids = [buildId, row?.buildId ?? ""];
      const builds = await Promise.all(ids.map((id) => getBuild(rooms, game.application, id)));
      return arranged(place, { orgId: game.application.orgId }, { builds: builds.map(shownBuild) });
    },
  },
  ...(
    [
      ["it has not been run", arrangeBuild],
      ["it was run", arrangeRunBuild],
    ] as const
  ).map(([when, arrange]): Row => ({
    operationId: "GetBuild",
    status: 200,
    when,
    async arrange(place) {
      const buildId = await arrange(place);
      const { rooms, game } = place;
      return arranged(place, { buildId }, shownBuild(await getBuild(rooms, game.application, buildId)));
    },
  })),
];

/** A build that has just been created by the call. */
async function newBuild(place: Place, changes: object): Promise<Readonly<Record<string, unknown>>> {
  return {
    buildId: expect.stringMatching(BUILD_ID),
    orgId: place.game.application.orgId,
    status: "created",
    imageSize: 0,
    createdAt: expect.any(Date),
    createdBy: await tokenIdOf(place),
    startedAt: null,
    finishedAt: null,
    deletedAt: null,
    ...changes,
  };
}

const CREATE: readonly Row[] = [
  ...[{}, { buildTag: "1.4 \u{1F3AE}" }, { buildId: "v1.4_a-b", buildTag: "1.4" }].map((given): Row => ({
    operationId: "CreateBuildRegistry",
    status: 201,
    when: `it has ${JSON.stringify(given)}`,
    arrange: async (place) => arranged(place, { newBuild: given }, await newBuild(place, given)),
  })),
  {
    operationId: "CreateBuildRegistry",
    status: 400,
    when: "the id has been used before",
    async arrange(place) {
      const buildId = await arrangeDeletedBuild(place);
      const message = `the id ${buildId} of a build has been used before`;
      return arranged(place, { newBuild: { buildId } }, { message });
    },
  },
  ...[{ buildId: ".." }, { buildId: "a/b" }, { buildTag: "a".repeat(101) }, { buildTag: "\u0000" }].map(
    (given): Row => ({
      operationId: "CreateBuildRegistry",
      status: 422,
      when: `it has ${JSON.stringify(given).slice(0, 30)}`,
      arrange: (place) =>
        Promise.resolve(
          arranged(
            place,
            { newBuild: given },
            { message: expect.stringMatching(new RegExp(`^${Object.keys(given)[0]}: `)) },
          ),
        ),
    }),
  ),
];

const TOLD_IMAGE = (buildId: string) =>
  `build ${buildId} is the image ${IMAGE}\nprocess hosts fetch it when they start it, if docker.images of their operator's file allows it\ndone\n`;
const TOLD_COMMAND = (buildId: string) =>
  `build ${buildId} is the command arena of the operator's file\nprocess hosts whose operator's file has it can start it\ndone\n`;

const RUN: readonly Row[] = [
  {
    operationId: "RunBuildRegistry",
    status: 200,
    when: "it is given an image",
    async arrange(place) {
      const buildId = await arrangeBuild(place);
      const verify = async () => {
        const build = await getBuild(place.rooms, place.game.application, buildId);
        expect(build).toMatchObject({ image: IMAGE, command: null, status: "succeeded" });
      };
      const registry = { image: "me/arena:1.4", registryUrl: "https://ghcr.io" };
      return { ...arranged(place, { buildId, registry }, TOLD_IMAGE(buildId)), verify };
    },
  },
  {
    operationId: "RunBuildRegistry",
    status: 200,
    when: "it is given a command",
    async arrange(place) {
      const buildId = await arrangeBuild(place);
      return arranged(place, { buildId, registry: { image: "command:arena" } }, TOLD_COMMAND(buildId));
    },
  },
  {
    operationId: "RunBuildRegistry",
    status: 200,
    when: "it has the image already",
    async arrange(place) {
      const buildId = await arrangeRunBuild(place);
      return arranged(place, { buildId, registry: { image: IMAGE } }, TOLD_IMAGE(buildId));
    },
  },
  {
    operationId: "RunBuildRegistry",
    status: 400,
    when: "it has another image",
    async arrange(place) {
      const buildId = await arrangeRunBuild(place);
      const message = `build ${buildId} has been run with another image: create a new one`;
      return arranged(place, { buildId, registry: { image: "another" } }, { message });
    },
  },
  {
    operationId: "RunBuildRegistry",
    status: 400,
    when: "a login for the registry is there",
    only: "sdk",
    async arrange(place) {
      const registry = { image: IMAGE, auth: "bWU6c2VjcmV0" };
      return arranged(
        place,
        { buildId: await arrangeBuild(place), registry },
        { message: expect.stringMatching(/^auth: logins for registries belong into the operator's file/) },
      );
    },
  },
  ...["arena:", "https://ghcr.io/me/arena", "Arena Two", "command:"].map((image): Row => ({
    operationId: "RunBuildRegistry",
    status: 422,
    when: `the image is ${image}`,
    arrange: async (place) =>
      arranged(
        place,
        { buildId: await arrangeBuild(place), registry: { image } },
        { message: expect.stringMatching(/^image: expected the reference of an image/) },
      ),
  })),
];

const DELETE: readonly Row[] = [
  {
    operationId: "DeleteBuild",
    status: 200,
    when: "it was run",
    async arrange(place) {
      const buildId = await arrangeRunBuild(place);
      return arranged(place, { buildId }, {});
    },
  },
  ...["GetBuild", "RunBuildRegistry", "DeleteBuild"].map((operationId): Row => ({
    operationId,
    status: 404,
    when: "it was deleted",
    async arrange(place) {
      const buildId = await arrangeDeletedBuild(place);
      return arranged(place, { buildId, registry: { image: IMAGE } }, { message: `no build ${buildId}` });
    },
  })),
];

const BROKEN: readonly Row[] = ["CreateBuildRegistry", "RunBuildRegistry", "DeleteBuild"].map((operationId) => ({
  operationId,
  status: 500,
  when: "the database lacks what the operation needs",
  gateway: "broken",
  arrange: (place) =>
    Promise.resolve(arranged(place, { newBuild: {}, buildId: "bld-1", registry: { image: IMAGE } }, UNFORESEEN)),
}));

/** Of the operations of Builds V3. */
export const BUILD_ROWS: readonly Row[] = [...READ, ...CREATE, ...RUN, ...DELETE, ...BROKEN];
