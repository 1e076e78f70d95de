import { toProcessExit } from "../exit-code.ts";
import { findTakenPorts } from "../port-probe.ts";
import { type Observed, ownPort, type ProcessExit, tlsRoutesOf } from "../provider.ts";
import { isAlive } from "./process-identity.ts";
import { killSession, stopSession } from "./process-session.ts";
import { type ProcessFiles, type ProcessState, readExitCode } from "./process-files.ts";
import { checkReadiness } from "./readiness.ts";

/** A stranger must have held a port this long before it counts: servers bind, look and bind again. */
const FOREIGN_MS = 1_000;

/** One process of this machine: what was seen of it so far, and how to look again. */
export class LocalProcess {
  readonly state: ProcessState;
  readonly files: ProcessFiles;
  readonly #publicHost: string;
  #hasRun = false;
  #wasTold = false;
  #exit: ProcessExit | undefined;
  #foreign: { readonly ports: readonly number[]; readonly sinceMs: number } | undefined;

  constructor(state: ProcessState, { files, publicHost }: { files: ProcessFiles; publicHost: string }) {
    this.state = state;
    this.files = files;
    this.#publicHost = publicHost;
  }

  get isStarting(): boolean {
    return !this.#hasRun && this.#exit === undefined;
  }

  get isOver(): boolean {
    return this.#exit !== undefined;
  }

  async observe(): Promise<Observed> {
    if (!this.#exit && !(await isAlive(this.state))) await this.#record();
    const { processId, ports } = this.state;
    const endpoints = ports.map(({ name, port, transportType }) => ({
      host: this.#publicHost,
      name,
      port,
      transportType,
    }));
    const foreignPorts = this.#foreignPorts();
    const seen = { processId, hasRun: this.#hasRun, endpoints, foreignPorts, tlsRoutes: tlsRoutesOf(ports) };
    if (this.#exit) return { ...seen, phase: "exited", exit: this.#exit };
    return { ...seen, phase: this.#hasRun ? "running" : "starting" };
  }

  /** Looks whether the ports are bound. Answers true when the reconciler should know. */
  async checkReadiness(): Promise<boolean> {
    if (this.#exit) return false;
    const { isReady, foreignPorts } = await checkReadiness(this.state.pid, this.#ownPorts());
    this.#hasRun ||= isReady;
    const sinceMs = this.#foreign?.sinceMs ?? performance.now();
    this.#foreign = foreignPorts.length === 0 ? undefined : { ports: foreignPorts, sinceMs };
    return isReady || this.#foreignPorts().length > 0;
  }

  /** The first call sends SIGTERM; a later one only shortens the wait: a second SIGTERM means "at once" to many servers. */
  async stop(graceMs: number): Promise<void> {
    const wasTold = this.#wasTold;
    this.#wasTold = true;
    await stopSession(this.state, graceMs, wasTold);
  }

  /** How it ended, and whether ports that somebody else holds may be the reason. */
  async #record(): Promise<void> {
    // What the game server left in other process groups would hold its ports. Whatever the kernel cannot end must not keep
    // the exit from being seen; the port probe keeps its ports out of use.
    await killSession(this.state).catch(() => {});
    const exit = toProcessExit(await readExitCode(this.files));
    const taken = this.#hasRun ? [] : await findTakenPorts(this.#ownPorts().map(({ port }) => port));
    if (this.#exit) return;
    this.#foreign = taken.length === 0 ? undefined : { ports: taken, sinceMs: Number.NEGATIVE_INFINITY };
    this.#exit = exit;
  }

  /** Without the TLS ports, which the host holds for it. */
  #ownPorts() {
    return this.state.ports.map(({ transportType, ...port }) => ({ port: ownPort(port), transportType }));
  }

  #foreignPorts(): readonly number[] {
    return this.#foreign && performance.now() - this.#foreign.sinceMs >= FOREIGN_MS ? this.#foreign.ports : [];
  }
}
