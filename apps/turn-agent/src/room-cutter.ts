import type { Database } from "@roombridge/rooms";
import { type Loop, startLoop } from "@roombridge/service";
import type { CoturnCli } from "./cli/coturn-cli.ts";
import type { RelaySession } from "./cli/session-listing.ts";
import type { OutageLog } from "./outage-log.ts";
import { cutRoom } from "./reconcile.ts";

export interface RoomCutterOptions {
  readonly cli: CoturnCli;
  readonly database: Database;
  readonly outages: OutageLog;
  readonly onCut: (sessions: readonly RelaySession[]) => void;
  /** Called when all sessions must be compared with the tables. */
  readonly reconcileNow: () => void;
}

interface Look {
  readonly dueMs: number;
  readonly isSecond: boolean;
}

/**
 * coturn may let a session in whose credential it read just before the change, and tell its command line of it a moment
 * later. The second look is also the second try when the first one fails.
 */
const SECOND_LOOK_MS = 300;
/** With more rooms at once it is quicker to compare everything. */
const MAX_ROOMS = 100;

/** Cuts the sessions of the rooms of which notifications tell. */
export class RoomCutter {
  readonly #options: RoomCutterOptions;
  readonly #looks = new Map<string, Look>();
  readonly #loop: Loop;

  constructor(options: RoomCutterOptions) {
    this.#options = options;
    this.#loop = startLoop(SECOND_LOOK_MS, () => this.#round());
  }

  /** The payload of a notification: room keys separated by commas; anything else means all rooms. */
  notify(payload: string): void {
    const keys = payload.split(",");
    const isNamed = keys.every((key) => /^[a-z0-9]{1,64}$/.test(key));
    if (!isNamed || keys.length + this.#looks.size > MAX_ROOMS) return this.#options.reconcileNow();
    for (const key of keys) this.#looks.set(key, { dueMs: 0, isSecond: false });
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #round(): Promise<void> {
    for (const [roomKey, { dueMs, isSecond }] of this.#looks) {
      if (dueMs > performance.now()) continue;
      this.#looks.delete(roomKey);
      if (!isSecond) this.#looks.set(roomKey, { dueMs: performance.now() + SECOND_LOOK_MS, isSecond: true });
      await this.#cut(roomKey);
    }
  }

  async #cut(roomKey: string): Promise<void> {
    const { cli, database, outages, onCut } = this.#options;
    await outages.run("cutting the relay sessions of a room", async () => {
      onCut(await cli.use((connection) => cutRoom(connection, database, roomKey)));
    });
  }
}
