import { setTimeout as delay } from "node:timers/promises";
import {
  type Application,
  createRoom,
  destroyRoom,
  getRoomInfo,
  RoomError,
  resumeRoom,
  type RoomsContext,
  suspendRoom,
} from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import fc from "fast-check";

/** What a client knows of a room id that is its own; `unsure` after a call whose answer it never got. */
type Known = "absent" | "live" | "suspended" | "unsure";

export interface Step {
  readonly room: number;
  readonly does: "create" | "resume" | "suspend" | "destroy";
  readonly pauseMs: number;
}

export const step: fc.Arbitrary<Step> = fc.record({
  room: fc.nat(3),
  does: fc.constantFrom("create", "create", "resume", "resume", "resume", "suspend", "destroy"),
  pauseMs: fc.integer({ min: 10, max: 120 }),
});

/** One client after the other's room ids: nobody else touches them, so that it knows what they must be. */
export class FaultClient {
  readonly #rooms: RoomsContext;
  readonly #application: Application;
  readonly #name: string;
  readonly #known = new Map<string, Known>();
  /** How often each answer was heard. */
  readonly heard = new Map<string, number>();

  constructor(rooms: RoomsContext, application: Application, name: string) {
    this.#rooms = rooms;
    this.#application = application;
    this.#name = name;
  }

  /** Goes on until `until`, on the monotonic clock. Throws when an answer contradicts the earlier ones. */
  async run(steps: readonly Step[], until: number): Promise<void> {
    for (let n = 0; performance.now() < until; n += 1) {
      const next = steps[n % steps.length];
      if (!next) return;
      await this.#take(next);
      await delay(next.pauseMs);
    }
  }

  /** Rooms that must be alive at the end. */
  get survivors(): string[] {
    return [...this.#known].flatMap(([roomId, known]) => (known === "live" || known === "suspended" ? [roomId] : []));
  }

  /** Throws when a room is in a state that none of its answers allow. */
  async check(): Promise<void> {
    const allowed = {
      absent: ["destroyed"],
      live: ["active", "unscheduled"],
      suspended: ["suspended"],
      unsure: ["active", "unscheduled", "suspended", "destroyed"],
    } as const satisfies Record<Known, readonly string[]>;
    for (const [roomId, known] of this.#known) {
      const state = await getRoomInfo(this.#rooms, this.#application.appId, roomId).then(
        (info) => info.state,
        (error: unknown) => {
          if (RoomError.isInstance(error) && error.code === "room_not_found") return "destroyed";
          throw error;
        },
      );
      if (!allowed[known].some((one) => one === state)) {
        throw new Error(`room ${roomId} is ${state}, for its client it is ${known}`);
      }
    }
  }

  async #take({ room, does }: Step): Promise<void> {
    const roomId = `${this.#name}-${room}`;
    const known = this.#known.get(roomId) ?? "absent";
    const answer = await this.#call(does, roomId);
    this.heard.set(`${does}: ${answer}`, (this.heard.get(`${does}: ${answer}`) ?? 0) + 1);
    const next = AFTER[does](answer, known);
    if (next === undefined) throw new Error(`${does} of room ${roomId}, which is ${known}, answered ${answer}`);
    this.#known.set(roomId, next);
  }

  /** `ok`, the code of the refusal, or `broken` when nobody knows whether it was done. */
  async #call(does: Step["does"], roomId: string): Promise<string> {
    const appId = this.#application.appId;
    try {
      if (does === "create") {
        await createRoom(this.#rooms, { application: this.#application, region: TEST_REGION, roomId });
      } else if (does === "resume") await resumeRoom(this.#rooms, this.#application, roomId);
      else if (does === "suspend") await suspendRoom(this.#rooms, appId, roomId);
      else await destroyRoom(this.#rooms, appId, roomId);
      return "ok";
    } catch (error) {
      if (!RoomError.isInstance(error)) return "broken";
      // Of these only create says so, and that for good: the room was not created.
      return error.code === "internal" ? "lost" : error.code;
    }
  }
}

type Follow = (answer: string, known: Known) => Known | undefined;

/** What a client knows after an answer; undefined for an answer that cannot be. */
const AFTER: Readonly<Record<Step["does"], Follow>> = {
  create: (answer, known) => {
    if (answer === "ok") return isThere(known) ? undefined : "live";
    if (answer === "broken") return "unsure";
    if (answer === "room_exists") return known === "absent" ? undefined : known;
    return isThere(known) ? known : known === "unsure" ? "unsure" : "absent";
  },
  resume: (answer, known) => {
    if (answer === "ok") return known === "absent" ? undefined : "live";
    if (answer === "room_not_found") return isThere(known) ? undefined : "absent";
    return answer === "broken" && known === "suspended" ? "unsure" : known;
  },
  suspend: (answer, known) => {
    if (answer === "ok") return known === "absent" ? undefined : "suspended";
    if (answer === "room_not_found") return isThere(known) ? undefined : "absent";
    return known === "live" ? "unsure" : known;
  },
  destroy: (answer, known) => {
    if (answer === "ok") return known === "absent" ? undefined : "absent";
    if (answer === "room_not_found") return isThere(known) ? undefined : "absent";
    return known === "absent" ? "absent" : "unsure";
  },
};

function isThere(known: Known): boolean {
  return known === "live" || known === "suspended";
}
