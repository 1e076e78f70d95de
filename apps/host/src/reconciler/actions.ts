import { type Database, endProcess, type EndReason, reportBooted, reportRunning } from "@roombridge/rooms";
import type { ExposedPort } from "@roombridge/models/api";
import type { Logger } from "@roombridge/service";
import { hathoraEnvironment } from "../hathora-environment.ts";
import type { OutageLog } from "../outage-log.ts";
import { type ProcessPort, type Provider, SpawnError } from "../provider/provider.ts";
import type { Action } from "./decide.ts";
import type { Launch } from "./launch.ts";
import type { PortFinder } from "./port-finder.ts";

/** What an earlier host left has no players to wait for: they were told that it is gone. */
const LEFTOVER_GRACE_MS = 3_000;
const MAX_CLASHES = 3;

export interface ActionsOptions {
  readonly database: Database;
  readonly provider: Provider;
  readonly ports: PortFinder;
  readonly incarnation: string;
  readonly publicHost: string;
  readonly stopGraceMs: number;
  readonly outages: OutageLog;
  readonly log: Logger;
}

/** Does what was decided about one process. Every action may be repeated after a failure. */
export class Actions {
  readonly #options: ActionsOptions;
  #isClosed = false;

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  /** From now on nothing is started. */
  close(): void {
    this.#isClosed = true;
  }

  /** Answers what is known of the start afterwards; undefined when the process is over. */
  async run(processId: string, action: Action, launch: Launch | undefined): Promise<Launch | undefined> {
    switch (action.do) {
      case "nothing":
        return launch;
      case "discard":
        return this.#discard(processId);
      case "end":
        return this.#end(processId, action.reason);
      case "launch":
        return launch && this.#launch(launch);
      case "report_running":
        return launch && this.#reportRunning(launch);
      case "change_ports":
        return launch && this.#changePorts(launch, action.taken);
      case "explain_exit":
        return launch && this.#explainExit(launch);
    }
  }

  async #launch(launch: Launch): Promise<Launch | undefined> {
    const { database, provider, ports: finder, publicHost, outages, log } = this.#options;
    const { order } = launch;
    const { processId } = order;
    const ports = await finder.find(order);
    if (!ports) {
      log.error({ processId }, "no port of HOST_PORT_RANGE is free");
      return this.#end(processId, "port_taken");
    }
    if (this.#isClosed) return launch;
    const env = hathoraEnvironment(order, { publicHost, ports });
    try {
      await provider.start({ processId, command: order.command, ports, env });
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      log.error(
        { err: error, processId, appId: order.appId, command: order.command },
        "a game server cannot be started",
      );
      return this.#end(processId, "spawn_error");
    }
    const startedAtMs = performance.now();
    log.info({ processId, appId: order.appId, region: order.region, port: ports[0]?.port }, "game server started");
    // The start has happened: without this report the process merely has no time of booting.
    await reportBooted(database, processId).catch((error: unknown) => outages.failed(error, "reporting a boot"));
    return { ...launch, startedAtMs, ports };
  }

  async #reportRunning(launch: Launch): Promise<Launch> {
    const { database, incarnation, publicHost, log } = this.#options;
    const { processId } = launch.order;
    const exposed = launch.ports.map((port) => toExposedPort(publicHost, port));
    const [exposedPort, ...additionalExposedPorts] = exposed;
    if (!exposedPort) throw new Error("a process without ports cannot run");
    if (await reportRunning(database, { processId, incarnation, exposedPort, additionalExposedPorts })) {
      log.info({ processId, port: exposedPort.port }, "game server running");
    }
    return launch;
  }

  /** A process that could not have its port is none of the game's failures, so it gets other ports first. */
  async #changePorts(launch: Launch, taken: readonly number[]): Promise<Launch | undefined> {
    const { provider, ports: finder, stopGraceMs, log } = this.#options;
    const { processId } = launch.order;
    log.warn({ processId, ports: taken }, "somebody else holds the port of a game server");
    finder.avoid(taken);
    const clashes = launch.clashes + 1;
    if (clashes === MAX_CLASHES) return this.#end(processId, "port_taken");
    await provider.stop(processId, stopGraceMs);
    await provider.forget(processId);
    return { order: launch.order, startedAtMs: undefined, ports: [], clashes };
  }

  async #explainExit(launch: Launch): Promise<Launch | undefined> {
    const taken = await this.#options.provider.takenPorts(launch.ports.map(({ port }) => port));
    return taken.length > 0 ? this.#changePorts(launch, taken) : this.#end(launch.order.processId, "exited");
  }

  async #end(processId: string, reason: EndReason): Promise<undefined> {
    const { database, provider, stopGraceMs, log } = this.#options;
    const graceMs = reason === "host_lost" ? Math.min(stopGraceMs, LEFTOVER_GRACE_MS) : stopGraceMs;
    await provider.stop(processId, graceMs);
    const { code: exitCode, signal: exitSignal } = (await provider.inspect(processId))?.exit ?? {};
    if (await endProcess(database, { processId, reason, exitCode, exitSignal })) {
      log.info({ processId, reason, exitCode, exitSignal }, "game server ended");
    }
    await provider.forget(processId);
  }

  async #discard(processId: string): Promise<undefined> {
    const { provider, stopGraceMs } = this.#options;
    await provider.stop(processId, stopGraceMs);
    await provider.forget(processId);
  }
}

function toExposedPort(host: string, { name, port, transportType }: ProcessPort): ExposedPort {
  return { host, name, port, transportType };
}
