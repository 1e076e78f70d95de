import type { Region } from "@roombridge/models/api";
import {
  poolOf,
  roomsOn,
  type ModelDeployment,
  type ModelProcess,
  type ModelRoom,
  type World,
} from "./life-cycle-world.ts";

/** The process that the real placement gave the room; undefined when it gave none. Each call answers the next one. */
export type Choose = (room: ModelRoom) => string | undefined;

/**
 * Gives rooms slots as design section 3 ranks processes: running before starting, the fullest first, a new one last. Where
 * that leaves a choice, the real one is taken over; another one throws. Answers the rooms for which there is no slot.
 */
export function placeAll(
  world: World,
  deployment: ModelDeployment,
  rooms: readonly ModelRoom[],
  choose: Choose,
): ModelRoom[] {
  const region = rooms[0]?.region;
  if (region === undefined) return [];
  const waiting = new Map(rooms.map((room) => [room, choose(room)]));
  const started: ModelProcess[] = [];
  while (waiting.size > 0) {
    const best = bestProcesses(world, deployment, region);
    const isNewAllowed = best.length === 0 && mayStart(world, deployment, region);
    if (best.length === 0 && !isNewAllowed) break;
    const next = mostWanted(waiting, (chosen) =>
      isNewAllowed ? !world.processes.has(chosen) : best.some(({ processId }) => processId === chosen),
    );
    if (!next) throw new Error(disagreement(best, waiting));
    const [room, processId] = next;
    if (isNewAllowed) {
      const process = newProcess(world, processId, deployment, region);
      world.processes.set(processId, process);
      started.push(process);
    }
    started.find((process) => process.processId === processId)?.initialRooms.push(room);
    room.stays.push({ processId, from: world.now, until: undefined, isLong: false });
    room.state = "active";
    room.hasServer = true;
    room.placements += 1;
    waiting.delete(room);
  }
  for (const [room, chosen] of waiting) {
    if (chosen !== undefined) throw new Error(`room ${room.roomId} got a slot on ${chosen}, but none was free`);
  }
  return [...waiting.keys()];
}

/** A room on the allowed process that most rooms were given: of equally full ones the first is filled before the next. */
function mostWanted(waiting: ReadonlyMap<ModelRoom, string | undefined>, isAllowed: (processId: string) => boolean) {
  const chosen = [...waiting.values()];
  const share = (processId: string) => chosen.filter((other) => other === processId).length;
  const allowed = [...waiting].flatMap(([room, processId]) =>
    processId !== undefined && isAllowed(processId) ? [[room, processId] as const] : [],
  );
  return allowed.sort(([, a], [, b]) => share(b) - share(a))[0];
}

/** Processes with a free slot that come first; more than one when they are equally full. */
function bestProcesses(world: World, deployment: ModelDeployment, region: Region): ModelProcess[] {
  const ranked = [...world.processes.values()]
    .filter((process) => process.deployment === deployment && process.region === region && takesRooms(world, process))
    .map((process) => ({ process, rank: (process.status === "running" ? 1e6 : 0) + roomsOn(world, process).length }));
  const best = Math.max(...ranked.map(({ rank }) => rank));
  return ranked.filter(({ rank }) => rank === best).map(({ process }) => process);
}

/** A host that is lost, or has started anew since, is not trusted with more rooms. */
function takesRooms(world: World, process: ModelProcess): boolean {
  if (process.status !== "starting" && process.status !== "running") return false;
  if (roomsOn(world, process).length >= process.deployment.roomsPerProcess) return false;
  const { owner } = process;
  if (!owner) return isServed(world, process.region);
  return owner.host.isAlive && owner.host.incarnation === owner.incarnation;
}

/** All hosts serve every region but Tokyo. */
export const UNSERVED: Region = "Tokyo";

function isServed({ hosts }: World, region: Region): boolean {
  return region !== UNSERVED && hosts.some(({ isAlive }) => isAlive);
}

/** Whether one more process may be started: a live host, no pause of the pool, room in pool, quota and on the hosts. */
export function mayStart(world: World, deployment: ModelDeployment, region: Region): boolean {
  if (!isServed(world, region) || poolOf(world, deployment, region).isStopped) return false;
  const living = [...world.processes.values()].filter(({ hasEnded }) => !hasEnded);
  const inPool = living.filter((process) => process.deployment === deployment && process.region === region);
  if (inPool.length >= deployment.maxProcesses || living.length >= (world.quota ?? Infinity)) return false;
  const capacity = world.hosts.filter(({ isAlive }) => isAlive).reduce((sum, host) => sum + host.maxProcesses, 0);
  return living.filter(({ owner }) => !owner || owner.host.isAlive).length < capacity;
}

export function newProcess(world: World, processId: string, deployment: ModelDeployment, region: Region): ModelProcess {
  return {
    processId,
    deployment,
    region,
    initialRooms: [],
    createdAt: world.now,
    status: "starting",
    owner: undefined,
    hasBooted: false,
    hasRun: false,
    stopReason: undefined,
    hasEnded: false,
    port: undefined,
    isOverdue: false,
    hasRunLong: false,
    isAged: false,
    isLongIdle: false,
    isQuiet: false,
  };
}

function disagreement(best: readonly ModelProcess[], waiting: ReadonlyMap<ModelRoom, string | undefined>): string {
  const rooms = [...waiting].map(([room, chosen]) => `${room.roomId} -> ${chosen ?? "none"}`).join(", ");
  const allowed = best.length === 0 ? "a new process" : best.map(({ processId }) => processId).join(" or ");
  return `placement chose otherwise than documented: ${rooms}; allowed: ${allowed}`;
}
