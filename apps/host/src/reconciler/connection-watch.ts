import { type Database, reportConnections } from "@roombridge/rooms";
import type { OutageLog } from "../outage-log.ts";
import type { Provider } from "../provider/provider.ts";

export interface ConnectionWatchOptions {
  readonly database: Database;
  readonly provider: Provider;
  readonly hostId: string;
  readonly incarnation: string;
  readonly outages: OutageLog;
}

/** Tells the database since when nobody is connected to a game server, and nothing as long as that does not change. */
export class ConnectionWatch {
  readonly #options: ConnectionWatchOptions;
  /** Those for which the database has such a time from this host. */
  #told: ReadonlySet<string> = new Set();

  constructor(options: ConnectionWatchOptions) {
    this.#options = options;
  }

  /** One look; never throws. */
  async round(): Promise<void> {
    const { database, hostId, incarnation, outages } = this.#options;
    const counts = await this.#count();
    const quiet = [...counts].flatMap(([processId, count]) => (count === 0 ? [processId] : []));
    const withoutConnections = quiet.filter((processId) => !this.#told.has(processId));
    const withConnections = [...this.#told].filter((processId) => !quiet.includes(processId));
    if (withoutConnections.length + withConnections.length === 0) return;
    try {
      const report = { hostId, incarnation, withoutConnections, withConnections };
      const written = new Set(await reportConnections(database, report));
      this.#told = new Set(quiet.filter((processId) => this.#told.has(processId) || written.has(processId)));
    } catch (error) {
      outages.failed(error, "telling of connections");
    }
  }

  /** Nobody is known when they cannot be counted: what was told before is not true any more then. */
  async #count(): Promise<ReadonlyMap<string, number>> {
    try {
      return await this.#options.provider.countConnections();
    } catch (error) {
      this.#options.outages.failed(error, "counting connections");
      return new Map();
    }
  }
}
