import type { ProcessStatus, Region } from "@roombridge/models/api";
import { createProcess } from "@roombridge/rooms";
import { createDeployment, createTenant, TEST_REGION } from "@roombridge/testing";
import { expect } from "vitest";
import {
  arrangeProcesses,
  arrangeRoom,
  arrangeRunningRoom,
  arrangeUnscheduledRoom,
  limitGame,
  deleteDeployments,
  loseHosts,
  REGISTRATION,
  stopPools,
  type Place,
  type ProcessKind,
} from "../arrange.ts";
import { expectedProcess, newProcess } from "./expected.ts";
import type { Arranged, Call, Row } from "./row.ts";

const region = TEST_REGION;
const FULL = { roomsPerProcess: 1, maxProcesses: 1 };
const UNFORESEEN = { message: expect.stringMatching(/^something failed on our side; .*\(request [\w-]+\)$/) };
const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

function arranged({ game }: Place, call: Partial<Call>, body: unknown): Promise<Arranged> {
  return Promise.resolve({ call: { appId: game.appId, token: game.token, ...call }, body });
}

const EXIT_REASONS: Readonly<Partial<Record<ProcessKind, string>>> = {
  stopped: "exited with code 0",
  failed: "ended by SIGKILL",
};

const GET_PROCESS: readonly Row[] = [
  ...(["starting", "claimed", "running", "draining", "stopping", "stopped", "failed"] as const).map((kind): Row => ({
    operationId: "GetProcess",
    status: 200,
    when: `the process is ${kind}`,
    async arrange(place) {
      const { [kind]: processId } = await arrangeProcesses(place);
      return arranged(place, { processId }, await expectedProcess(place, processId, EXIT_REASONS[kind]));
    },
  })),
  {
    operationId: "GetProcess",
    status: 200,
    when: "the process has rooms",
    async arrange(place) {
      const { processId } = await arrangeRunningRoom(place);
      await arrangeRoom(place);
      const body = await expectedProcess(place, processId);
      expect(body).toMatchObject({ roomsAllocated: 2, status: "running" });
      return arranged(place, { processId }, body);
    },
  },
];

/** Ids by kind, in the order of creation, which is that of the record in `arrangeProcesses`. */
const NEWEST_FIRST = ["starting", "stopping", "claimed", "failed", "stopped", "draining", "running"] as const;

async function answersOf(place: Place, ids: Record<ProcessKind, string>, kinds: readonly ProcessKind[]) {
  return Promise.all(kinds.map((kind) => expectedProcess(place, ids[kind], EXIT_REASONS[kind])));
}

/** What GetLatestProcesses and the count are asked, and which processes match. */
const FILTERS: readonly {
  readonly when: string;
  readonly call: (before: () => Promise<number>) => Promise<Partial<Call>> | Partial<Call>;
  readonly kinds: readonly ProcessKind[];
}[] = [
  { when: "nothing is filtered", call: () => ({}), kinds: NEWEST_FIRST },
  { when: "one status is chosen", call: () => ({ statuses: ["failed"] }), kinds: ["failed"] },
  {
    when: "two statuses are chosen",
    call: () => ({ statuses: ["running", "starting"], regions: [region, "Tokyo"] }),
    kinds: ["starting", "claimed", "running"],
  },
  { when: "nothing matches", call: () => ({ regions: ["Dubai"] }), kinds: [] },
  {
    when: "only older ones are asked for",
    call: async (before) => ({ before: await before() }),
    kinds: ["failed", "stopped", "draining", "running"],
  },
];

/** When the process `claimed` was created, as an answer shows it; the older ones are made older. */
async function createdAtOfClaimed({ rooms }: Place, { claimed }: Record<ProcessKind, string>): Promise<number> {
  const { sql } = rooms.database;
  const [row] = await sql<{ createdAt: Date }[]>`
    select created_at as "createdAt" from processes where process_id = ${claimed}`;
  if (!row) throw new Error("there is no such process");
  const { createdAt } = row;
  await sql`update processes set created_at = created_at - interval '1 second' where created_at < ${createdAt}`;
  return createdAt.getTime();
}

const FILTERED: readonly Row[] = FILTERS.flatMap(({ when, call: callOf, kinds }): Row[] => {
  const row = (operationId: string, bodyOf: (answers: readonly unknown[]) => unknown): Row => ({
    operationId,
    status: 200,
    when,
    async arrange(place) {
      const ids = await arrangeProcesses(place);
      const call = await callOf(() => createdAtOfClaimed(place, ids));
      return arranged(place, call, bodyOf(await answersOf(place, ids, kinds)));
    },
  });
  return [
    row("GetLatestProcesses", (answers) => answers),
    row("GetProcessesCountExperimental", (answers) => ({ count: answers.length })),
  ];
});

const MORE_THAN_TEN: readonly Row[] = [
  {
    operationId: "GetLatestProcesses",
    status: 200,
    when: "there are more than ten",
    async arrange(place) {
      const ids = await createTwelve(place);
      const newest = ids.toReversed().slice(0, 10);
      return arranged(place, {}, await Promise.all(newest.map((id) => expectedProcess(place, id))));
    },
  },
  {
    operationId: "GetProcessesCountExperimental",
    status: 200,
    when: "there are more than ten",
    async arrange(place) {
      await createTwelve(place);
      return arranged(place, {}, { count: 12 });
    },
  },
];

async function createTwelve({ rooms, game }: Place): Promise<string[]> {
  const ids: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    ids.push((await createProcess(rooms, game, count % 2 === 0 ? "Tokyo" : region)).processId);
  }
  return ids;
}

const BAD_FILTERS: readonly Row[] = ["GetLatestProcesses", "GetProcessesCountExperimental"].flatMap((operationId) =>
  (
    [
      ["a status is unknown", { statuses: ["running", "resting"] as ProcessStatus[] }, /^status: /, undefined],
      ["a region is unknown", { regions: ["Moon" as Region] }, /^region: /, undefined],
      ["`before` is no date", { before: 1e300 }, /^before: expected milliseconds since 1970$/, "sdk"],
    ] satisfies [string, Partial<Call>, RegExp, Row["only"]][]
  ).map(([when, call, message, only]): Row => ({
    operationId,
    status: 422,
    when,
    ...(only ? { only } : {}),
    arrange: (place) => arranged(place, call, { message: expect.stringMatching(message) }),
  })),
);

const CREATE_PROCESS: readonly Row[] = [
  {
    operationId: "CreateProcess",
    status: 201,
    when: "there is capacity",
    arrange: (place) => arranged(place, { region: "Tokyo" }, newProcess(place, "Tokyo")),
  },
  {
    operationId: "CreateProcess",
    status: 404,
    when: "the application has no deployment",
    async arrange(place) {
      await deleteDeployments(place);
      return arranged(place, { region }, { message: `application ${place.game.appId} has no deployment` });
    },
  },
  {
    operationId: "CreateProcess",
    status: 422,
    when: "the region is none of Hathora's",
    arrange: (place) => arranged(place, { region: "Moon" as Region }, { message: expect.stringMatching(/^region: /) }),
  },
  {
    operationId: "CreateProcess",
    status: 402,
    when: "the application has all the game servers that it may have",
    async arrange(place) {
      await limitGame(place, { maxProcesses: 0 });
      const message = "the application has all the game servers that it may have (maxProcesses)";
      return arranged(place, { region }, { message });
    },
  },
  {
    operationId: "CreateProcess",
    status: 429,
    when: "no further process may be started",
    game: FULL,
    async arrange(place) {
      await arrangeRoom(place);
      return arranged(place, { region }, { message: `no free slot in ${region}` });
    },
  },
  {
    operationId: "CreateProcess",
    status: 429,
    when: "no host is alive",
    async arrange(place) {
      await loseHosts(place);
      return arranged(place, { region }, { message: `no live process host in ${region}` });
    },
  },
  {
    operationId: "CreateProcess",
    status: 429,
    when: "the game server failed to start too often",
    async arrange(place) {
      await arrangeRoom(place);
      await stopPools(place);
      const message = `the game server failed to start five times in a row; ${region} pauses`;
      return arranged(place, { region }, { message });
    },
  },
];

const STOP_PROCESS: readonly Row[] = [
  {
    operationId: "StopProcess",
    status: 204,
    when: "it runs and has rooms, which are destroyed",
    async arrange(place) {
      const { processId } = await arrangeRunningRoom(place);
      await arrangeRoom(place);
      return {
        ...(await arranged(place, { processId }, undefined)),
        verify: () => isStopped(place, processId, "stopping"),
      };
    },
  },
  {
    operationId: "StopProcess",
    status: 204,
    when: "no host has taken it",
    async arrange(place) {
      const { starting } = await arrangeProcesses(place);
      const call = await arranged(place, { processId: starting }, undefined);
      return { ...call, verify: () => isStopped(place, starting, "stopped") };
    },
  },
  {
    operationId: "StopProcess",
    status: 204,
    when: "it had ended, and nothing changes",
    async arrange(place) {
      const { processId } = await arrangeUnscheduledRoom(place);
      const before = await expectedProcess(place, processId);
      return {
        ...(await arranged(place, { processId }, undefined)),
        verify: async () => expect(await expectedProcess(place, processId)).toEqual(before),
      };
    },
  },
];

async function isStopped(place: Place, processId: string, status: string): Promise<void> {
  expect(await expectedProcess(place, processId)).toMatchObject({ status, roomsAllocated: 0 });
  const living = await place.rooms.database.sql`
    select room_id from rooms where app_id = ${place.game.appId} and destroyed_at is null`;
  expect([...living]).toEqual([]);
}

const UNKNOWN_PROCESS: readonly Row[] = [
  "GetProcess",
  "StopProcess",
  "GetActiveRoomsForProcess",
  "GetInactiveRoomsForProcess",
  "GetProcessMetrics",
  "GetLogsForProcess",
  "DownloadLogForProcess",
  "HeartbeatStaticProcess",
  "DeregisterStaticProcess",
].flatMap((operationId): Row[] =>
  (
    [
      ["the process is unknown", () => UNKNOWN_ID],
      ["the processId is no UUID", () => "a/b c"],
      ["the process is another application's, of the same organisation", otherApplicationsProcess],
    ] as const
  ).map(([when, processIdOf]) => ({
    operationId,
    status: 404,
    when,
    async arrange(place) {
      const processId = await processIdOf(place);
      return arranged(place, { processId }, { message: `no process ${processId}` });
    },
  })),
);

async function otherApplicationsProcess({ rooms, game }: Place): Promise<string> {
  const { application } = await createTenant(rooms.database, game.application.orgId);
  await createDeployment(rooms.database, application);
  return (await createProcess(rooms, application, region)).processId;
}

const UNFORESEEN_ROWS: readonly Row[] = [
  "CreateProcess",
  "StopProcess",
  "RegisterStaticProcess",
  "HeartbeatStaticProcess",
  "DeregisterStaticProcess",
].flatMap((operationId): Row[] =>
  (
    [
      ["broken", "the database lacks what the operation needs"],
      ["lost", "the database is gone"],
    ] as const
  ).map(([gateway, when]) => ({
    operationId,
    status: 500,
    when,
    gateway,
    arrange: (place) => arranged(place, { processId: UNKNOWN_ID, region, registration: REGISTRATION }, UNFORESEEN),
  })),
);

/** ProcessesV3. */
export const PROCESS_ROWS: readonly Row[] = [
  ...GET_PROCESS,
  ...FILTERED,
  ...MORE_THAN_TEN,
  ...BAD_FILTERS,
  ...CREATE_PROCESS,
  ...STOP_PROCESS,
  ...UNKNOWN_PROCESS,
  ...UNFORESEEN_ROWS,
];
