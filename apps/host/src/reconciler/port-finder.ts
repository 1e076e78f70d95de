import { type Database, leasePorts, type StartOrder } from "@roombridge/rooms";
import type { ProcessPort, Provider } from "../provider/provider.ts";
import { leaseNames, portsOf } from "./launch.ts";

/** How long a port counts as taken before it is looked at again. */
const TAKEN_MS = 60_000;
const ATTEMPTS = 100;

export interface PortFinderOptions {
  readonly database: Database;
  readonly provider: Provider;
  readonly hostId: string;
  readonly range: { readonly min: number; readonly max: number };
}

/** Leases ports that are free among our processes and on the machine. */
export class PortFinder {
  readonly #options: PortFinderOptions;
  readonly #taken = new Map<number, { readonly sinceMs: number }>();

  constructor(options: PortFinderOptions) {
    this.#options = options;
  }

  /** These ports were found in use by others. */
  avoid(ports: readonly number[]): void {
    for (const port of ports) this.#taken.set(port, { sinceMs: performance.now() });
  }

  /** Undefined when the range has no free ports left. */
  async find(order: StartOrder): Promise<ProcessPort[] | undefined> {
    const { database, provider, hostId, range } = this.#options;
    const names = leaseNames(order);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const except = this.#listTaken();
      const leased = await leasePorts(database, { hostId, processId: order.processId, names, range, except });
      if (!leased) return undefined;
      const taken = await provider.takenPorts([...leased.values()]);
      if (taken.length === 0) return portsOf(order, leased, provider.mapsPorts);
      this.avoid(taken);
    }
    return undefined;
  }

  #listTaken(): number[] {
    const oldest = performance.now() - TAKEN_MS;
    for (const [port, { sinceMs }] of this.#taken) if (sinceMs < oldest) this.#taken.delete(port);
    return [...this.#taken.keys()];
  }
}
