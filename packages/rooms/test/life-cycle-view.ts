import {
  countProcesses,
  findRooms,
  getConnectionInfo,
  getProcess,
  latestProcesses,
  listActiveRooms,
  listInactiveRooms,
  listRooms,
  type GameProcess,
  type RoomSummary,
} from "@roombridge/rooms";
import { PROCESS_STATUSES } from "@roombridge/models/api";
import { expect } from "vitest";
import { readInfos, REGIONS_USED, reply, type Subject } from "./life-cycle-subject.ts";
import { findDeployment, isLive, liveRoom, liveRooms, openStay, processOf, roomsOn } from "./life-cycle-world.ts";
import type { ModelProcess, ModelRoom, World } from "./life-cycle-world.ts";

/** Everything that anybody can see of the application is what the model says. */
export async function expectWorld(subject: Subject, world: World, roomIds: readonly string[]): Promise<void> {
  await Promise.all([
    expectRooms(subject, world, roomIds),
    expectConnections(subject, world, roomIds),
    expectProcesses(subject, world),
    expectRoomsOfProcesses(subject, world),
    expectLists(subject, world),
    expectCredentials(subject, world),
  ]);
}

async function expectRooms(subject: Subject, world: World, roomIds: readonly string[]): Promise<void> {
  const infos = await readInfos(subject, roomIds);
  const actual = [...infos].map(([roomId, { answer, value }]) => ({
    roomId,
    answer,
    ...(value && { ...summary(value), stays: value.allocations.map((a) => [a.processId, a.unscheduledAt === null]) }),
  }));
  const expected = roomIds.map((roomId) => {
    // The live room, else the newest tombstone: in both cases the last one of this id.
    const room = world.rooms.findLast((other) => other.roomId === roomId);
    if (!room) return { roomId, answer: "room_not_found" };
    const stays = room.stays.map(({ processId, until }) => [processId, until === undefined]);
    return { answer: "ok", ...expectedSummary(room), stays };
  });
  expect(actual, "getRoomInfo").toEqual(expected);
}

function summary({ roomId, state, status, roomConfig, currentAllocation }: RoomSummary) {
  return { roomId, state, status, config: roomConfig, process: currentAllocation?.processId };
}

function expectedSummary(room: ModelRoom) {
  const { roomId, state, config } = room;
  const status = state === "active" || state === "destroyed" ? state : "scheduling";
  return { roomId, state, status, config: isLive(room) ? config : null, process: openStay(room)?.processId };
}

async function expectConnections({ rooms, appId }: Subject, world: World, roomIds: readonly string[]): Promise<void> {
  const actual = roomIds.map(async (roomId) => {
    const { answer, value } = await reply(getConnectionInfo(rooms, appId, roomId, { wake: false }));
    return [roomId, answer, value?.status === "active" ? value.exposedPort.port : value?.status];
  });
  const expected = roomIds.map((roomId) => {
    const room = liveRoom(world, roomId);
    if (room?.isStartFailed) return [roomId, "start_failed", undefined];
    const process = room && processOf(world, room);
    return process ? [roomId, "ok", process.port ?? "starting"] : [roomId, "room_not_found", undefined];
  });
  expect(await Promise.all(actual), "getConnectionInfo").toEqual(expected);
}

async function expectProcesses({ rooms, appId }: Subject, world: World): Promise<void> {
  const known = [...world.processes.values()];
  const processes = await Promise.all(known.map(({ processId }) => getProcess(rooms, appId, processId)));
  expect(processes.map(processView), "getProcess").toEqual(known.map((process) => expectedProcess(world, process)));

  const status = PROCESS_STATUSES[world.now % PROCESS_STATUSES.length] ?? "starting";
  const region = REGIONS_USED[world.now % 2] ?? "London";
  const before = processes[world.now % Math.max(processes.length, 1)]?.createdAt;
  for (const [filter, isMatch] of [
    [{}, () => true],
    [{ statuses: [status, "running"] }, (p: GameProcess) => p.status === status || p.status === "running"],
    [{ regions: [region], before }, (p: GameProcess) => p.region === region && (!before || p.createdAt < before)],
  ] as const) {
    const matching = processes.filter(isMatch);
    expect(await countProcesses(rooms, appId, filter), `countProcesses ${JSON.stringify(filter)}`).toBe(
      matching.length,
    );
    const groups = inOrder(
      known.filter(({ processId }) => matching.some((process) => process.processId === processId)),
      ({ createdAt }) => -createdAt,
    ).map((group) => group.map(({ processId }) => processId));
    const latest = await latestProcesses(rooms, appId, filter);
    expectGroups(
      latest.map(({ processId }) => processId),
      groups,
      10,
    );
  }
}

function processView(process: GameProcess) {
  const { processId, deploymentId, region, status, roomsAllocated, roomsPerProcess, exposedPort } = process;
  const { scheduledAt, bootedAt, startedAt, stoppingAt, terminatedAt, exitReason } = process;
  const isSet = [scheduledAt, bootedAt, startedAt, stoppingAt, terminatedAt].map((at) => at !== null);
  const port = exposedPort?.port;
  const hasReason = exitReason !== undefined;
  return { processId, deploymentId, region, status, roomsAllocated, roomsPerProcess, port, isSet, hasReason };
}

function expectedProcess(world: World, process: ModelProcess): ReturnType<typeof processView> {
  const { processId, region, port, owner, hasBooted, hasRun, stopReason, hasEnded } = process;
  const isOutdated = process.deployment !== findDeployment(world, undefined);
  const status = process.status === "running" && isOutdated ? "draining" : process.status;
  const { deploymentId, roomsPerProcess } = process.deployment;
  return {
    ...{
      processId,
      deploymentId,
      region,
      status,
      roomsAllocated: roomsOn(world, process).length,
      roomsPerProcess,
      port,
    },
    isSet: [owner !== undefined, hasBooted, hasRun, stopReason !== undefined, hasEnded],
    hasReason: hasEnded,
  };
}

async function expectRoomsOfProcesses({ rooms, appId }: Subject, world: World): Promise<void> {
  const checks = [...world.processes.values()].map(async ({ processId }) => {
    const text = (room: object) => JSON.stringify(room);
    const here = world.rooms.filter((room) => openStay(room)?.processId === processId);
    const gone = world.rooms.filter((room) => lastHere(room, processId)?.until !== undefined);
    const active = (await listActiveRooms(rooms, appId, processId)).map(summary).map(text);
    const inactive = (await listInactiveRooms(rooms, appId, processId)).map(summary).map(text);
    const came = inOrder(here, (room) => openStay(room)?.from ?? 0);
    const left = inOrder(gone, (room) => -(lastHere(room, processId)?.until ?? 0));
    const texts = (groups: ModelRoom[][]) => groups.map((group) => group.map(expectedSummary).map(text));
    expectGroups(active, texts(came));
    expectGroups(inactive, texts(left));
  });
  await Promise.all(checks);
}

const lastHere = (room: ModelRoom, processId: string) => room.stays.findLast((stay) => stay.processId === processId);

async function expectLists({ rooms, appId }: Subject, world: World): Promise<void> {
  const newest = liveRooms(world).toReversed();
  const limit = 1 + (world.now % 3);
  const found = async (filter: Omit<Parameters<typeof findRooms>[2], "limit">) => {
    const all = [];
    for (let cursor: string | undefined; ;) {
      const page = await findRooms(rooms, appId, { ...filter, limit, cursor });
      expect(page.rooms.length, "a page").toBeLessThanOrEqual(limit);
      all.push(...page.rooms.map((room) => ({ ...summary(room), region: room.region })));
      if (page.nextCursor === null) return all;
      cursor = page.nextCursor;
    }
  };
  const shown = (rows: ModelRoom[]) => rows.map((room) => ({ ...expectedSummary(room), region: room.region }));
  expect(await found({}), "findRooms").toEqual(shown(newest));
  const states = world.now % 2 === 0 ? (["active", "scheduling"] as const) : (["suspended"] as const);
  expect(await found({ states }), "findRooms of states").toEqual(
    shown(newest.filter(({ state }) => states.some((wanted) => wanted === state))),
  );
  expect(await found({ regions: ["London"], states: ["active", "unscheduled"] }), "findRooms of a region").toEqual(
    shown(newest.filter(({ region, state }) => region === "London" && (state === "active" || state === "unscheduled"))),
  );
  const listed = (await listRooms(rooms, appId, limit)).map(({ roomId, username }) => [roomId, username]);
  expect(listed, "listRooms").toEqual(newest.slice(0, limit).map((room) => [room.roomId, room.credential.username]));
}

/** coturn knows exactly the credentials that are on. */
async function expectCredentials({ database, appId }: Subject, world: World): Promise<void> {
  const rows = await database.sql<{ name: string }[]>`
    select t.name from coturn.turnusers_lt t join turn_credentials c on c.username = t.name join rooms r using (room_key)
     where r.app_id = ${appId}`;
  const on = world.rooms.flatMap(({ credential, playerCredentials }) =>
    credential.isOn && !credential.isRevoked
      ? [credential, ...playerCredentials].filter((one) => !one.isRevoked && !one.isExpired)
      : [],
  );
  expect(rows.map(({ name }) => name).sort(), "coturn.turnusers_lt").toEqual(on.map(({ username }) => username).sort());
}

/** In groups of those that happened together, the lowest rank first. */
function inOrder<Item>(items: readonly Item[], rank: (item: Item) => number): Item[][] {
  const groups = Map.groupBy(items, rank);
  return [...groups.keys()].sort((a, b) => a - b).map((key) => groups.get(key) ?? []);
}

/** A list in this order, except that those of one group may stand in any; at most the first `limit`. */
function expectGroups(actual: readonly string[], groups: readonly string[][], limit = Infinity): void {
  expect(actual.length).toBe(Math.min(limit, groups.flat().length));
  let from = 0;
  for (const group of groups) {
    const part = actual.slice(from, from + group.length);
    const expected = part.length === group.length ? group : group.filter((item) => part.includes(item));
    expect(part.toSorted()).toEqual(expected.toSorted());
    from += group.length;
  }
}
