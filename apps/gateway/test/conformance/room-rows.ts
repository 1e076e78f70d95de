import type { Region } from "@roombridge/models/api";
import type { RoomState } from "@roombridge/models/db";
import { createRoom, destroyRoom, resumeRoom, suspendRoom } from "@roombridge/rooms";
import { createDeployment, createTenant, TEST_REGION } from "@roombridge/testing";
import { expect } from "vitest";
import {
  arrangeDestroyedRoom,
  arrangeFailedRoom,
  arrangeRoom,
  arrangeRoomWithoutProcess,
  arrangeRunningRoom,
  arrangeSuspendedRoom,
  arrangeUnscheduledRoom,
  deleteDeployments,
  limitGame,
  loseHosts,
  MAIN_PORT,
  OTHER_PORT,
  runProcesses,
  stopPools,
  type Place,
} from "../arrange.ts";
import { connection, expectedRoom, expectedSummary, ICE_SERVERS, UUID } from "./expected.ts";
import type { Arranged, Call, Row } from "./row.ts";

const region = TEST_REGION;
const PORTS = { main: MAIN_PORT, others: [OTHER_PORT] };
const FULL = { roomsPerProcess: 1, maxProcesses: 1 };
const GENERATED_ID = /^[0-9a-z]{16}$/;
export const UNFORESEEN = { message: expect.stringMatching(/^something failed on our side; .*\(request [\w-]+\)$/) };
const LATER = { message: `no free slot in ${region}` };
const NO_MORE_ROOMS = { message: "the application has all the rooms that it may have (maxRooms)" };
const NO_MORE_PROCESSES = { message: "the application has all the game servers that it may have (maxProcesses)" };
const NO_HOST = { message: `no live process host in ${region}` };
const PAUSED = { message: `the game server failed to start five times in a row; ${region} pauses` };
export const BAD_ROOM_ID = { message: "roomId: 1 to 100 characters of A-Z, a-z, 0-9, _ and -" };

/** What every call of the game's owner has. */
export function callOf({ game }: Place): Pick<Call, "appId" | "token"> {
  return { appId: game.appId, token: game.token };
}

/** Checks state and config of the live room of this id; `undefined` for none. */
async function expectLive(
  { rooms, game }: Place,
  roomId: string,
  expected: { readonly state?: RoomState; readonly roomConfig?: string } | undefined,
): Promise<void> {
  const [row] = await rooms.database.sql`
    select state, room_config as "roomConfig" from rooms
     where app_id = ${game.appId} and room_id = ${roomId} and destroyed_at is null`;
  if (expected) expect(row).toMatchObject(expected);
  else expect(row).toBeUndefined();
}

const CREATE_ROOM: readonly Row[] = [
  {
    operationId: "CreateRoom",
    status: 201,
    when: "the room needs a new process",
    arrange: (place) =>
      arranged(
        place,
        { params: { region } },
        {
          ...connection(expect.stringMatching(GENERATED_ID)),
          processId: expect.stringMatching(UUID),
          iceServers: ICE_SERVERS,
        },
      ),
  },
  {
    operationId: "CreateRoom",
    status: 201,
    when: "a process runs",
    async arrange(place) {
      const { processId } = await arrangeRunningRoom(place);
      const roomId = "Lobby_1-a";
      const params = { region, roomConfig: '{"mode":"duel"}', clientIPs: ["123.123.123.123"] };
      return {
        call: { ...callOf(place), roomId, params: { ...params, deploymentId: place.game.deploymentId } },
        body: { ...connection(roomId, PORTS), processId, iceServers: ICE_SERVERS },
        verify: () => expectLive(place, roomId, { state: "active", roomConfig: params.roomConfig }),
      };
    },
  },
  {
    operationId: "CreateRoom",
    status: 201,
    when: "the room that had the id is destroyed",
    async arrange(place) {
      const { roomId, processId } = await arrangeDestroyedRoom(place);
      const body = { ...connection(roomId, PORTS), processId, iceServers: ICE_SERVERS };
      return { call: { ...callOf(place), roomId, params: { region, roomConfig: "" } }, body };
    },
  },
  {
    operationId: "CreateRoom",
    status: 400,
    when: "a live room has the id",
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      return arranged(place, { roomId, params: { region } }, { message: `room ${roomId} already exists` });
    },
  },
  {
    operationId: "CreateRoom",
    status: 400,
    when: "the application has no deployment",
    async arrange(place) {
      await deleteDeployments(place);
      const message = `application ${place.game.appId} has no deployment`;
      return arranged(place, { params: { region } }, { message });
    },
  },
  {
    operationId: "CreateRoom",
    status: 404,
    when: "the deployment is unknown",
    arrange: (place) =>
      arranged(place, { params: { region, deploymentId: "dep-unknown" } }, { message: "no deployment dep-unknown" }),
  },
  {
    operationId: "CreateRoom",
    status: 404,
    when: "the deployment is another application's, of the same organisation",
    async arrange(place) {
      const { database } = place.rooms;
      const { application } = await createTenant(database, place.game.application.orgId);
      const deploymentId = await createDeployment(database, application);
      return arranged(place, { params: { region, deploymentId } }, { message: `no deployment ${deploymentId}` });
    },
  },
  ...(
    [
      ["the region is none of Hathora's", { params: { region: "Moon" as Region } }, /^region: /],
      ["roomConfig has 10,001 characters", { params: { region, roomConfig: "x".repeat(10_001) } }, /^roomConfig: /],
      ["roomConfig contains U+0000", { params: { region, roomConfig: "\u0000" } }, /^roomConfig: must not contain/],
      ["the roomId breaks its rule", { params: { region }, roomId: "a/b c" }, /^roomId: 1 to 100 characters/],
      ["the roomId is too long", { params: { region }, roomId: "x".repeat(101) }, /^roomId: 1 to 100 characters/],
    ] as const
  ).map(([when, call, message]): Row => ({
    operationId: "CreateRoom",
    status: 422,
    when,
    arrange: (place) => arranged(place, call, { message: expect.stringMatching(message) }),
  })),
  {
    operationId: "CreateRoom",
    status: 402,
    when: "the application has all the rooms that it may have",
    async arrange(place) {
      await arrangeRoom(place);
      await limitGame(place, { maxRooms: 1 });
      return arranged(place, { params: { region } }, NO_MORE_ROOMS);
    },
  },
  {
    operationId: "CreateRoom",
    status: 402,
    when: "the application has all the game servers that it may have",
    async arrange(place) {
      await limitGame(place, { maxProcesses: 0 });
      return arranged(place, { params: { region } }, NO_MORE_PROCESSES);
    },
  },
  {
    operationId: "CreateRoom",
    status: 429,
    when: "every slot is taken",
    game: FULL,
    async arrange(place) {
      await arrangeRoom(place);
      return arranged(place, { params: { region } }, LATER);
    },
  },
  {
    operationId: "CreateRoom",
    status: 429,
    when: "no host is alive",
    async arrange(place) {
      await loseHosts(place);
      return arranged(place, { params: { region } }, NO_HOST);
    },
  },
  {
    operationId: "CreateRoom",
    status: 429,
    when: "the game server failed to start too often",
    game: FULL,
    async arrange(place) {
      await arrangeRoom(place);
      await stopPools(place);
      return arranged(place, { params: { region } }, PAUSED);
    },
  },
];

const GET_ROOM_INFO: readonly Row[] = [
  {
    operationId: "GetRoomInfo",
    status: 200,
    when: "the room has just been created",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place, { roomConfig: '{"mode":"duel"}' });
      const body = await expectedRoom(place, roomId, { status: "active", roomConfig: '{"mode":"duel"}' });
      expect(body.allocations).toHaveLength(1);
      return arranged(place, { roomId }, body);
    },
  },
  {
    operationId: "GetRoomInfo",
    status: 200,
    when: "the room came back on another process",
    async arrange(place) {
      const { roomId } = await arrangeUnscheduledRoom(place);
      await resumeRoom(place.rooms, place.game.application, roomId);
      const body = await expectedRoom(place, roomId, { status: "active" });
      expect(body.allocations.map(({ unscheduledAt }) => unscheduledAt)).toEqual([expect.any(Date), null]);
      return arranged(place, { roomId }, body);
    },
  },
  ...(
    [
      ["the room is suspended", arrangeSuspendedRoom],
      ["the room has lost its process", arrangeUnscheduledRoom],
    ] as const
  ).map(([when, arrange]): Row => ({
    operationId: "GetRoomInfo",
    status: 200,
    when,
    async arrange(place) {
      const { roomId } = await arrange(place, { roomConfig: "kept" });
      const body = await expectedRoom(place, roomId, { status: "scheduling", roomConfig: "kept" });
      return arranged(place, { roomId }, { ...body, currentAllocation: null });
    },
  })),
  {
    operationId: "GetRoomInfo",
    status: 200,
    when: "the room has no game server",
    async arrange(place) {
      const roomId = await arrangeRoomWithoutProcess(place);
      return arranged(place, { roomId }, await expectedRoom(place, roomId, { status: "scheduling" }));
    },
  },
  {
    operationId: "GetRoomInfo",
    status: 200,
    when: "the room is destroyed",
    async arrange(place) {
      const { roomId } = await arrangeDestroyedRoom(place, { roomConfig: "gone" });
      return arranged(place, { roomId }, await expectedRoom(place, roomId, { status: "destroyed" }));
    },
  },
  {
    operationId: "GetRoomInfo",
    status: 422,
    when: "the roomId breaks its rule",
    arrange: (place) => arranged(place, { roomId: "a/b c" }, BAD_ROOM_ID),
  },
];

const GET_CONNECTION_INFO: readonly Row[] = [
  {
    operationId: "GetConnectionInfo",
    status: 200,
    when: "the process starts",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      return { call: { appId: place.game.appId, roomId }, body: connection(roomId) };
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 200,
    when: "the process runs, whatever token comes along",
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      return { call: { appId: place.game.appId, roomId, token: "garbage" }, body: connection(roomId, PORTS) };
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 200,
    when: "it wakes a suspended room",
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      return {
        call: { appId: place.game.appId, roomId },
        body: connection(roomId, PORTS),
        verify: () => expectLive(place, roomId, { state: "active" }),
      };
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 400,
    when: "the game server did not start",
    async arrange(place) {
      const { roomId } = await arrangeFailedRoom(place);
      return arranged(place, { roomId }, { message: "the game server did not start" });
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 400,
    when: "the room would wake, but its deployment is gone",
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      await deleteDeployments(place);
      const message = `application ${place.game.appId} has no deployment for the room`;
      return arranged(place, { roomId }, { message });
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 404,
    when: "the room has lost its process",
    async arrange(place) {
      const { roomId } = await arrangeUnscheduledRoom(place);
      return arranged(place, { roomId }, { message: "room is not running; resume it" });
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 404,
    when: "the room is suspended and the gateway wakes none",
    gateway: "sleepy",
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      return arranged(place, { roomId }, { message: "room is not running; resume it" });
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 404,
    when: "the room has no game server",
    async arrange(place) {
      const roomId = await arrangeRoomWithoutProcess(place);
      return arranged(place, { roomId }, { message: "room has no game server" });
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 422,
    when: "the roomId breaks its rule",
    arrange: (place) => arranged(place, { roomId: "a/b c" }, BAD_ROOM_ID),
  },
  {
    operationId: "GetConnectionInfo",
    status: 402,
    when: "the room would wake and the application has all the game servers that it may have",
    game: FULL,
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      await arrangeRoom(place);
      await limitGame(place, { maxProcesses: 0 });
      return arranged(place, { roomId }, NO_MORE_PROCESSES);
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 429,
    when: "the room was woken less than ten seconds ago",
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      const { sql } = place.rooms.database;
      // A busy machine may well need ten seconds for one row.
      await sql`update rooms set woken_at = clock_timestamp() + interval '1 minute' where room_id = ${roomId}`;
      return arranged(place, { roomId }, { message: "the room was woken a moment ago" });
    },
  },
  {
    operationId: "GetConnectionInfo",
    status: 429,
    when: "every slot is taken and the room would wake",
    game: FULL,
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      await arrangeRoom(place);
      return arranged(place, { roomId }, LATER);
    },
  },
];

const UPDATE_ROOM_CONFIG: readonly Row[] = [
  ...(
    [
      ["the room is active", arrangeRoom, '{"round":2}'],
      ["the room is suspended", arrangeSuspendedRoom, ""],
      ["the room has lost its process", arrangeUnscheduledRoom, "\u{1F3AE}".repeat(5_000)],
    ] as const
  ).map(([when, arrange, roomConfig]): Row => ({
    operationId: "UpdateRoomConfig",
    status: 204,
    when,
    async arrange(place) {
      const { roomId } = await arrange(place, { roomConfig: "old" });
      return {
        call: { ...callOf(place), roomId, roomConfig },
        verify: () => expectLive(place, roomId, { roomConfig }),
      };
    },
  })),
  {
    operationId: "UpdateRoomConfig",
    status: 422,
    when: "roomConfig has 10,001 characters",
    async arrange(place) {
      const { roomId } = await arrangeRoom(place);
      const body = { message: expect.stringMatching(/^roomConfig: /) };
      return arranged(place, { roomId, roomConfig: "x".repeat(10_001) }, body);
    },
  },
  {
    operationId: "UpdateRoomConfig",
    status: 422,
    when: "the roomId breaks its rule",
    arrange: (place) => arranged(place, { roomId: "a/b c", roomConfig: "new" }, BAD_ROOM_ID),
  },
];

const SUSPEND_ROOM: readonly Row[] = (
  [
    ["the room is active", arrangeRunningRoom],
    ["the room is suspended already", arrangeSuspendedRoom],
    ["the room has lost its process", arrangeUnscheduledRoom],
    ["the room has no game server", async (place: Place) => ({ roomId: await arrangeRoomWithoutProcess(place) })],
  ] as const
).map(([when, arrange]) => ({
  operationId: "SuspendRoomV2Deprecated",
  status: 204,
  when,
  async arrange(place) {
    const { roomId } = await arrange(place);
    return {
      call: { ...callOf(place), roomId },
      verify: () => expectLive(place, roomId, { state: "suspended" }),
    };
  },
}));

const RESUME_ROOM: readonly Row[] = [
  {
    operationId: "ResumeRoom",
    status: 200,
    when: "the room is suspended, and a process runs",
    async arrange(place) {
      const { roomId, processId } = await arrangeSuspendedRoom(place);
      return {
        call: { ...callOf(place), roomId },
        body: { ...connection(roomId, PORTS), processId, iceServers: ICE_SERVERS },
        verify: () => expectLive(place, roomId, { state: "active" }),
      };
    },
  },
  ...(
    [
      ["the room has lost its process", arrangeUnscheduledRoom],
      ["the game server had not started", arrangeFailedRoom],
    ] as const
  ).map(([when, arrange]): Row => ({
    operationId: "ResumeRoom",
    status: 200,
    when,
    async arrange(place) {
      const { roomId } = await arrange(place);
      const processId = expect.stringMatching(UUID);
      return arranged(place, { roomId }, { ...connection(roomId), processId, iceServers: ICE_SERVERS });
    },
  })),
  {
    operationId: "ResumeRoom",
    status: 200,
    when: "the room is active, and stays as it is",
    async arrange(place) {
      const { roomId, processId } = await arrangeRunningRoom(place);
      const before = await expectedRoom(place, roomId, { status: "active" });
      return {
        call: { ...callOf(place), roomId },
        body: { ...connection(roomId, PORTS), processId, iceServers: ICE_SERVERS },
        verify: async () => expect(await expectedRoom(place, roomId, { status: "active" })).toEqual(before),
      };
    },
  },
  {
    operationId: "ResumeRoom",
    status: 200,
    when: "the room has no game server, and needs none",
    async arrange(place) {
      const roomId = await arrangeRoomWithoutProcess(place);
      await suspendRoom(place.rooms, place.game.appId, roomId);
      await deleteDeployments(place);
      return arranged(place, { roomId }, { ...connection(roomId), iceServers: ICE_SERVERS });
    },
  },
  {
    operationId: "ResumeRoom",
    status: 400,
    when: "its deployment is gone",
    async arrange(place) {
      const { roomId } = await arrangeUnscheduledRoom(place);
      await deleteDeployments(place);
      const message = `application ${place.game.appId} has no deployment for the room`;
      return arranged(place, { roomId }, { message });
    },
  },
  {
    operationId: "ResumeRoom",
    status: 422,
    when: "the roomId breaks its rule",
    arrange: (place) => arranged(place, { roomId: "a/b c" }, BAD_ROOM_ID),
  },
  {
    operationId: "ResumeRoom",
    status: 402,
    when: "the application has all the game servers that it may have",
    async arrange(place) {
      const { roomId } = await arrangeUnscheduledRoom(place);
      await limitGame(place, { maxProcesses: 0 });
      return arranged(place, { roomId }, NO_MORE_PROCESSES);
    },
  },
  {
    operationId: "ResumeRoom",
    status: 429,
    when: "every slot is taken",
    game: FULL,
    async arrange(place) {
      const { roomId } = await arrangeSuspendedRoom(place);
      await arrangeRoom(place);
      return arranged(place, { roomId }, LATER);
    },
  },
  {
    operationId: "ResumeRoom",
    status: 429,
    when: "no host is alive",
    async arrange(place) {
      const { roomId } = await arrangeUnscheduledRoom(place);
      await loseHosts(place);
      return arranged(place, { roomId }, NO_HOST);
    },
  },
  {
    operationId: "ResumeRoom",
    status: 429,
    when: "the game server failed to start too often",
    async arrange(place) {
      const { roomId } = await arrangeUnscheduledRoom(place);
      await stopPools(place);
      return arranged(place, { roomId }, PAUSED);
    },
  },
];

const DESTROY_ROOM: readonly Row[] = (
  [
    ["the room is active", arrangeRunningRoom],
    ["the room is suspended", arrangeSuspendedRoom],
    ["the room has lost its process", arrangeUnscheduledRoom],
  ] as const
).map(([when, arrange]) => ({
  operationId: "DestroyRoom",
  status: 204,
  when,
  async arrange(place) {
    const { roomId } = await arrange(place);
    return {
      call: { ...callOf(place), roomId },
      verify: () => expectLive(place, roomId, undefined),
    };
  },
}));

const ROOMS_OF_PROCESS: readonly Row[] = [
  {
    operationId: "GetActiveRoomsForProcess",
    status: 200,
    when: "the process has two rooms and lost a third, in the order in which they came",
    async arrange(place) {
      const first = await arrangeRoom(place, { roomConfig: "first" });
      const gone = await arrangeRoom(place);
      const second = await arrangeRoom(place);
      await destroyRoom(place.rooms, place.game.appId, gone.roomId);
      return arranged(place, { processId: first.processId }, [
        await expectedSummary(place, first.roomId, { status: "active", roomConfig: "first" }),
        await expectedSummary(place, second.roomId, { status: "active" }),
      ]);
    },
  },
  {
    operationId: "GetActiveRoomsForProcess",
    status: 200,
    when: "the process has ended",
    async arrange(place) {
      const { processId } = await arrangeUnscheduledRoom(place);
      return arranged(place, { processId }, []);
    },
  },
  {
    operationId: "GetInactiveRoomsForProcess",
    status: 200,
    when: "rooms were suspended, destroyed and moved, the last to leave first",
    game: { roomsPerProcess: 3, maxProcesses: 10 },
    async arrange(place) {
      const { rooms, game } = place;
      const suspended = await arrangeRoom(place, { roomConfig: "kept" });
      const destroyed = await arrangeRoom(place);
      const moved = await arrangeRoom(place);
      await runProcesses(place);
      await suspendRoom(rooms, game.appId, suspended.roomId);
      await destroyRoom(rooms, game.appId, destroyed.roomId);
      await suspendRoom(rooms, game.appId, moved.roomId);
      for (const _ of [1, 2, 3]) await arrangeRoom(place);
      await resumeRoom(rooms, game.application, moved.roomId);
      const body = [
        await expectedSummary(place, moved.roomId, { status: "active" }),
        await expectedSummary(place, destroyed.roomId, { status: "destroyed" }),
        await expectedSummary(place, suspended.roomId, { status: "scheduling", roomConfig: "kept" }),
      ];
      expect(body[0]?.currentAllocation?.processId).not.toBe(moved.processId);
      return arranged(place, { processId: moved.processId }, body);
    },
  },
  {
    operationId: "GetInactiveRoomsForProcess",
    status: 200,
    when: "no room has left the process",
    async arrange(place) {
      const { processId } = await arrangeRoom(place);
      return arranged(place, { processId }, []);
    },
  },
];

/** One live room per state, oldest first, with what ListRooms shows of each. */
async function arrangeLiveRooms(place: Place): Promise<Readonly<Record<string, unknown>>[]> {
  const unscheduled = await arrangeUnscheduledRoom(place, { roomConfig: "a" });
  const scheduling = await arrangeRoomWithoutProcess(place);
  const suspended = await arrangeSuspendedRoom(place);
  const active = await arrangeRoom(place, { region: "Tokyo", roomConfig: "b" });
  await arrangeDestroyedRoom(place);
  const listed = async (
    roomId: string,
    state: string,
    settings: Parameters<typeof expectedRoom>[2],
    regionOfRoom: Region = region,
  ) => {
    const [row] = await place.rooms.database.sql`
      select created_at as "createdAt" from rooms where app_id = ${place.game.appId} and room_id = ${roomId}`;
    return { ...(await expectedSummary(place, roomId, settings)), state, region: regionOfRoom, ...row };
  };
  return [
    await listed(unscheduled.roomId, "unscheduled", { status: "scheduling", roomConfig: "a" }),
    await listed(scheduling, "scheduling", { status: "scheduling" }),
    await listed(suspended.roomId, "suspended", { status: "scheduling" }),
    await listed(active.roomId, "active", { status: "active", roomConfig: "b" }, "Tokyo"),
  ];
}

const LIST_ROOMS: readonly Row[] = [
  {
    operationId: "ListRooms",
    status: 200,
    when: "there is a room of every state, newest first",
    async arrange(place) {
      const rooms = await arrangeLiveRooms(place);
      return arranged(place, {}, { rooms: rooms.toReversed(), nextCursor: null });
    },
  },
  {
    operationId: "ListRooms",
    status: 200,
    when: "states are chosen",
    async arrange(place) {
      const rooms = await arrangeLiveRooms(place);
      const chosen = rooms.filter(({ state }) => state !== "active" && state !== "scheduling");
      const call = { states: ["suspended" as const, "unscheduled" as const] };
      return arranged(place, call, { rooms: chosen.toReversed(), nextCursor: null });
    },
  },
  {
    operationId: "ListRooms",
    status: 200,
    when: "regions are chosen",
    async arrange(place) {
      const [, , , tokyo] = await arrangeLiveRooms(place);
      return arranged(place, { regions: ["Tokyo", "Dubai"] }, { rooms: [tokyo], nextCursor: null });
    },
  },
  {
    operationId: "ListRooms",
    status: 200,
    when: "pages are short",
    async arrange(place) {
      const rooms = (await arrangeLiveRooms(place)).toReversed();
      const nextCursor = expect.stringMatching(/^[\w-]+$/);
      return arranged(place, { limit: 3 }, { rooms: rooms.slice(0, 3), nextCursor });
    },
  },
  {
    operationId: "ListRooms",
    status: 200,
    when: "there is none",
    arrange: (place) => arranged(place, {}, { rooms: [], nextCursor: null }),
  },
  ...(
    [
      ["a state is unknown", { states: ["asleep" as "suspended"] }, /^state: /],
      ["destroyed rooms are asked for", { states: ["destroyed" as "suspended"] }, /^state: /],
      ["a region is unknown", { regions: ["Moon" as Region] }, /^region: /],
      ["the limit is too high", { limit: 501 }, /^limit: expected a whole number from 1 to 500$/],
      ["the limit is no whole number", { limit: 1.5 }, /^limit: /],
      ["the cursor is none of ours", { cursor: "made-up" }, /^cursor: expected the nextCursor of another page$/],
    ] satisfies [string, Partial<Call>, RegExp][]
  ).map(([when, call, message]): Row => ({
    operationId: "ListRooms",
    status: 422,
    when,
    arrange: (place) => arranged(place, call, { message: expect.stringMatching(message) }),
  })),
];

/** Operations that name a room which is not there. */
const UNKNOWN_ROOM: readonly Row[] = [
  "GetRoomInfo",
  "GetConnectionInfo",
  "UpdateRoomConfig",
  "SuspendRoomV2Deprecated",
  "ResumeRoom",
  "DestroyRoom",
].flatMap((operationId): Row[] => {
  const row = (when: string, roomIdOf: (place: Place) => Promise<string>): Row => ({
    operationId,
    status: 404,
    when,
    async arrange(place) {
      const roomId = await roomIdOf(place);
      return arranged(place, { roomId, roomConfig: "new" }, { message: `no room ${roomId}` });
    },
  });
  const isInfo = operationId === "GetRoomInfo";
  const takesAnyId = ["SuspendRoomV2Deprecated", "DestroyRoom"].includes(operationId);
  return [
    row("the room is unknown", () => Promise.resolve("unknown")),
    row("the room is another application's, of the same organisation", otherApplicationsRoom),
    ...(isInfo ? [] : [row("the room is destroyed", async (place) => (await arrangeDestroyedRoom(place)).roomId)]),
    ...(takesAnyId ? [row("the roomId breaks its rule", () => Promise.resolve("a/b c"))] : []),
  ];
});

export async function otherApplicationsRoom(place: Place): Promise<string> {
  const { rooms, game } = place;
  const { application } = await createTenant(rooms.database, game.application.orgId);
  await createDeployment(rooms.database, application);
  return (await createRoom(rooms, { application, region })).roomId;
}

/** The call is public, so an application that is not there is a room that is not there. */
const UNKNOWN_APPLICATION: readonly Row[] = [
  {
    operationId: "GetConnectionInfo",
    status: 404,
    when: "the application is unknown",
    async arrange(place) {
      const { roomId } = await arrangeRunningRoom(place);
      return arranged(place, { appId: "a/b ?#%", roomId }, { message: `no room ${roomId}` });
    },
  },
];

/** What the database cannot do any more. */
const UNFORESEEN_ROWS: readonly Row[] = [
  "CreateRoom",
  "GetConnectionInfo",
  "UpdateRoomConfig",
  "SuspendRoomV2Deprecated",
  "ResumeRoom",
  "DestroyRoom",
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
    arrange: (place) => arranged(place, { roomId: "any", roomConfig: "new", params: { region } }, UNFORESEEN),
  })),
);

export function arranged(place: Place, call: Partial<Call>, body: unknown): Promise<Arranged> {
  return Promise.resolve({ call: { ...callOf(place), ...call }, body });
}

/** RoomsV2, with the list of rooms that only we have. */
export const ROOM_ROWS: readonly Row[] = [
  ...CREATE_ROOM,
  ...GET_ROOM_INFO,
  ...GET_CONNECTION_INFO,
  ...UPDATE_ROOM_CONFIG,
  ...SUSPEND_ROOM,
  ...RESUME_ROOM,
  ...DESTROY_ROOM,
  ...ROOMS_OF_PROCESS,
  ...LIST_ROOMS,
  ...UNKNOWN_ROOM,
  ...UNKNOWN_APPLICATION,
  ...UNFORESEEN_ROWS,
];
