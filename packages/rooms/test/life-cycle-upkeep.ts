import type { Region } from "@roombridge/models/api";
import type { StopReason } from "@roombridge/rooms";
import { destroy, endProcess, type End } from "./life-cycle-model.ts";
import { mayStart, newProcess, type Choose } from "./life-cycle-placement.ts";
import {
  findDeployment,
  isLive,
  openStay,
  roomsOn,
  type Answer,
  type ModelDeployment,
  type ModelHost,
  type ModelProcess,
  type World,
} from "./life-cycle-world.ts";

/** CreateProcess: on the newest deployment, without a room. */
export function createProcess(world: World, region: Region, processId: string | undefined): Answer {
  const deployment = findDeployment(world, undefined);
  if (!deployment) return "deployment_not_found";
  if (!mayStart(world, deployment, region)) return "no_capacity";
  if (processId !== undefined) world.processes.set(processId, newProcess(world, processId, deployment, region));
  return "ok";
}

/** A host takes the oldest processes that wait for one; of those that are equally old any. */
export function claim(world: World, host: ModelHost, limit: number, claimed: readonly string[]): void {
  const waiting = [...world.processes.values()].filter(({ owner, status }) => !owner && status === "starting");
  const isTaken = ({ processId }: ModelProcess) => claimed.includes(processId);
  const youngest = Math.max(...waiting.filter(isTaken).map(({ createdAt }) => createdAt));
  const isLeftBehind = waiting.some((process) => !isTaken(process) && process.createdAt < youngest);
  const expected = Math.min(limit, waiting.length);
  if (isLeftBehind || waiting.filter(isTaken).length !== expected || claimed.length !== expected) {
    throw new Error(
      `claimed ${claimed.join()}; ${expected} of ${waiting.map(({ processId }) => processId).join()} are due`,
    );
  }
  for (const process of waiting.filter(isTaken)) process.owner = { host, incarnation: host.incarnation };
}

/** How many more processes a host may take. */
export function roomOnHost(world: World, host: ModelHost): number {
  const own = [...world.processes.values()].filter(({ owner, hasEnded }) => owner?.host === host && !hasEnded);
  return Math.max(0, host.maxProcesses - own.length);
}

/** A process has bound its port; one that has ended or been told to stop meanwhile does not run any more. */
export function reportRunning(process: ModelProcess, pools: World["pools"], port: number): boolean {
  if (!process.hasEnded) process.hasBooted = true;
  if (process.status !== "starting" || !process.owner) return false;
  process.status = "running";
  process.hasRun = true;
  process.port = port;
  const pool = pools.get(`${process.deployment.deploymentId} ${process.region}`);
  if (pool) pool.startFailures = 0;
  return true;
}

/** Its host asks a process to end: it takes no more rooms, and loses those that it has when it ends. */
export function requestStop(process: ModelProcess, reason: StopReason): boolean {
  if (process.hasEnded || process.stopReason !== undefined) return false;
  process.status = "stopping";
  process.stopReason = reason;
  return true;
}

export function declare(world: World, deployment: ModelDeployment): void {
  const newest = findDeployment(world, undefined);
  if (newest?.deploymentId !== deployment.deploymentId) return void world.deployments.push(deployment);
  newest.maxProcesses = deployment.maxProcesses;
  newest.warmProcesses = deployment.warmProcesses;
}

/** Why a process is given up by the housekeeping; undefined while it can be trusted. */
export function lostFor({ hasEnded, owner, status, isOverdue }: ModelProcess): End["reason"] | undefined {
  if (hasEnded) return undefined;
  if (owner && !owner.host.isAlive) return "host_lost";
  return isOverdue && status === "starting" ? "bind_deadline" : undefined;
}

/** Design section 4, idle, and docs/rooms.md, processes. */
function retirement(world: World, process: ModelProcess): StopReason | undefined {
  const { deployment, region } = process;
  if (process.status !== "running" && process.status !== "draining") return undefined;
  if (process.status === "draining" && roomsOn(world, process).length === 0) return "max_age";
  const rooms = roomsOn(world, process);
  if (rooms.length > 0) return process.isQuiet && rooms.every((room) => openStay(room)?.isLong) ? "idle" : undefined;
  const { warmProcesses } = deployment;
  if (deployment !== findDeployment(world, undefined)) {
    if (warmProcesses > 0 && !hasHadRooms(world, process)) return "outdated";
    return process.isLongIdle ? "idle" : undefined;
  }
  const isSpared = warmProcesses > 0 && countFree(world, deployment, region) <= warmProcesses;
  return process.isLongIdle && !isSpared ? "idle" : undefined;
}

/** What is forgotten has never been. */
export function hasHadRooms({ rooms }: World, { processId }: ModelProcess): boolean {
  return rooms.some(({ stays }) => stays.some((stay) => stay.processId === processId));
}

function countFree(world: World, deployment: ModelDeployment, region: Region): number {
  const isFree = (process: ModelProcess) =>
    process.deployment === deployment &&
    process.region === region &&
    (process.status === "starting" || process.status === "running") &&
    roomsOn(world, process).length < deployment.roomsPerProcess;
  return [...world.processes.values()].filter(isFree).length;
}

/** Starts what the newest deployment wants to be warm. `started`: the processes that are there, which may be others. */
function warmPools(world: World, started: readonly Started[]): void {
  const deployment = findDeployment(world, undefined);
  if (!deployment) return;
  const isNew = ({ processId }: Started) => !world.processes.has(processId);
  for (const region of ["London", "Sao_Paulo"] as const) {
    const fresh = started.filter((one) => one.region === region && isNew(one)).map(({ processId }) => processId);
    const missing = deployment.warmProcesses - countFree(world, deployment, region);
    for (let n = 0; n < missing && mayStart(world, deployment, region); n += 1) {
      const processId = fresh.shift();
      if (processId === undefined) throw new Error(`${region} wants ${missing - n} more warm processes`);
      world.processes.set(processId, newProcess(world, processId, deployment, region));
    }
    if (fresh.length > 0) throw new Error(`started ${fresh.join()} in ${region}, which nobody wanted`);
  }
}

export interface Started {
  readonly processId: string;
  readonly region: Region;
}

/** Everything that time alone brings about. `ended`: the processes that were given up, in the order of their ends. */
export function keepHouse(
  world: World,
  { ended, started }: { readonly ended: readonly string[]; readonly started: readonly Started[] },
  choose: Choose,
): void {
  const lost = [...world.processes.values()].filter((process) => lostFor(process) !== undefined);
  const isSame = lost.length === ended.length && lost.every(({ processId }) => ended.includes(processId));
  if (!isSame) throw new Error(`ended ${ended.join()}, lost are ${lost.map(({ processId }) => processId).join()}`);
  for (const processId of ended) {
    const process = world.processes.get(processId);
    const reason = process && lostFor(process);
    if (reason) endProcess(world, process, { reason, exitCode: 0 }, choose);
  }
  for (const room of world.rooms.filter(isLive)) {
    if (room.expires === "due" || (room.isOld && room.state === "unscheduled")) destroy(world, room);
  }
  for (const process of world.processes.values()) {
    if (process.status === "running" && process.isAged) process.status = "draining";
  }
  const byId = [...world.processes.values()].sort((a, b) => (a.processId < b.processId ? -1 : 1));
  for (const process of byId) {
    const reason = retirement(world, process);
    if (reason !== undefined) requestStop(process, reason);
  }
  warmPools(world, started);
  world.rooms = world.rooms.filter(({ state, isOld }) => state !== "destroyed" || !isOld);
  for (const process of world.processes.values()) {
    if (process.hasRunLong && !hasHadRooms(world, process)) process.isLongIdle = true;
  }
}
