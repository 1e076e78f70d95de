import {
  adoptProcess,
  type Database,
  endProcess,
  type EndReason,
  noteDetail,
  reportBooted,
  reportRunning,
  type StartOrder,
} from "@roombridge/rooms";
import type { ExposedPort } from "@roombridge/models/api";
import type { Logger } from "@roombridge/service";
import { hathoraEnvironment } from "../hathora-environment.ts";
import type { HostMetrics } from "../metrics/host-metrics.ts";
import type { OutageLog } from "../outage-log.ts";
import { type ProcessPort, PortTakenError, type Provider, SpawnError } from "../provider/provider.ts";
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
  readonly hostId: string;
  readonly incarnation: string;
  readonly publicHost: string;
  readonly stopGraceMs: number;
  readonly outages: OutageLog;
  readonly log: Logger;
  readonly metrics?: HostMetrics | undefined;
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
        return launch?.order && this.#launchTraced({ ...launch, order: launch.order });
      case "adopt":
        return this.#adopt(processId);
      case "report_running":
        if ((await this.#reportRunning(processId, action.endpoints)) && launch) this.#options.metrics?.running(launch);
        return launch;
      case "explain":
        await this.#explain(processId, action.detail);
        return launch && { ...launch, detail: action.detail };
      case "change_ports":
        return this.#changePorts(processId, launch, action.taken);
    }
  }

  #launchTraced(launch: Launch & { readonly order: StartOrder }): Promise<Launch | undefined> {
    const { metrics } = this.#options;
    return metrics ? metrics.launch(launch.order, () => this.#launch(launch)) : this.#launch(launch);
  }

  async #launch(launch: Launch & { readonly order: StartOrder }): Promise<Launch | undefined> {
    const { ports: finder, log } = this.#options;
    const { order } = launch;
    const { processId } = order;
    const ports = await finder.find(order);
    if (!ports) {
      log.error({ processId }, "no port of HOST_PORT_RANGE is free");
      return this.#end(processId, "port_taken");
    }
    if (this.#isClosed) return launch;
    try {
      await this.#start(order, ports);
    } catch (error) {
      if (error instanceof PortTakenError) return this.#changePorts(processId, launch, error.ports);
      if (!(error instanceof SpawnError)) throw error;
      log.error(
        { err: error, processId, appId: order.appId, command: order.command, image: order.image },
        "a game server cannot be started",
      );
      return this.#end(processId, "spawn_error", error.message);
    }
    return { ...launch, startedAtMs: performance.now() };
  }

  async #start(order: StartOrder, ports: readonly ProcessPort[]): Promise<void> {
    const { database, provider, publicHost, outages, log } = this.#options;
    const { processId, appId, deploymentId, region, command, image } = order;
    const env = hathoraEnvironment(order, { publicHost, ports });
    const limits = { cpu: order.requestedCpu, memoryMb: order.requestedMemoryMb };
    await provider.start({ processId, appId, deploymentId, region, command, image, ports, env, limits });
    log.info({ processId, appId, region, port: ports[0]?.port }, "game server started");
    // The start has happened: without this report the process merely has no time of booting.
    await reportBooted(database, processId).catch((error: unknown) => outages.failed(error, "reporting a boot"));
  }

  /** Goes on with what an earlier incarnation of this host has started: its players notice nothing. */
  async #adopt(processId: string): Promise<Launch | undefined> {
    const { database, hostId, incarnation, log } = this.#options;
    if (!(await adoptProcess(database, { processId, hostId, incarnation }))) return undefined;
    log.info({ processId }, "game server adopted");
    return { order: undefined, startedAtMs: performance.now(), clashes: 0 };
  }

  async #reportRunning(processId: string, endpoints: readonly ExposedPort[]): Promise<boolean> {
    const { database, incarnation, log } = this.#options;
    const [exposedPort, ...additionalExposedPorts] = endpoints;
    if (!exposedPort) throw new Error("a process without ports cannot run");
    const isRunning = await reportRunning(database, { processId, incarnation, exposedPort, additionalExposedPorts });
    if (isRunning) log.info({ processId, port: exposedPort.port }, "game server running");
    return isRunning;
  }

  /** At once, and not with the end: who waits for the room wants to know before the deadline. */
  async #explain(processId: string, detail: string | undefined): Promise<void> {
    const { database, log } = this.#options;
    if (detail !== undefined) log.warn({ processId, detail }, "a game server is not ready");
    await noteDetail(database, processId, detail);
  }

  /** A process that could not have its port is none of the game's failures, so it gets other ports first. */
  async #changePorts(
    processId: string,
    launch: Launch | undefined,
    taken: readonly number[],
  ): Promise<Launch | undefined> {
    const { provider, ports: finder, stopGraceMs, log } = this.#options;
    log.warn({ processId, ports: taken }, "somebody else holds the port of a game server");
    finder.avoid(taken);
    const clashes = (launch?.clashes ?? 0) + 1;
    if (!launch?.order || clashes === MAX_CLASHES) return this.#end(processId, "port_taken");
    await provider.stop(processId, stopGraceMs);
    await provider.forget(processId);
    return { order: launch.order, startedAtMs: undefined, clashes, detail: launch.detail };
  }

  async #end(processId: string, reason: EndReason, cause?: string): Promise<undefined> {
    const { database, provider, stopGraceMs, log, metrics } = this.#options;
    const graceMs = reason === "host_lost" ? Math.min(stopGraceMs, LEFTOVER_GRACE_MS) : stopGraceMs;
    await provider.stop(processId, graceMs);
    const { exit, detail = cause } = (await provider.inspect(processId)) ?? {};
    const { code: exitCode, signal: exitSignal, oom } = exit ?? {};
    const recorded = reason === "exited" && oom ? "out_of_memory" : reason;
    if (await endProcess(database, { processId, reason: recorded, exitCode, exitSignal, detail })) {
      log.info({ processId, reason: recorded, exitCode, exitSignal, detail }, "game server ended");
      metrics?.ended(recorded);
    }
    if (oom)
      log.warn({ processId }, "the game server had reached its memory limit: requestedMemoryMB of its deployment");
    await provider.forget(processId);
  }

  async #discard(processId: string): Promise<undefined> {
    const { provider, stopGraceMs } = this.#options;
    await provider.stop(processId, stopGraceMs);
    await provider.forget(processId);
  }
}
