import type { ExposedPort, Region, RegisterStaticProcessParams } from "@roombridge/models/api";
import {
  claimProcesses,
  createProcess,
  createRoom,
  destroyRoom,
  endLostStaticProcesses,
  endProcess,
  registerStaticProcess,
  reportBooted,
  reportRunning,
  stopProcess,
  suspendRoom,
  type RoomsContext,
  type StaticProcess,
} from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import type { Game } from "./suite.ts";

/** A game on a database of the test. */
export interface Place {
  readonly rooms: RoomsContext;
  readonly game: Game;
}

export interface RoomSettings {
  readonly roomId?: string;
  readonly roomConfig?: string;
  readonly region?: Region;
  readonly deploymentId?: string;
}

export interface ArrangedRoom {
  readonly roomId: string;
  readonly processId: string;
}

/** Where a process of `runProcesses` is found. */
export const MAIN_PORT: ExposedPort = { host: "127.0.0.1", name: "default", port: 20_555, transportType: "tls" };
export const OTHER_PORT: ExposedPort = { host: "127.0.0.1", name: "voice", port: 20_556, transportType: "udp" };

/** A room whose process waits for a host, unless one with a free slot is there. */
export async function arrangeRoom({ rooms, game }: Place, settings: RoomSettings = {}): Promise<ArrangedRoom> {
  const { application } = game;
  const { roomId, processId } = await createRoom(rooms, { application, region: TEST_REGION, ...settings });
  if (processId === undefined) throw new Error("the room should have a process");
  return { roomId, processId };
}

/** Has the host take all processes that wait. */
export async function claimAll({ rooms, game }: Place): Promise<string[]> {
  const orders = await claimProcesses(rooms.database, { ...game.host, limit: 1_000 });
  return orders.map(({ processId }) => processId);
}

/** Has the host run all processes that wait. */
export async function runProcesses(place: Place, others: readonly ExposedPort[] = [OTHER_PORT]): Promise<void> {
  const { rooms, game } = place;
  for (const processId of await claimAll(place)) {
    await reportBooted(rooms.database, processId);
    const { incarnation } = game.host;
    await reportRunning(rooms.database, {
      processId,
      incarnation,
      exposedPort: MAIN_PORT,
      additionalExposedPorts: others,
    });
  }
}

/** A room on a process that runs. */
export async function arrangeRunningRoom(place: Place, settings: RoomSettings = {}): Promise<ArrangedRoom> {
  const room = await arrangeRoom(place, settings);
  await runProcesses(place);
  return room;
}

/** The processId is that of the process which it left. */
export async function arrangeSuspendedRoom(place: Place, settings: RoomSettings = {}): Promise<ArrangedRoom> {
  const room = await arrangeRunningRoom(place, settings);
  await suspendRoom(place.rooms, place.game.appId, room.roomId);
  return room;
}

/** A room whose process has crashed. */
export async function arrangeUnscheduledRoom(place: Place, settings: RoomSettings = {}): Promise<ArrangedRoom> {
  const room = await arrangeRunningRoom(place, settings);
  await endProcess(place.rooms.database, { processId: room.processId, reason: "exited", exitCode: 1 });
  return room;
}

/** A room whose game server has failed to start three times. */
export async function arrangeFailedRoom(place: Place, settings: RoomSettings = {}): Promise<ArrangedRoom> {
  const { database } = place.rooms;
  const room = await arrangeRoom(place, settings);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const [current] = await database.sql<{ processId: string }[]>`
      select a.process_id as "processId" from room_allocations a join rooms r on r.room_key = a.room_key
       where r.app_id = ${place.game.appId} and r.room_id = ${room.roomId} and a.unscheduled_at is null`;
    if (!current) throw new Error("the room should have been placed again");
    await endProcess(database, { ...current, reason: "port_taken" });
  }
  return room;
}

export async function arrangeDestroyedRoom(place: Place, settings: RoomSettings = {}): Promise<ArrangedRoom> {
  const room = await arrangeRunningRoom(place, settings);
  await destroyRoom(place.rooms, place.game.appId, room.roomId);
  return room;
}

/** A room without a game server, as RoomService creates where the application has no deployment. */
export async function arrangeRoomWithoutProcess(place: Place, settings: RoomSettings = {}): Promise<string> {
  const { rooms, game } = place;
  return withoutDeployments(place, async () => {
    const { application } = game;
    const input = { application, region: TEST_REGION, needsProcess: false, ...settings };
    return (await createRoom(rooms, input)).roomId;
  });
}

/** Deletes the deployments of the game. */
export async function deleteDeployments({ rooms, game }: Place): Promise<void> {
  await rooms.database.sql`update deployments set deleted_at = clock_timestamp() where app_id = ${game.appId}`;
}

async function withoutDeployments<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const { rooms, game } = place;
  await deleteDeployments(place);
  const result = await work();
  await rooms.database.sql`update deployments set deleted_at = null where app_id = ${game.appId}`;
  return result;
}

/** No host is alive any more. */
export async function loseHosts({ rooms }: Place): Promise<void> {
  await rooms.database.sql`update hosts set beat_at = '-infinity'`;
}

/** What the operator lets the application have, from now on. */
export async function limitGame(
  { rooms, game }: Place,
  { maxProcesses, maxRooms }: { readonly maxProcesses?: number; readonly maxRooms?: number },
): Promise<void> {
  await rooms.database.sql`
    update applications set max_processes = ${maxProcesses ?? null}, max_rooms = ${maxRooms ?? null} where app_id = ${game.appId}`;
}

/** The pools of the game pause, as after five start failures in a row. */
export async function stopPools({ rooms, game }: Place): Promise<void> {
  await rooms.database.sql`
    update pools set stopped_until = clock_timestamp() + interval '60 seconds' where app_id = ${game.appId}`;
}

/** How a game server registers that somebody else has started. */
export const REGISTRATION: RegisterStaticProcessParams = {
  name: "anna-laptop",
  instanceId: "5f0c9c1e-6a0f-4c8e-9a53-0d6c7f6f2a11",
  region: TEST_REGION,
  exposedPort: { host: MAIN_PORT.host, port: MAIN_PORT.port, transportType: MAIN_PORT.transportType },
  additionalExposedPorts: [OTHER_PORT],
};

/** A game server that has registered; its lease has no end. */
export async function arrangeStaticProcess(
  { rooms, game }: Place,
  params: Partial<RegisterStaticProcessParams> = {},
): Promise<StaticProcess> {
  const { application } = game;
  const registration = { ...REGISTRATION, ...params };
  const exposedPort = { ...registration.exposedPort, name: "default" };
  const process = await registerStaticProcess(rooms, { ...registration, application, exposedPort });
  await rooms.database.sql`
    update hosts set beat_at = 'infinity' where provider = 'static' and host_is_alive(beat_at)`;
  return process;
}

/** The registered game servers of the game have stopped sending heartbeats, and that was noticed. */
export async function loseStaticProcesses({ rooms }: Place): Promise<void> {
  await rooms.database.sql`update hosts set beat_at = '-infinity' where provider = 'static'`;
  await endLostStaticProcesses(rooms.database);
}

/** One process per status, without rooms; what waited before is claimed. */
export async function arrangeProcesses(place: Place): Promise<Record<ProcessKind, string>> {
  const { rooms, game } = place;
  const { database } = rooms;
  const { appId } = game;
  const create = async () => (await createProcess(rooms, { appId }, TEST_REGION)).processId;
  const running = await create();
  const draining = await create();
  const stopped = await create();
  const failed = await create();
  await runProcesses(place);
  await database.sql`update processes set status = 'draining' where process_id = ${draining}`;
  await endProcess(database, { processId: stopped, reason: "exited", exitCode: 0 });
  await endProcess(database, { processId: failed, reason: "exited", exitCode: 137, exitSignal: "SIGKILL" });
  const claimed = await create();
  const stopping = await create();
  await claimAll(place);
  await stopProcess(rooms, appId, stopping);
  const starting = await create();
  return { starting, claimed, running, draining, stopping, stopped, failed };
}

/** `claimed`: starting, on a host. */
export type ProcessKind = "starting" | "claimed" | "running" | "draining" | "stopping" | "stopped" | "failed";
