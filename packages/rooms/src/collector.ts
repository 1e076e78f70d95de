import { isLockTimeout, mayBlameOneRow, type Database } from "./store/database.ts";

export interface CollectorOptions<Wanted, Answer> {
  /** What traces show. */
  readonly name: string;
  /** Rooms in one statement; more wait for the next one. */
  readonly maxBatch: number;
  /** Asks for all of `wanted` in one statement; the answers stand in the same places. */
  readonly ask: (database: Database, wanted: readonly Wanted[]) => Promise<readonly (Answer | undefined)[]>;
}

interface Entry<Wanted, Answer> {
  readonly wanted: Wanted;
  /** See `DatabaseObserver`. */
  readonly asker: unknown;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Statements at once: more would be smaller, and each costs as much as many rooms. */
const MAX_UNDER_WAY = 2;
/** A statement that takes longer holds up the others no more: its connection may have fallen silent. */
const SLOW_MS = 250;

/**
 * Collects what is asked for in the same turn of the event loop, or while others are under way, into one statement, whichever
 * applications it is about. It is sent after all of them were asked for, so nobody is told of an older state. Who asks alone
 * does not wait for company.
 */
export class Collector<Wanted, Answer> {
  readonly #database: Database;
  readonly #options: CollectorOptions<Wanted, Answer>;
  #waiting: Entry<Wanted, Answer>[] = [];
  #underWay = 0;
  #isDue = false;
  #unsettled = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(database: Database, options: CollectorOptions<Wanted, Answer>) {
    this.#database = database;
    this.#options = options;
  }

  /** The answer of the database; undefined when there is nothing. Rejects with its error. */
  ask(wanted: Wanted): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ wanted, asker: this.#database.observer?.asker(), resolve, reject });
      this.#unsettled += 1;
      this.#schedule();
    });
  }

  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void> {
    if (this.#unsettled === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
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
    const entries = this.#waiting.splice(0, this.#options.maxBatch);
    const leave = this.#enter();
    this.#schedule();
    await this.#settle(entries);
    leave();
    this.#unsettled -= entries.length;
    if (this.#unsettled > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
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
  async #settle(entries: readonly Entry<Wanted, Answer>[]): Promise<void> {
    try {
      const answers = await this.#ask(entries);
      for (const [index, { resolve }] of entries.entries()) resolve(answers[index]);
    } catch (error) {
      if (entries.length > 1 && (mayBlameOneRow(error) || isLockTimeout(error))) {
        // Only who is to blame shall fail, or wait for a lock: the others are asked for in halves.
        const middle = entries.length >> 1;
        await Promise.all([this.#settle(entries.slice(0, middle)), this.#settle(entries.slice(middle))]);
        return;
      }
      for (const { reject } of entries) reject(error);
    }
  }

  #ask(entries: readonly Entry<Wanted, Answer>[]): Promise<readonly (Answer | undefined)[]> {
    const { name, ask } = this.#options;
    const wanted = entries.map((entry) => entry.wanted);
    const { observer } = this.#database;
    if (!observer) return ask(this.#database, wanted);
    const askers = entries.map(({ asker }) => asker);
    return observer.onBehalfOf(name, askers, () => ask(this.#database, wanted));
  }
}
