import type { Region } from "@roombridge/models/api";
import { createProcess, deregisterStaticProcess, getRoomInfo, newUuid, stopProcess } from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import { expect } from "vitest";
import {
  arrangeRoom,
  arrangeStaticProcess,
  deleteDeployments,
  loseHosts,
  loseStaticProcesses,
  MAIN_PORT,
  OTHER_PORT,
  REGISTRATION,
  type Place,
} from "../arrange.ts";
import { expectedProcess, UUID } from "./expected.ts";
import type { Arranged, Call, Row } from "./row.ts";

function arranged({ game }: Place, call: Partial<Call>, body: unknown): Arranged {
  return { call: { appId: game.appId, token: game.token, ...call }, body };
}

const VERSION = /^[0-9a-f]{32}$/;

/** What a registered game server is told. */
function told({ game }: Place, changes: object = {}): Readonly<Record<string, unknown>> {
  return {
    processId: expect.stringMatching(UUID),
    deploymentId: game.deploymentId,
    region: TEST_REGION,
    roomsPerProcess: 10,
    status: "running",
    stopReason: null,
    heartbeatSeconds: 2,
    leaseSeconds: 6,
    roomsVersion: expect.stringMatching(VERSION),
    rooms: [],
    ...changes,
  };
}

const stay = (roomId: string, roomConfig: string | null) => ({
  roomId,
  roomConfig,
  roomAllocationId: expect.stringMatching(UUID),
});

/** Rows of one operation and status. */
const rowOf =
  (operationId: string, status: number) =>
  (row: Omit<Row, "operationId" | "status">): Row => ({
    operationId,
    status,
    ...row,
  });

const registered = rowOf("RegisterStaticProcess", 201);
const refused = (status: number) => rowOf("RegisterStaticProcess", status);

const REGISTER: readonly Row[] = [
  registered({
    when: "no host serves the region: rooms are active on it at once",
    async arrange(place) {
      await loseHosts(place);
      const verify = async () => {
        const { processId } = await arrangeRoom(place, { roomId: "a" });
        expect(await expectedProcess(place, processId)).toMatchObject({
          status: "running",
          roomsAllocated: 1,
          exposedPort: MAIN_PORT,
          additionalExposedPorts: [OTHER_PORT],
        });
      };
      return { ...arranged(place, { registration: REGISTRATION }, told(place)), verify };
    },
  }),
  registered({
    when: "it names the deployment and wants fewer rooms",
    arrange(place) {
      const { deploymentId } = place.game;
      const registration = { ...REGISTRATION, deploymentId, roomsPerProcess: 3 };
      return Promise.resolve(arranged(place, { registration }, told(place, { roomsPerProcess: 3 })));
    },
  }),
  registered({
    when: "the same instance repeats it: the same process, with its rooms",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      await arrangeRoom(place, { roomId: "a", roomConfig: "x" });
      return arranged(place, { registration: REGISTRATION }, told(place, { processId, rooms: [stay("a", "x")] }));
    },
  }),
  registered({
    when: "another instance had the name, whose rooms lose their process",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      await arrangeRoom(place, { roomId: "a" });
      const verify = async () => {
        expect(await expectedProcess(place, processId)).toMatchObject({ status: "failed", roomsAllocated: 0 });
        await expectRoom(place, "scheduling");
      };
      return { ...arranged(place, { registration: { ...REGISTRATION, instanceId: newUuid() } }, told(place)), verify };
    },
  }),
  refused(404)({
    when: "the application has no deployment",
    async arrange(place) {
      await deleteDeployments(place);
      const message = `application ${place.game.appId} has no deployment`;
      return arranged(place, { registration: REGISTRATION }, { message });
    },
  }),
  refused(404)({
    when: "the deployment is unknown",
    arrange: (place) =>
      Promise.resolve(
        arranged(
          place,
          { registration: { ...REGISTRATION, deploymentId: "dep-1" } },
          { message: "no deployment dep-1" },
        ),
      ),
  }),
  ...(
    [
      ["the region is unknown", { region: "Moon" as Region }, /^region: /],
      ["the name holds a space", { name: "anna laptop" }, /^name: 1 to 100 characters/],
      ["the instance is no UUID", { instanceId: "1" }, /^instanceId: /],
      ["the port is none", { exposedPort: { ...MAIN_PORT, port: 0 } }, /^exposedPort\.port: /],
      ["the host is a URL", { exposedPort: { ...MAIN_PORT, host: "http://h" } }, /^exposedPort\.host: expected a host/],
      ["it wants more rooms than the deployment allows", { roomsPerProcess: 11 }, /^roomsPerProcess: .* at most 10$/],
    ] as const
  ).map(([when, change, message]) =>
    refused(422)({
      when,
      arrange: (place) =>
        Promise.resolve(
          arranged(
            place,
            { registration: { ...REGISTRATION, ...change } },
            { message: expect.stringMatching(message) },
          ),
        ),
    }),
  ),
  refused(429)({
    when: "the deployment has all its processes in the region",
    game: { maxProcesses: 1 },
    async arrange(place) {
      await arrangeStaticProcess(place, { name: "another" });
      const message = `the deployment has all its processes in ${TEST_REGION} already`;
      return arranged(place, { registration: REGISTRATION }, { message });
    },
  }),
];

const heartbeatRow = (status: number) => rowOf("HeartbeatStaticProcess", status);
const beaten = heartbeatRow(200);

const HEARTBEAT: readonly Row[] = [
  beaten({
    when: "it has rooms",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      await arrangeRoom(place, { roomId: "a", roomConfig: "x" });
      await arrangeRoom(place, { roomId: "b" });
      const rooms = [stay("a", "x"), stay("b", null)];
      return arranged(place, { processId, roomsVersion: "0" }, told(place, { processId, rooms }));
    },
  }),
  beaten({
    when: "it knows its rooms",
    async arrange(place) {
      const { processId, roomsVersion } = await arrangeStaticProcess(place);
      const { rooms: _, ...body } = told(place, { processId, roomsVersion });
      return arranged(place, { processId, roomsVersion }, body);
    },
  }),
  beaten({
    when: "it shall stop",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      await stopProcess(place.rooms, place.game.appId, processId);
      const body = told(place, { processId, status: "stopping", stopReason: "stop_requested" });
      return arranged(place, { processId }, body);
    },
  }),
  beaten({
    when: "it has stopped as it should",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      await stopProcess(place.rooms, place.game.appId, processId);
      await loseStaticProcesses(place);
      return arranged(
        place,
        { processId },
        told(place, { processId, status: "stopped", stopReason: "stop_requested" }),
      );
    },
  }),
  heartbeatRow(409)({
    when: "another instance has its name",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      await arrangeStaticProcess(place, { instanceId: newUuid() });
      const message = `another instance has registered under the name of process ${processId}`;
      return arranged(place, { processId }, { message });
    },
  }),
  ...(
    [
      ["it was lost", loseStaticProcesses],
      ["it has deregistered", deregister],
    ] as const
  ).map(([when, lose]) =>
    heartbeatRow(410)({
      when,
      async arrange(place) {
        const { processId } = await arrangeStaticProcess(place);
        await lose(place, processId);
        return arranged(place, { processId }, { message: `process ${processId} has ended: register anew` });
      },
    }),
  ),
  heartbeatRow(422)({
    when: "the version of its rooms is no text",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      const message = "roomsVersion: must not contain U+0000 or a lone surrogate";
      return arranged(place, { processId, roomsVersion: "\u0000" }, { message });
    },
  }),
];

async function deregister({ rooms, game }: Place, processId: string): Promise<void> {
  await deregisterStaticProcess(rooms, game.appId, processId, 0);
}

const ended = rowOf("DeregisterStaticProcess", 204);

const DEREGISTER: readonly Row[] = [
  ...(
    [
      ["its rooms are destroyed with exit code 0, which is the default", undefined, "destroyed"],
      ["its rooms lose their process with exit code 1", 1, "scheduling"],
    ] as const
  ).map(([when, exitCode, status]) =>
    ended({
      when,
      async arrange(place) {
        const { processId } = await arrangeStaticProcess(place);
        await arrangeRoom(place, { roomId: "a" });
        const call = exitCode === undefined ? { processId } : { processId, exitCode };
        return { ...arranged(place, call, undefined), verify: () => expectRoom(place, status) };
      },
    }),
  ),
  ended({
    when: "it had ended, and nothing changes",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      await loseStaticProcesses(place);
      const before = await expectedProcess(place, processId);
      const verify = async () => expect(await expectedProcess(place, processId)).toEqual(before);
      return { ...arranged(place, { processId }, undefined), verify };
    },
  }),
  rowOf(
    "DeregisterStaticProcess",
    422,
  )({
    when: "the exit code is none",
    async arrange(place) {
      const { processId } = await arrangeStaticProcess(place);
      return arranged(place, { processId, exitCode: 256 }, { message: expect.stringMatching(/^exitCode: /) });
    },
  }),
];

/** The room `a` of a row. */
async function expectRoom({ rooms, game }: Place, status: string): Promise<void> {
  expect(await getRoomInfo(rooms, game.appId, "a")).toMatchObject({ status, currentAllocation: null });
}

const OF_A_HOST: readonly Row[] = ["HeartbeatStaticProcess", "DeregisterStaticProcess"].map((operationId) =>
  rowOf(
    operationId,
    404,
  )({
    when: "the process is one that a host starts",
    async arrange(place) {
      const { processId } = await createProcess(place.rooms, place.game.application, TEST_REGION);
      return arranged(place, { processId }, { message: `no process ${processId}` });
    },
  }),
);

/** Game servers that somebody else starts. */
export const STATIC_ROWS: readonly Row[] = [...REGISTER, ...HEARTBEAT, ...DEREGISTER, ...OF_A_HOST];
