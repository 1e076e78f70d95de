import { mayBlameOneRow, type Database } from "./store/database.ts";

/** Reads `wanted` in one statement; what it finds stands in the same places. */
type Read<Wanted, Row> = (database: Database, wanted: readonly Wanted[]) => Promise<readonly (Row | undefined)[]>;

interface Entry<Wanted, Row> {
  readonly wanted: Wanted;
  /** See `DatabaseObserver`. */
  readonly asker: unknown;
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Rooms in one statement; more wait for the next one. */
const MAX_BATCH = 500;
/** Statements at once: more would be smaller, and each costs as much as many rooms. */
const MAX_UNDER_WAY = 2;
/** A statement that takes longer holds up the others no more: its connection may have fallen silent. */
const SLOW_MS = 250;

/**
 * Collects reads that are asked for in the same turn of the event loop, or while others are under way, into one statement.
 * It is sent after all of them were asked for, so nobody is told of an older state. A lone read does not wait for company.
 */
export class ReadCollector<Wanted, Row> {
  readonly #database: Database;
  readonly #name: string;
  readonly #read: Read<Wanted, Row>;
  #waiting: Entry<Wanted, Row>[] = [];
  #underWay = 0;
  #isDue = false;

  /** `name` is what traces show. */
  constructor(database: Database, name: string, read: Read<Wanted, Row>) {
    this.#database = database;
    this.#name = name;
    this.#read = read;
  }

  /** What is there now; undefined when there is nothing. Rejects with the database's error. */
  read(wanted: Wanted): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ wanted, asker: this.#database.observer?.asker(), resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isDue || this.#waiting.length === 0 || this.#underWay >= MAX_UNDER_WAY) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const entries = this.#waiting.splice(0, MAX_BATCH);
    const leave = this.#enter();
    this.#schedule();
    await this.#settle(entries);
    leave();
  }

  #enter(): () => void {
    this.#underWay += 1;
    let isIn = true;
    const leave = () => {
      if (!isIn) return;
      isIn = false;
      clearTimeout(timer);
      this.#underWay -= 1;
      this.#schedule();
    };
    const timer = setTimeout(leave, SLOW_MS);
    return leave;
  }

  /** Settles every entry, whatever happens. */
  async #settle(entries: readonly Entry<Wanted, Row>[]): Promise<void> {
    try {
      const rows = await this.#ask(entries);
      for (const [index, { resolve }] of entries.entries()) resolve(rows[index]);
    } catch (error) {
      if (entries.length > 1 && mayBlameOneRow(error)) {
        // Only the guilty read shall fail: the others are read in halves.
        const middle = entries.length >> 1;
        await Promise.all([this.#settle(entries.slice(0, middle)), this.#settle(entries.slice(middle))]);
        return;
      }
      for (const { reject } of entries) reject(error);
    }
  }

  #ask(entries: readonly Entry<Wanted, Row>[]): Promise<readonly (Row | undefined)[]> {
    const { observer } = this.#database;
    const wanted = entries.map((entry) => entry.wanted);
    if (!observer) return this.#read(this.#database, wanted);
    const askers = entries.map(({ asker }) => asker);
    return observer.onBehalfOf(this.#name, askers, () => this.#read(this.#database, wanted));
  }
}
