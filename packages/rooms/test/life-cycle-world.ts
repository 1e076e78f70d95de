import type { ErrorCode, ProcessStatus, Region } from "@roombridge/models/api";
import type { StopReason } from "@roombridge/rooms";
import type { RoomState } from "@roombridge/models/db";

/** What one application's rooms, processes and hosts should look like, after what its documents promise. No I/O. */
export interface World {
  /** Live rooms and tombstones, oldest first. */
  rooms: ModelRoom[];
  /** Oldest first. */
  readonly processes: Map<string, ModelProcess>;
  readonly hosts: ModelHost[];
  /** Oldest first. */
  readonly deployments: ModelDeployment[];
  /** One for each deployment and region. */
  readonly pools: Map<string, ModelPool>;
  /** How many processes it may have; undefined: any number. */
  quota: number | undefined;
  /** Counts commands: what has the same number happened together. */
  now: number;
}

export interface ModelRoom {
  readonly roomId: string;
  readonly region: Region;
  readonly createdAt: number;
  credential: ModelCredential;
  /** What players were issued, oldest first. */
  readonly playerCredentials: ModelPlayerCredential[];
  /** The deployment that its creator named. */
  readonly pinned: string | undefined;
  state: RoomState;
  config: string | null;
  /** False while it never was on a process. */
  hasServer: boolean;
  /** Oldest first; the last one may be open. */
  stays: Stay[];
  /** Starts tried since it was created or resumed. */
  placements: number;
  /** Unscheduled, because its process did not start. */
  isStartFailed: boolean;
  /** Undefined: it lives until it is destroyed. */
  expires: "later" | "due" | undefined;
  /** Connection info tried to wake it less than ten seconds ago. */
  isWokenRecently: boolean;
  /** Unscheduled for longer than anybody keeps it, or a tombstone older than a day. */
  isOld: boolean;
}

export interface ModelCredential {
  username: string;
  /** Empty until somebody has seen it. */
  password: string;
  isOn: boolean;
  isRevoked: boolean;
  isExpired: boolean;
}

/** On and off with that of its room. */
export interface ModelPlayerCredential {
  readonly player: string;
  readonly username: string;
  isRevoked: boolean;
  isExpired: boolean;
}

export interface Stay {
  readonly processId: string;
  readonly from: number;
  until: number | undefined;
  /** It began 300 s ago. */
  isLong: boolean;
}

export interface ModelProcess {
  readonly processId: string;
  readonly deployment: ModelDeployment;
  readonly region: Region;
  createdAt: number;
  /** The rooms for which it was started; one of them is its first. */
  readonly initialRooms: ModelRoom[];
  status: ProcessStatus;
  owner: { readonly host: ModelHost; readonly incarnation: string } | undefined;
  hasBooted: boolean;
  hasRun: boolean;
  stopReason: StopReason | undefined;
  hasEnded: boolean;
  port: number | undefined;
  /** It has not bound its ports in time. */
  isOverdue: boolean;
  /** It has been running for 300 s. */
  hasRunLong: boolean;
  /** It has been running for longer than any is let to. */
  isAged: boolean;
  /** It runs, and nothing has been on it for 300 s. */
  isLongIdle: boolean;
  /** Nobody has been connected to it for 300 s. */
  isQuiet: boolean;
}

export interface ModelHost {
  readonly hostId: string;
  readonly maxProcesses: number;
  incarnation: string;
  isAlive: boolean;
}

export interface ModelDeployment {
  readonly deploymentId: string;
  readonly roomsPerProcess: number;
  maxProcesses: number;
  /** How many with a free slot are kept in each region that is served. */
  warmProcesses: number;
  isDeleted: boolean;
}

export interface ModelPool {
  startFailures: number;
  /** For a minute, after five start failures in a row. */
  isStopped: boolean;
}

export type Answer = "ok" | ErrorCode;

export const isLive = (room: ModelRoom) => room.state !== "destroyed";
export const liveRooms = (world: World) => world.rooms.filter(isLive);
export const liveRoom = (world: World, roomId: string) => liveRooms(world).find((room) => room.roomId === roomId);
export const openStay = (room: ModelRoom) => room.stays.find(({ until }) => until === undefined);
export const processOf = (world: World, room: ModelRoom) => world.processes.get(openStay(room)?.processId ?? "");
export const roomsOn = (world: World, { processId }: ModelProcess) =>
  world.rooms.filter((room) => openStay(room)?.processId === processId);
export const living = ({ processes }: World) => [...processes.values()].filter(({ hasEnded }) => !hasEnded);
export const livingFirst = (world: World) => [
  ...living(world),
  ...[...world.processes.values()].filter(({ hasEnded }) => hasEnded),
];
/** Commands name things by number, of however many there are. */
export const pick = <Value>(values: readonly Value[], nth: number) => values[nth % Math.max(values.length, 1)];
/** The newest one, unless one is named; a deleted one is none. */
export const findDeployment = (world: World, named: string | undefined) =>
  world.deployments.findLast(
    ({ deploymentId, isDeleted }) => !isDeleted && (named === undefined || deploymentId === named),
  );

export function newWorld(hosts: ModelHost[]): World {
  return { rooms: [], processes: new Map(), hosts, deployments: [], pools: new Map(), quota: undefined, now: 0 };
}

export function poolOf(world: World, { deploymentId }: ModelDeployment, region: Region): ModelPool {
  const name = `${deploymentId} ${region}`;
  const pool = world.pools.get(name) ?? { startFailures: 0, isStopped: false };
  world.pools.set(name, pool);
  return pool;
}
