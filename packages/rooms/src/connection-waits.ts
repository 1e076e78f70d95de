import { setMaxListeners } from "node:events";
import type { EventFeed } from "./event-feed.ts";
import type { Database } from "./store/database.ts";
import { findConnections, type ConnectionRow } from "./store/find-room.ts";
import type { EventRow } from "./store/room-events.ts";

/** Rooms in one read. */
const BATCH = 1_000;
/** Looks at every room again, should a wake-up have been lost. */
const POLL_MS = 2_000;
/** Of a poll: all at once would keep the events of that moment waiting. */
const POLL_PARTS = 20;

interface Wanted {
  readonly appId: string;
  readonly roomId: string;
}

type Resolve = (row: ConnectionRow | undefined) => void;

interface Waiting extends Wanted {
  /** Who waits, with the newest read of the feed that had begun before it came. */
  readonly resolvers: Map<Resolve, number>;
}

/**
 * Those who wait until players can connect to a room. However many they are, and whatever happens, there is one read at a
 * time, of the rooms to which something has happened.
 */
export class ConnectionWaits {
  readonly #database: Database;
  readonly #feed: EventFeed;
  readonly #rooms = new Map<string, Waiting>();
  readonly #watches = new Map<string, { count: number; readonly end: () => void }>();
  /** To be read with the next batch. */
  readonly #due = new Set<Waiting>();
  readonly #ending = new AbortController();
  #count = 0;
  #isReading = false;
  #timer: NodeJS.Timeout | undefined;
  /** Which one of the poll is due next. */
  #pollPart = 0;
  /** By this poll; whoever comes meanwhile comes last. */
  #toPoll: Iterator<Waiting, undefined> = this.#rooms.values();

  constructor(database: Database, feed: EventFeed) {
    this.#database = database;
    this.#feed = feed;
    // One listener for each who waits.
    setMaxListeners(0, this.#ending.signal);
  }

  /** How many wait now. */
  get count(): number {
    return this.#count;
  }

  /**
   * The room's row when it is not starting (undefined: there is no such live room), or `late` after `timeoutMs`, or when the
   * signal aborts.
   */
  async wait(wanted: Wanted, timeoutMs: number, signal?: AbortSignal): Promise<ConnectionRow | undefined | "late"> {
    if (signal?.aborted || this.#ending.signal.aborted) return "late";
    const { promise, resolve } = Promise.withResolvers<ConnectionRow | undefined | "late">();
    const giveUp = () => resolve("late");
    const timer = setTimeout(giveUp, timeoutMs);
    for (const end of [signal, this.#ending.signal]) end?.addEventListener("abort", giveUp);
    const leave = this.#enter(wanted, resolve);
    try {
      // Only a read after this one can say that nothing has happened since.
      void this.#feed.nextRead().then(() => this.#look(wanted));
      return await promise;
    } finally {
      clearTimeout(timer);
      for (const end of [signal, this.#ending.signal]) end?.removeEventListener("abort", giveUp);
      leave();
    }
  }

  /** From now on nobody waits any more. */
  end(): void {
    this.#ending.abort();
  }

  #enter(wanted: Wanted, resolve: Resolve): () => void {
    const { appId } = wanted;
    const key = keyOf(wanted);
    const room = this.#rooms.get(key) ?? { ...wanted, resolvers: new Map() };
    this.#rooms.set(key, room);
    room.resolvers.set(resolve, this.#feed.readsBegun);
    const watch = this.#watches.get(appId) ?? { count: 0, end: this.#watch(appId) };
    watch.count += 1;
    this.#watches.set(appId, watch);
    this.#count += 1;
    this.#timer ??= setInterval(() => this.#poll(), POLL_MS / POLL_PARTS).unref();
    return () => {
      room.resolvers.delete(resolve);
      if (room.resolvers.size === 0 && this.#rooms.get(key) === room) this.#rooms.delete(key);
      watch.count -= 1;
      if (watch.count === 0) {
        watch.end();
        this.#watches.delete(appId);
      }
      this.#count -= 1;
      if (this.#count > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #watch(appId: string): () => void {
    return this.#feed.watch(appId, {
      onSeen: (events: readonly EventRow[], read: number) => {
        for (const { payload, connection } of events) {
          if (payload.roomId !== undefined) this.#tell({ appId, roomId: payload.roomId }, { connection, read });
        }
      },
    });
  }

  /** The event itself may say where to connect, to those who came before it was read; for all else there is another read. */
  #tell(
    wanted: Wanted,
    { connection, read }: { readonly connection: ConnectionRow | undefined; readonly read: number },
  ): void {
    const room = this.#rooms.get(keyOf(wanted));
    if (!room) return;
    const early = connection ? [...room.resolvers].filter(([, since]) => since < read).map(([resolve]) => resolve) : [];
    settle(early, connection);
    if (early.length < room.resolvers.size || !isOver(connection)) this.#look(wanted);
  }

  #poll(): void {
    if (this.#pollPart === 0) this.#toPoll = this.#rooms.values();
    this.#pollPart = (this.#pollPart + 1) % POLL_PARTS;
    const share = this.#pollPart === 0 ? Infinity : Math.ceil(this.#rooms.size / POLL_PARTS);
    for (let count = 0; count < share; count += 1) {
      const { done, value: room } = this.#toPoll.next();
      if (done) return;
      this.#look(room);
    }
  }

  #look(wanted: Wanted): void {
    const room = this.#rooms.get(keyOf(wanted));
    if (!room) return;
    this.#due.add(room);
    if (this.#isReading) return;
    this.#isReading = true;
    // What is due in the same turn of the event loop is read together.
    setImmediate(() => void this.#readAll());
  }

  async #readAll(): Promise<void> {
    while (this.#due.size > 0) {
      const due = [...this.#due].slice(0, BATCH);
      for (const room of due) this.#due.delete(room);
      // Whoever comes while this is read knows of a newer state, and is told of the next one.
      const asking = due.map((room) => ({ key: keyOf(room), resolvers: [...room.resolvers.keys()] }));
      try {
        const rows = await findConnections(this.#database, due);
        for (const { key, resolvers } of asking) settle(resolvers, rows.get(key));
      } catch {
        // The next poll looks again; who cannot wait for it gets the present state, or the error of reading it.
        break;
      }
    }
    this.#isReading = false;
  }
}

function settle(resolvers: readonly Resolve[], row: ConnectionRow | undefined): void {
  if (isOver(row)) for (const resolve of resolvers) resolve(row);
}

/** Whether there is nothing more to wait for. */
function isOver(row: ConnectionRow | undefined): boolean {
  return row?.state !== "active" || (row.processStatus !== "starting" && row.exposedPort !== null);
}

function keyOf({ appId, roomId }: Wanted): string {
  return `${appId}\n${roomId}`;
}
