import { setTimeout as delay } from "node:timers/promises";
import { RoomError } from "./errors.ts";
import { createRooms, settleRooms, type CreateRow, type NewRoom, type RoomBatch } from "./store/create-rooms.ts";
import { isConnectionError, mayBlameOneRow, type Database } from "./store/database.ts";
import { retryConflicts } from "./store/retry-conflicts.ts";

interface Entry {
  readonly room: NewRoom;
  /** See `DatabaseObserver`. */
  readonly asker: unknown;
  readonly resolve: (row: CreateRow) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  readonly batch: RoomBatch;
  readonly waiting: Entry[];
}

/** Rooms in one call; more wait for the next one. */
const MAX_BATCH = 100;
/** How long the outcome of a call with a broken connection is looked for. */
const SETTLE_DEADLINE_MS = 8_000;

/**
 * Collects creates that arrive in the same turn of the event loop into one call of the placement function: one batch in
 * flight per lane (application, region, deployment), lanes side by side. A lone create does not wait for company.
 */
export class PlacementQueue {
  readonly #database: Database;
  readonly #onPlaced: () => void;
  readonly #lanes = new Map<string, Lane>();
  #idle: { promise: Promise<void>; resolve: () => void } | undefined;

  /** `onPlaced` is called after each batch that created a room. */
  constructor(database: Database, onPlaced: () => void = () => {}) {
    this.#database = database;
    this.#onPlaced = onPlaced;
  }

  /** Resolves to the room's own answer; rejects with the database's error or a RoomError `internal`. */
  add(batch: RoomBatch, room: NewRoom): Promise<CreateRow> {
    return new Promise((resolve, reject) => {
      const name = JSON.stringify(batch);
      const entry = { room, asker: this.#database.observer?.asker(), resolve, reject };
      const lane = this.#lanes.get(name);
      if (lane) {
        lane.waiting.push(entry);
        return;
      }
      this.#lanes.set(name, { batch, waiting: [entry] });
      setImmediate(() => void this.#run(name));
    });
  }

  /** Resolves when nothing is waiting and no batch is under way. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  async #run(name: string): Promise<void> {
    const lane = this.#lanes.get(name);
    while (lane && lane.waiting.length > 0) {
      const isAnswered = await this.#place(lane.batch, lane.waiting.splice(0, MAX_BATCH));
      if (!isAnswered) refuseAll(lane.waiting.splice(0));
    }
    this.#lanes.delete(name);
    if (this.#lanes.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  /** Settles every entry, whatever happens. False when no database answered for as long as a caller can wait. */
  async #place(batch: RoomBatch, entries: readonly Entry[]): Promise<boolean> {
    try {
      const rows = await this.#ask(batch, entries);
      if (rows.some(({ outcome }) => outcome === "created")) this.#onPlaced();
      const byKey = new Map(rows.map((row) => [row.roomKey, row]));
      for (const { room, resolve, reject } of entries) {
        const row = byKey.get(room.roomKey);
        if (row) resolve(row);
        else reject(new RoomError("internal", `no answer for room ${room.roomId}`));
      }
    } catch (error) {
      if (entries.length > 1 && mayBlameOneRow(error)) {
        // Only the guilty room shall fail: the others are placed in halves.
        const middle = entries.length >> 1;
        const isAnswered = await this.#place(batch, entries.slice(0, middle));
        if (isAnswered) return this.#place(batch, entries.slice(middle));
        refuseAll(entries.slice(middle));
        return false;
      }
      for (const entry of entries) entry.reject(error);
      return !(RoomError.isInstance(error) && isConnectionError(error.cause));
    }
    return true;
  }

  #ask(batch: RoomBatch, entries: readonly Entry[]): Promise<CreateRow[]> {
    const { observer } = this.#database;
    const rooms = entries.map((entry) => entry.room);
    if (!observer) return this.#call(batch, rooms);
    const askers = entries.map((entry) => entry.asker);
    return observer.onBehalfOf("place rooms", askers, () => this.#call(batch, rooms));
  }

  async #call(batch: RoomBatch, rooms: readonly NewRoom[]): Promise<CreateRow[]> {
    try {
      return await retryConflicts(() => createRooms(this.#database, batch, rooms));
    } catch (error) {
      if (isConnectionError(error)) return this.#settle(rooms, error);
      throw error;
    }
  }

  /** The connection broke: the batch may or may not have been committed. It is looked up, never repeated. */
  async #settle(rooms: readonly NewRoom[], cause: unknown): Promise<CreateRow[]> {
    const giveUpAt = Date.now() + SETTLE_DEADLINE_MS;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        return await settleRooms(
          this.#database,
          rooms.map((room) => room.roomKey),
        );
      } catch (error) {
        if (!isConnectionError(error) || Date.now() + pauseMs > giveUpAt) {
          throw new RoomError("internal", "the database did not answer; look the room up before trying again", {
            cause,
          });
        }
        await delay(pauseMs);
      }
    }
  }
}

/** Nothing of these has been sent. One after the other they would wait longer than any caller does. */
function refuseAll(entries: readonly Entry[]): void {
  for (const { reject } of entries) {
    reject(new RoomError("internal", "the database does not answer; the room was not created"));
  }
}
