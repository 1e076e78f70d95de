import type { Logger } from "@roombridge/service";
import {
  type Observed,
  PortTakenError,
  type ProcessSpec,
  type Provider,
  SpawnError,
  type TlsRoute,
  tlsRoutesOf,
} from "../provider/provider.ts";
import type { CertificateSource } from "./certificate.ts";
import { openTerminator, type Terminator } from "./terminator.ts";

export interface TlsOptions {
  /** Undefined: processes with TLS ports are refused. */
  readonly certificate: CertificateSource | undefined;
  /** Where players connect. */
  readonly listenHost: string | undefined;
  readonly log: Logger;
}

/**
 * A provider whose processes may have TLS ports: this host terminates them. Its connections break when the host ends; the
 * game servers stay, and the next host opens the ports anew as soon as it sees them.
 */
export function terminateTls(provider: Provider, options: TlsOptions): Provider {
  const terminators = new Terminators(options);
  return {
    kind: provider.kind,
    mapsPorts: provider.mapsPorts,
    neighbours: provider.neighbours,
    async start(spec) {
      await terminators.whileStarting(spec, () => provider.start(spec));
    },
    async list() {
      const keep = terminators.beginLook();
      const observed = await provider.list();
      await keep(observed);
      return observed;
    },
    inspect: (processId) => provider.inspect(processId),
    async stop(processId, graceMs) {
      await provider.stop(processId, graceMs);
      await terminators.close(processId);
    },
    async forget(processId) {
      await provider.forget(processId);
      await terminators.close(processId);
    },
    takenPorts: (ports) => provider.takenPorts(ports),
    hasLog: (processId) => provider.hasLog(processId),
    logs: (processId, logOptions) => provider.logs(processId, logOptions),
    stats: (processId) => provider.stats(processId),
    countConnections: () => provider.countConnections(),
    prepare: () => provider.prepare(),
    async close() {
      await provider.close();
      await terminators.closeAll();
    },
  };
}

/** The open TLS ports of all processes. */
class Terminators {
  readonly #options: TlsOptions;
  readonly #open = new Map<string, readonly Terminator[]>();
  readonly #starting = new Set<string>();
  /** Told once for each process: why its ports could not be opened. */
  readonly #complained = new Set<string>();

  constructor(options: TlsOptions) {
    this.#options = options;
  }

  /** Opens the ports before the process starts: nobody else gets them then. Throws SpawnError and PortTakenError. */
  async whileStarting({ processId, ports }: ProcessSpec, start: () => Promise<void>): Promise<void> {
    const routes = tlsRoutesOf(ports);
    if (routes.length === 0) return start();
    this.#starting.add(processId);
    try {
      await this.#openAll(processId, routes);
      await start();
    } catch (error) {
      await this.close(processId);
      throw error;
    } finally {
      this.#starting.delete(processId);
    }
  }

  /** What was open before the look, and is not seen in it, has ended. */
  beginLook(): (observed: readonly Observed[]) => Promise<void> {
    const before = [...this.#open.keys()].filter((processId) => !this.#starting.has(processId));
    return async (observed) => {
      const living = new Map(observed.filter(({ phase }) => phase !== "exited").map((one) => [one.processId, one]));
      await Promise.all(before.filter((processId) => !living.has(processId)).map((one) => this.close(one)));
      for (const { processId, tlsRoutes } of living.values()) {
        if (tlsRoutes.length > 0 && !this.#starting.has(processId)) await this.#reopen(processId, tlsRoutes);
      }
    };
  }

  async close(processId: string): Promise<void> {
    this.#complained.delete(processId);
    await this.#release(processId);
  }

  async #release(processId: string): Promise<void> {
    const terminators = this.#open.get(processId) ?? [];
    this.#open.delete(processId);
    await Promise.all(terminators.map((terminator) => terminator.close()));
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((processId) => this.close(processId)));
  }

  /** For a process that an earlier host has started; tried at each look, as that host may still hold the ports. */
  async #reopen(processId: string, routes: readonly TlsRoute[]): Promise<void> {
    if (this.#open.has(processId)) return;
    try {
      await this.#openAll(processId, routes);
      this.#complained.delete(processId);
    } catch (error) {
      if (this.#complained.has(processId)) return;
      this.#complained.add(processId);
      this.#options.log.error({ err: error, processId }, "the TLS ports of a game server cannot be opened yet");
    }
  }

  async #openAll(processId: string, routes: readonly TlsRoute[]): Promise<void> {
    const { certificate, listenHost: host } = this.#options;
    if (this.#open.has(processId)) return;
    if (!certificate) {
      throw new SpawnError("a TLS port needs a certificate: set HOST_TLS_CERT_FILE and HOST_TLS_KEY_FILE");
    }
    const opened: Terminator[] = [];
    // At once: a second caller finds them there.
    this.#open.set(processId, opened);
    for (const route of routes) {
      const terminator = await openTerminator(route, { certificate, host }).catch(async (error: unknown) => {
        await this.#release(processId);
        throw new PortTakenError([route.port], { cause: error });
      });
      // Whoever has released the process meanwhile did not know of this one.
      if (this.#open.get(processId) !== opened) return terminator.close();
      opened.push(terminator);
    }
  }
}
