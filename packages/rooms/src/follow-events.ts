import type { RoomEvent, RoomEventType } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { comparePositions, type EventPosition } from "./event-position.ts";
import { toRoomEvent } from "./room-event.ts";
import { findEventRange, readEvents, type EventRow } from "./store/room-events.ts";

const PAGE = 500;
/** Events that wait for a slow reader; more are read again when it has come so far. */
const MAX_QUEUE = 1_000;

export interface FollowEventsInput {
  readonly appId: string;
  /** Go on after this one; undefined: from now on. */
  readonly after: EventPosition | undefined;
  readonly roomId?: string | undefined;
  readonly types?: readonly RoomEventType[] | undefined;
  /** How often the position is told while nothing happens. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  /** Followers side by side in this process; further ones are refused. No limit when absent. */
  readonly max?: number;
}

/** `position`: everything before it has been told. `gap`: events before the position are not known any more. */
export type FollowedItem =
  | { readonly kind: "event"; readonly position: EventPosition; readonly event: RoomEvent }
  | { readonly kind: "gap" | "position"; readonly position: EventPosition };

let followers = 0;

/**
 * The events of an application in their order, each once: first what has happened since `after`, then what happens, until
 * the signal aborts. However slow the reader is, nothing is left out and little is kept. Throws `rate_limited` when too many
 * follow here.
 */
export async function followEvents(
  context: RoomsContext,
  input: FollowEventsInput,
): Promise<AsyncGenerator<FollowedItem, void, undefined>> {
  if (followers >= (input.max ?? Infinity)) {
    throw new RoomError("rate_limited", "too many follow events at this gateway", { retryAfterSeconds: 5 });
  }
  const range = await findEventRange(context.database);
  const { after } = input;
  const now = { xid: range.settledXid, id: 0 };
  if (after === undefined) return follow(context, input, { kind: "position", position: now });
  if (after.xid > range.nextXid) return follow(context, input, { kind: "gap", position: now });
  const { forgotten } = range;
  if (forgotten && comparePositions(after, forgotten) < 0) {
    return follow(context, input, { kind: "gap", position: forgotten });
  }
  // Transactions of years need not be looked through, page by page.
  const position = comparePositions(after, range.oldest) < 0 ? range.oldest : after;
  return follow(context, input, { kind: "position", position });
}

async function* follow(
  { database, feed }: RoomsContext,
  { appId, roomId, types, idleMs, signal }: FollowEventsInput,
  first: FollowedItem,
): AsyncGenerator<FollowedItem, void, undefined> {
  const queue = new EventQueue(signal);
  const stopWatching = feed.watch(appId, { onEvents: (events) => queue.push(events) });
  const isWanted = ({ type, payload }: EventRow) =>
    (roomId === undefined || payload.roomId === roomId) && (types === undefined || types.includes(type));
  followers += 1;
  try {
    yield first;
    let { position } = first;
    // From this read on the queue gets everything; what came before is read here.
    await Promise.race([feed.nextRead(), queue.ended]);
    while (!signal.aborted) {
      queue.takeAnew();
      for (let hasMore = true; hasMore && !signal.aborted;) {
        const page = await readEvents(database, { appIds: [appId], after: position, limit: PAGE });
        for (const row of page.events) if (row.isSettled && isWanted(row)) yield toItem(row);
        ({ next: position, hasMore } = page);
      }
      while (!queue.hasOverflowed && !signal.aborted) {
        const row = queue.shift();
        if (row) {
          if (comparePositions(row.position, position) <= 0) continue;
          ({ position } = row);
          if (isWanted(row)) yield toItem(row);
        } else if (!(await queue.filled(idleMs)) && !signal.aborted) {
          // Nothing is queued, so all that the feed has read has been told.
          const read = feed.position;
          if (read && comparePositions(read, position) > 0) position = read;
          yield { kind: "position", position };
        }
      }
    }
  } finally {
    followers -= 1;
    stopWatching();
  }
}

function toItem(row: EventRow): FollowedItem {
  return { kind: "event", position: row.position, event: toRoomEvent(row) };
}

/** What the feed has read and the follower has not yet; forgets all when it gets too long. */
class EventQueue {
  readonly ended: Promise<void>;
  hasOverflowed = false;
  #events: EventRow[] = [];
  #next = 0;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.ended = new Promise((resolve) => {
      const end = () => {
        resolve();
        this.#wake();
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    });
  }

  /** What is queued stays, unless it has overflowed. */
  takeAnew(): void {
    this.hasOverflowed = false;
  }

  push(events: readonly EventRow[]): void {
    if (this.hasOverflowed) return;
    if (this.#events.length - this.#next + events.length > MAX_QUEUE) {
      this.#events = [];
      this.#next = 0;
      this.hasOverflowed = true;
    } else {
      this.#events.push(...events);
    }
    this.#wake();
  }

  shift(): EventRow | undefined {
    const event = this.#events[this.#next];
    this.#next += 1;
    if (event) return event;
    this.#events = [];
    this.#next = 0;
    return undefined;
  }

  /** False when nothing has come for `timeoutMs`, or the signal aborts. */
  async filled(timeoutMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    this.#wake = () => resolve(this.#events.length > 0 || this.hasOverflowed);
    const isFilled = await promise;
    clearTimeout(timer);
    this.#wake = () => {};
    return isFilled;
  }
}
