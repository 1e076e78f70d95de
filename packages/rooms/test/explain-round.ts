import type { RoomState } from "@roombridge/models/db";
import type { RoomRow } from "./round-snapshot.ts";
import { nextState } from "../src/room-status.ts";

/** Where a room id is in one of the orders in which its round may have happened. */
export interface Moment {
  /** The room of this id: an index into `Past.lives`; undefined while none is live. */
  readonly life: number | undefined;
  readonly state: RoomState;
  readonly processId: string | undefined;
  readonly config: string | null;
  /** How many of the room's stays have begun. */
  readonly stays: number;
  readonly placements: number;
  readonly isStartFailed: boolean;
  readonly isWoken: boolean;
  /** Rooms of this id so far. */
  readonly lives: number;
}

/** What is known of one room id after a round. */
export interface Past {
  readonly roomId: string;
  /** Every room that had this id, oldest first, as the round has left it. */
  readonly lives: readonly RoomRow[];
  /** How the round found them. */
  readonly before: readonly RoomRow[];
}

/** Something that one room id has met in a round. `follow` answers the moments that may come of it; none: it was not now. */
export interface Happening {
  readonly label: string;
  /** Happenings of one client have this order; of different clients any. */
  readonly client: string;
  readonly step: number;
  /** Whether it must have happened to this room at all: a process's end concerns only who was on it. */
  readonly isCertain: boolean;
  /** A look or a refusal, which at no moment changes anything. */
  readonly isIdle: boolean;
  readonly follow: (moment: Moment, past: Past) => Moment[];
}

export function firstMoment({ before }: Past): Moment {
  const life = before.findIndex(({ state }) => state !== "destroyed");
  const room = before[life];
  return {
    life: room && life,
    state: room?.state ?? "destroyed",
    processId: room?.processId ?? undefined,
    config: room?.config ?? null,
    stays: room?.stays.length ?? 0,
    placements: room?.placements ?? 0,
    isStartFailed: room?.isStartFailed ?? false,
    isWoken: false,
    lives: before.length,
  };
}

/** True when some order of all that happened leads from the state before to the state after. */
export function isExplained(past: Past, happenings: readonly Happening[]): boolean {
  const seen = new Set<string>();
  const search = (moment: Moment, open: readonly Happening[]): boolean => {
    const name = JSON.stringify([moment, open.map(({ label }) => label)]);
    if (seen.has(name)) return false;
    seen.add(name);
    if (open.every(({ isCertain }) => !isCertain) && isAsLeft(moment, past)) return true;
    const ready = open.filter(
      ({ client, step }) => !open.some((other) => other.client === client && other.step < step && other.isCertain),
    );
    // What changes nothing and may be now may as well be: no order is lost by it.
    const idle = ready.find(({ isIdle, follow }) => isIdle && follow(moment, past).length > 0);
    if (idle) return search(moment, without(open, idle));
    return ready.some((happening) =>
      happening.follow(moment, past).some((next) => search(next, without(open, happening))),
    );
  };
  return search(firstMoment(past), happenings);
}

function isAsLeft(moment: Moment, { lives }: Past): boolean {
  const left = lives.findIndex(({ state }) => state !== "destroyed");
  const room = lives[left];
  if (moment.lives !== lives.length) return false;
  if (!room) return moment.life === undefined;
  return (
    moment.life === left &&
    moment.state === room.state &&
    moment.processId === (room.processId ?? undefined) &&
    moment.config === room.config &&
    moment.stays === room.stays.length
  );
}

function without(open: readonly Happening[], happening: Happening): Happening[] {
  return open.filter((other) => other !== happening);
}

/** A room on a process that its record names next; none when it names no more, or another than the answer does. */
export function allocated(
  moment: Moment,
  { lives }: Past,
  processId: string | undefined,
  placements: number,
): Moment[] {
  const room = moment.life === undefined ? undefined : lives[moment.life];
  const next = room?.stays[moment.stays];
  if (next === undefined || (processId !== undefined && processId !== next)) return [];
  const state = nextState(moment.state, "allocate");
  return [{ ...moment, state, processId: next, stays: moment.stays + 1, placements, isStartFailed: false }];
}

/** Off its process and kept. */
export function offProcess(moment: Moment, event: "suspend" | "process_lost", isStartFailed: boolean): Moment {
  const state = nextState(moment.state, event);
  if (state === moment.state) return moment;
  return { ...moment, state, processId: undefined, isStartFailed };
}

/** Gone; only a room that has had all of its stays can be. */
export function ended(moment: Moment, { lives }: Past, event: "destroy" | "process_exited" | "expire"): Moment[] {
  const room = moment.life === undefined ? undefined : lives[moment.life];
  if (!room || room.stays.length !== moment.stays || nextState(moment.state, event) !== "destroyed") return [];
  return [{ ...moment, life: undefined, state: "destroyed", processId: undefined, config: null, isStartFailed: false }];
}
