import { type Database, findAbandoned } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import type { OutageLog } from "../outage-log.ts";
import type { NeighbourProcess, Neighbours, Provider } from "../provider/provider.ts";

/** Nobody plays there: the rooms were taken away when the host was lost. */
const GRACE_MS = 3_000;

export interface NeighbourWatchOptions {
  readonly database: Database;
  readonly provider: Provider;
  readonly outages: OutageLog;
  readonly log: Logger;
}

/**
 * Ends what a host that is dead for good has left where this one runs too. Its processes have ended for the database, so that
 * nobody may go on with them, the same host neither. Any number of hosts may do so at once.
 */
export class NeighbourWatch {
  readonly #options: NeighbourWatchOptions;

  constructor(options: NeighbourWatchOptions) {
    this.#options = options;
  }

  /** One look; never throws. */
  async round(): Promise<void> {
    const { database, provider, outages } = this.#options;
    const { neighbours } = provider;
    if (!neighbours) return;
    try {
      const found = await neighbours.list();
      if (found.length === 0) return;
      const abandoned = await findAbandoned(database, found);
      await Promise.all(abandoned.map((process) => this.#end(neighbours, process)));
    } catch (error) {
      outages.failed(error, "a look at what other hosts have left");
    }
  }

  async #end(neighbours: Neighbours, process: NeighbourProcess): Promise<void> {
    const { outages, log } = this.#options;
    try {
      await neighbours.end(process, GRACE_MS);
      log.warn(process, "a game server that a dead host had left was ended");
    } catch (error) {
      outages.failed(error, `ending the process ${process.processId} of a dead host`);
    }
  }
}
