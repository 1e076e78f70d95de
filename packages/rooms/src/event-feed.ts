import type { EventPosition } from "./event-position.ts";
import type { Database } from "./store/database.ts";
import { listen, type Listener } from "./store/listen.ts";
import { findEventRange, readEvents, type EventPage, type EventRow } from "./store/room-events.ts";

const PAGE = 1_000;
/** Nothing is missed for longer when wake-ups get lost. */
const POLL_MS = 2_000;
/** An event waits for the transactions that began before its own; they are short. */
const SETTLE_MS = 5;
const MAX_SETTLE_MS = 100;
const CHANNELS = ["roombridge_events", "roombridge_processes", "roombridge_rooms"] as const;

/** Who wants to know of the events of one application. */
export interface EventWatcher {
  /** In their order, each once. */
  readonly onEvents?: (events: readonly EventRow[]) => void;
  /** As soon as they can be seen, in no order, perhaps more than once; by which read: see `readsBegun`. */
  readonly onSeen?: (events: readonly EventRow[], read: number) => void;
}

/**
 * The one reader of `room_events` in a process. It reads only while somebody watches, and only what they watch; it is woken
 * by notifications once it is listening, and polls.
 */
export class EventFeed {
  readonly #database: Database;
  readonly #watchers = new Map<string, Set<EventWatcher>>();
  readonly #wakeListeners = new Set<() => void>();
  #listener: Listener | undefined;
  #position: EventPosition | undefined;
  #seen = new Set<number>();
  #readsBegun = 0;
  /** Watchers with `onSeen`. */
  #seers = 0;
  #isReading = false;
  #isWoken = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #settleMs = SETTLE_MS;
  #awaiting: (() => void)[] = [];
  #onFailure: (error: unknown) => void = () => {};
  #isFailing = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Listens for wake-ups; without it the feed polls only. `onFailure` hears of the first of several failed reads. Rejects when
   * the first connection cannot be made.
   */
  async listen(directUrl: string, onFailure: (error: unknown) => void): Promise<void> {
    this.#onFailure = onFailure;
    this.#listener = await listen(directUrl, CHANNELS, () => this.wake());
  }

  /** Everything before it has been handed out to those who watch. */
  get position(): EventPosition | undefined {
    return this.#position;
  }

  /** The number of the newest read: what happens from now on may be unknown to it. */
  get readsBegun(): number {
    return this.#readsBegun;
  }

  /** Until the answer is called. */
  watch(appId: string, watcher: EventWatcher): () => void {
    const watchers = this.#watchers.get(appId) ?? new Set();
    this.#watchers.set(appId, watchers.add(watcher));
    if (watcher.onSeen) this.#seers += 1;
    return () => {
      if (watchers.delete(watcher) && watcher.onSeen) this.#seers -= 1;
      if (watchers.size === 0 && this.#watchers.get(appId) === watchers) this.#watchers.delete(appId);
    };
  }

  /** Calls `listener` whenever something may have happened, until the answer is called. */
  onWake(listener: () => void): () => void {
    this.#wakeListeners.add(listener);
    return () => this.#wakeListeners.delete(listener);
  }

  /** Resolves after a read that began after this call, and so knew of all who watch now. */
  nextRead(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaiting.push(resolve);
    this.wake();
    return promise;
  }

  /** Reads now, or right after the read under way. */
  wake(): void {
    for (const listener of this.#wakeListeners) listener();
    this.#isWoken = true;
    if (!this.#isReading && !this.#isClosed) void this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#listener?.close();
  }

  async #run(): Promise<void> {
    this.#isReading = true;
    clearTimeout(this.#timer);
    let pauseMs = POLL_MS;
    while (this.#isWoken && !this.#isClosed) {
      this.#isWoken = false;
      pauseMs = await this.#round();
      if (pauseMs === 0) this.#isWoken = true;
    }
    this.#isReading = false;
    if (this.#isClosed || this.#watchers.size === 0) return;
    this.#timer = setTimeout(() => this.wake(), pauseMs);
    this.#timer.unref();
  }

  /** Answers after how many milliseconds the next read is due. */
  async #round(): Promise<number> {
    if (this.#watchers.size === 0) {
      // Whoever comes next begins anew, and need not read what nobody wanted.
      this.#position = undefined;
      this.#seen.clear();
      this.#release(this.#awaiting.splice(0));
      return POLL_MS;
    }
    const awaiting = this.#awaiting.splice(0);
    try {
      const page = await this.#read();
      this.#isFailing = false;
      this.#handOut(page);
      this.#release(awaiting);
      const isSettled = page.events.at(-1)?.isSettled ?? true;
      if (page.hasMore && isSettled) return 0;
      this.#settleMs = isSettled ? SETTLE_MS : Math.min(this.#settleMs * 2, MAX_SETTLE_MS);
      return isSettled ? POLL_MS : this.#settleMs;
    } catch (error) {
      this.#awaiting.unshift(...awaiting);
      if (!this.#isFailing && !this.#isClosed) this.#onFailure(error);
      this.#isFailing = true;
      return POLL_MS / 4;
    }
  }

  async #read(): Promise<EventPage> {
    const after = this.#position;
    this.#readsBegun += 1;
    if (after) {
      const withConnections = this.#seers > 0;
      return readEvents(this.#database, { appIds: [...this.#watchers.keys()], after, limit: PAGE, withConnections });
    }
    const { settledXid } = await findEventRange(this.#database);
    return { events: [], next: { xid: settledXid, id: 0 }, hasMore: false };
  }

  #handOut({ events, next }: EventPage): void {
    const fresh = events.filter(({ position }) => !this.#seen.has(position.id));
    for (const [appId, group] of Map.groupBy(fresh, (event) => event.appId)) {
      for (const { onSeen } of this.#watchers.get(appId) ?? []) onSeen?.(group, this.#readsBegun);
    }
    this.#seen = new Set(events.filter(({ isSettled }) => !isSettled).map(({ position }) => position.id));
    const settled = events.filter(({ isSettled }) => isSettled);
    for (const [appId, group] of Map.groupBy(settled, (event) => event.appId)) {
      for (const { onEvents } of this.#watchers.get(appId) ?? []) onEvents?.(group);
    }
    this.#position = next;
  }

  #release(awaiting: readonly (() => void)[]): void {
    for (const resolve of awaiting) resolve();
  }
}
