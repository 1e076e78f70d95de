import { type Database, reportConnections } from "@roombridge/rooms";
import type { OutageLog } from "../outage-log.ts";
import type { Provider } from "../provider/provider.ts";

export interface ConnectionWatchOptions {
  readonly database: Database;
  readonly provider: Pick<Provider, "countConnections">;
  readonly hostId: string;
  readonly incarnation: string;
  readonly outages: OutageLog;
}

/** Tells the database since when nobody is connected to a game server, and nothing as long as that does not change. */
export class ConnectionWatch {
  readonly #options: ConnectionWatchOptions;
  /** Those for which the database has such a time from this host. */
  #told: ReadonlySet<string> = new Set();
  /** Those for which it may have one or not: the answer to the last report did not come. */
  #unsure: ReadonlySet<string> = new Set();

  constructor(options: ConnectionWatchOptions) {
    this.#options = options;
  }

  /** One look; never throws. */
  async round(): Promise<void> {
    const { database, hostId, incarnation, outages } = this.#options;
    const counts = await this.#count();
    const quiet = new Set([...counts].flatMap(([processId, count]) => (count === 0 ? [processId] : [])));
    const isKnown = (processId: string) => this.#told.has(processId) && !this.#unsure.has(processId);
    const withoutConnections = [...quiet].filter((processId) => !isKnown(processId));
    const withConnections = [...new Set([...this.#told, ...this.#unsure])].filter((processId) => !quiet.has(processId));
    if (withoutConnections.length + withConnections.length === 0) return;
    try {
      const report = { hostId, incarnation, withoutConnections, withConnections };
      const written = new Set(await reportConnections(database, report));
      this.#told = new Set([...quiet].filter((processId) => isKnown(processId) || written.has(processId)));
      this.#unsure = new Set();
    } catch (error) {
      this.#unsure = new Set([...this.#unsure, ...withoutConnections, ...withConnections]);
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
