import { toProcessExit } from "../exit-code.ts";
import { findTakenPorts } from "../port-probe.ts";
import { type Observed, ownPort, type ProcessExit, tlsRoutesOf } from "../provider.ts";
import { isAlive } from "./process-identity.ts";
import { killEscaped, killSession, stopSession } from "./process-session.ts";
import { hasRunOutOfMemory, killCgroup, removeCgroup } from "./cgroup.ts";
import {
  isMarkedOutOfMemory,
  markOutOfMemory,
  type ProcessFiles,
  type ProcessState,
  readExitCode,
  removeState,
} from "./process-files.ts";
import { addressInUse, wrongPort } from "./port-advice.ts";
import { checkReadiness, findOtherPorts } from "./readiness.ts";

/** A stranger must have held a port this long before it counts: servers bind, look and bind again. */
const FOREIGN_MS = 1_000;
/** A server that is not ready by then, and again and again, is asked where it listens instead. */
const ASTRAY_MS = 3_000;

/** One process of this machine: what was seen of it so far, and how to look again. */
export class LocalProcess {
  readonly state: ProcessState;
  readonly files: ProcessFiles;
  readonly #publicHost: string;
  #hasRun = false;
  #wasTold = false;
  #exit: ProcessExit | undefined;
  #detail: string | undefined;
  #askedAtMs = performance.now();
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
    const detail = this.#detail === undefined ? {} : { detail: this.#detail };
    const seen = { processId, hasRun: this.#hasRun, endpoints, foreignPorts, tlsRoutes: tlsRoutesOf(ports), ...detail };
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
    if (this.#hasRun) this.#detail = undefined;
    else if (performance.now() - this.#askedAtMs > ASTRAY_MS) await this.#lookElsewhere();
    return isReady || this.#foreignPorts().length > 0;
  }

  /** The first call sends SIGTERM; a later one only shortens the wait: a second SIGTERM means "at once" to many servers. */
  async stop(graceMs: number): Promise<void> {
    const wasTold = this.#wasTold;
    this.#wasTold = true;
    await stopSession(this.state, graceMs, wasTold);
    await this.#killStragglers();
  }

  /** Ends it at once because it has more memory than it may have. */
  async endForMemory(): Promise<void> {
    if (this.#exit) return;
    await markOutOfMemory(this.files);
    await killSession(this.state);
  }

  /** Drops what is known of it, except its log. */
  async forget(): Promise<void> {
    await removeState(this.files);
    if (this.state.cgroup !== undefined) await removeCgroup(this.state.cgroup);
  }

  /** How it ended, and whether ports that somebody else holds may be the reason. */
  async #record(): Promise<void> {
    // What the game server left in other process groups would hold its ports. Whatever the kernel cannot end must not keep
    // the exit from being seen; the port probe keeps its ports out of use.
    await killSession(this.state).catch(() => {});
    await this.#killStragglers().catch(() => {});
    const exit = toProcessExit(await readExitCode(this.files));
    const oom = exit.code !== 0 && (await this.#hasRunOutOfMemory());
    const taken = this.#hasRun ? [] : await findTakenPorts(this.#ownPorts().map(({ port }) => port));
    const detail = this.#hasRun || taken.length > 0 ? undefined : await addressInUse(this.files.log);
    if (this.#exit) return;
    this.#detail = detail ?? (this.#hasRun ? undefined : this.#detail);
    this.#foreign = taken.length === 0 ? undefined : { ports: taken, sinceMs: Number.NEGATIVE_INFINITY };
    this.#exit = { ...exit, ...(oom ? { oom } : {}) };
  }

  async #hasRunOutOfMemory(): Promise<boolean> {
    const { cgroup } = this.state;
    return (await isMarkedOutOfMemory(this.files)) || (cgroup !== undefined && (await hasRunOutOfMemory(cgroup)));
  }

  /** What has left the session, as a daemon does. */
  async #killStragglers(): Promise<void> {
    const { cgroup, processId } = this.state;
    if (cgroup !== undefined) await killCgroup(cgroup);
    else await killEscaped(this.state, processId);
  }

  async #lookElsewhere(): Promise<void> {
    this.#askedAtMs = performance.now();
    const own = this.#ownPorts();
    const others = await findOtherPorts(this.state.pid, own);
    this.#detail =
      others.length === 0
        ? undefined
        : wrongPort(
            others,
            own.map(({ port }) => port),
          );
  }

  /** Without the TLS ports, which the host holds for it. */
  #ownPorts() {
    return this.state.ports.map(({ transportType, ...port }) => ({ port: ownPort(port), transportType }));
  }

  #foreignPorts(): readonly number[] {
    return this.#foreign && performance.now() - this.#foreign.sinceMs >= FOREIGN_MS ? this.#foreign.ports : [];
  }
}
