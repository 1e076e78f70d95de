import type { EndReason } from "@roombridge/rooms";
import type { Region } from "@roombridge/models/api";
import { placeAll, type Choose } from "./life-cycle-placement.ts";
import {
  findDeployment,
  liveRoom,
  openStay,
  poolOf,
  processOf,
  roomsOn,
  type Answer,
  type ModelCredential,
  type ModelPool,
  type ModelProcess,
  type ModelRoom,
  type World,
} from "./life-cycle-world.ts";

export interface CreateRequest {
  readonly roomId: string;
  readonly region: Region;
  readonly config: string | null;
  readonly pinned: string | undefined;
  /** As RoomService creates: the room expires, and does without a game server where there is no deployment. */
  readonly isThrift: boolean;
}

/** Design section 4, CreateRoom. Answers every refusal that the documents allow: they rank none of them. */
export function createRoom(
  world: World,
  request: CreateRequest,
  credential: ModelCredential,
  choose: Choose,
): Answer[] {
  const deployment = findDeployment(world, request.pinned);
  const refusals: Answer[] = [];
  if (liveRoom(world, request.roomId)) refusals.push("room_exists");
  if (!deployment && request.pinned !== undefined) refusals.push("deployment_not_found");
  else if (!deployment && !request.isThrift) refusals.push("no_deployment");
  if (refusals.length > 0) return refusals;
  const { isThrift, ...rest } = request;
  const room: ModelRoom = {
    ...rest,
    credential,
    playerCredentials: [],
    createdAt: world.now,
    state: "scheduling",
    hasServer: false,
    stays: [],
    placements: 0,
    isStartFailed: false,
    expires: isThrift ? "later" : undefined,
    isWokenRecently: false,
    isOld: false,
  };
  world.rooms.push(room);
  if (!deployment || placeAll(world, deployment, [room], choose).length === 0) return ["ok"];
  world.rooms.pop();
  return ["no_capacity"];
}

/** Hathora 2.5: one allocation for a room that is off its process, nothing for one that is on it. */
export function resumeRoom(world: World, roomId: string, choose: Choose): Answer {
  const room = liveRoom(world, roomId);
  if (!room) return "room_not_found";
  if (room.state === "active") {
    if (room.credential.isExpired) renew(room);
    return "ok";
  }
  return allocate(world, room, choose);
}

/** Design section 4, GetConnectionInfo: it wakes only what the suspend call has put to sleep, once in ten seconds. */
export function connect(world: World, roomId: string, isWake: boolean, choose: Choose): Answer {
  const room = liveRoom(world, roomId);
  if (!room) return "room_not_found";
  if (room.state === "active") return "ok";
  if (room.isStartFailed) return "start_failed";
  if (room.state !== "suspended" || !room.hasServer || !isWake) return "room_not_found";
  if (room.isWokenRecently) return "rate_limited";
  room.isWokenRecently = true;
  return allocate(world, room, choose);
}

function allocate(world: World, room: ModelRoom, choose: Choose): Answer {
  const deployment = findDeployment(world, room.pinned);
  if (deployment) {
    if (placeAll(world, deployment, [room], choose).length > 0) return "no_capacity";
    room.placements = 1;
  } else {
    if (room.hasServer || room.state !== "suspended") return "no_deployment";
    room.state = "scheduling";
  }
  room.isStartFailed = false;
  room.isOld = false;
  room.credential.isOn = true;
  renew(room);
  return "ok";
}

export function suspendRoom(world: World, roomId: string): Answer {
  const room = liveRoom(world, roomId);
  if (!room) return "room_not_found";
  leave(world, room);
  room.state = "suspended";
  room.isStartFailed = false;
  room.isOld = false;
  room.credential.isOn = false;
  return "ok";
}

export function updateRoomConfig(world: World, roomId: string, config: string): Answer {
  const room = liveRoom(world, roomId);
  if (!room) return "room_not_found";
  room.config = config;
  return "ok";
}

export function destroyRoom(world: World, roomId: string): Answer {
  const room = liveRoom(world, roomId);
  if (!room) return "room_not_found";
  destroy(world, room);
  return "ok";
}

/** RoomService.get: past half of its life the credential is renewed, and a room that expires with it. */
export function getRoomCredential(world: World, roomId: string): Answer {
  const room = liveRoom(world, roomId);
  if (!room || room.state === "suspended") return "room_not_found";
  if (room.credential.isExpired) renew(room);
  return "ok";
}

/** Design section 4, TURN: issued anew each time; of one player's the four youngest stay. */
export function issueToPlayer(world: World, roomId: string, player: string, username = ""): Answer {
  const room = liveRoom(world, roomId);
  if (!room || room.state === "suspended" || room.expires === "due") return "room_not_found";
  room.playerCredentials.push({ player, username, isRevoked: false, isExpired: false });
  const live = room.playerCredentials.filter((one) => one.player === player && !one.isRevoked && !one.isExpired);
  for (const oldest of live.slice(0, -4)) oldest.isExpired = true;
  return "ok";
}

/** A player's credentials, or all: then the room has another of its own. Answers how many are revoked. */
export function revoke(
  world: World,
  roomId: string,
  player: string | null,
  replacement: string,
): { readonly answer: Answer; readonly count?: number } {
  const room = liveRoom(world, roomId);
  if (!room) return { answer: "room_not_found" };
  const revoked = room.playerCredentials.filter((one) => !one.isRevoked && (player === null || one.player === player));
  for (const one of revoked) one.isRevoked = true;
  if (player !== null) return { answer: "ok", count: revoked.length };
  const { isOn } = room.credential;
  room.credential = { username: replacement, password: "", isOn, isRevoked: false, isExpired: room.expires === "due" };
  return { answer: "ok", count: revoked.length + 1 };
}

/** StopProcess: its rooms are destroyed at once, and nothing is left to wait for when no host has taken it yet. */
export function stopProcess(world: World, process: ModelProcess): void {
  if (process.hasEnded) return;
  process.status = "stopping";
  process.stopReason = "stop_requested";
  for (const room of roomsOn(world, process)) destroy(world, room);
  if (!process.owner) endProcess(world, process, { reason: "exited", exitCode: 0 }, () => undefined);
}

export interface End {
  readonly reason: EndReason;
  readonly exitCode: number;
}

/** Design section 4, process end: the recorded reason decides, the exit code only when nobody asked. */
export function endProcess(world: World, process: ModelProcess, { reason, exitCode }: End, choose: Choose): boolean {
  if (process.hasEnded) return false;
  const { stopReason } = process;
  const isCleanExit = process.hasRun && reason === "exited" && exitCode === 0;
  const rooms = roomsOn(world, process);
  process.hasEnded = true;
  process.status = stopReason !== undefined || isCleanExit || reason === "host_shutdown" ? "stopped" : "failed";
  if (stopReason === "stop_requested" || (stopReason === undefined && isCleanExit)) {
    for (const room of rooms) destroy(world, room);
    return true;
  }
  if (stopReason !== undefined || process.hasRun) {
    for (const room of rooms) unschedule(world, room, false);
    return true;
  }
  const isHostGone = reason === "host_lost" || reason === "host_shutdown";
  if (!isHostGone) countStartFailure(poolOf(world, process.deployment, process.region));
  for (const room of rooms) leave(world, room);
  const again = rooms.filter((room) => room.placements < 3);
  const left = placeAll(world, process.deployment, again, choose);
  for (const room of rooms) if (left.includes(room) || !again.includes(room)) unschedule(world, room, !isHostGone);
  return true;
}

function countStartFailure(pool: ModelPool): void {
  pool.startFailures += 1;
  if (pool.startFailures < 5) return;
  pool.startFailures = 0;
  pool.isStopped = true;
}

/** Credentials and slot go with the room. */
export function destroy(world: World, room: ModelRoom): void {
  leave(world, room);
  room.state = "destroyed";
  room.isOld = false;
  room.credential.isRevoked = true;
}

/** The room is kept, its credential stays on. */
function unschedule(world: World, room: ModelRoom, isStartFailed: boolean): void {
  leave(world, room);
  room.state = "unscheduled";
  room.isOld = false;
  room.isStartFailed = isStartFailed;
}

function leave(world: World, room: ModelRoom): void {
  const stay = openStay(room);
  if (!stay) return;
  const process = processOf(world, room);
  if (process) process.isLongIdle = false;
  stay.until = world.now;
}

function renew(room: ModelRoom): void {
  room.credential.isExpired = false;
  if (room.expires !== undefined) room.expires = "later";
}
