import type { ExposedPort } from "@roombridge/models/api";
import { toProcessExit } from "../exit-code.ts";
import { type Observed, type ProcessExit, type ProcessPort, tlsRoutesOf } from "../provider.ts";
import type { ContainerState, ListedContainer } from "./engine.ts";
import { isAlive } from "./stop-container.ts";

type EndedContainer = Pick<ContainerState, "status" | "exitCode" | "isOutOfMemory" | "isEndKnown">;

/** Where its first process is, for whoever looks for it; times are of the monotonic clock. */
export interface Presence {
  /** Seen on this machine at some time. */
  pid: number | undefined;
  /** Since when it is not seen, although the engine calls it running. */
  missingSinceMs: number | undefined;
  askAgainAtMs: number;
}

/** One container of this host: what was seen of it so far. */
export class DockerProcess {
  readonly processId: string;
  readonly ports: readonly ProcessPort[];
  readonly containerId: string;
  hasRun = false;
  wasTold = false;
  isLogKept = false;
  /** Since when nobody can see whether it has bound its ports, on the monotonic clock; that is told once. */
  unknowableSinceMs: number | undefined;
  isTold = false;
  exit: ProcessExit | undefined;
  readonly presence: Presence = { pid: undefined, missingSinceMs: undefined, askAgainAtMs: 0 };
  #isGone = false;
  #seenAliveIn: number | undefined;

  constructor(processId: string, container: { readonly id: string; readonly ports: readonly ProcessPort[] }) {
    this.processId = processId;
    this.containerId = container.id;
    this.ports = container.ports;
  }

  get isStarting(): boolean {
    return !this.hasRun && this.exit === undefined;
  }

  /** It has ended, and its engine does not know. */
  get isGone(): boolean {
    return this.#isGone;
  }

  vanished(): void {
    this.#isGone = true;
    this.exit ??= {};
  }

  /** `epoch` grows whenever the connection to the engine has broken. */
  seen({ status }: Pick<ListedContainer, "status">, epoch: number): void {
    if (isAlive({ status })) this.#seenAliveIn = epoch;
  }

  /**
   * An engine that is stopped sends SIGTERM to all it runs, and games end with code 0 then, which would destroy their rooms.
   * So that code counts only for a process that was seen alive with the engine, and without a break since.
   */
  ended({ status, exitCode, isOutOfMemory, isEndKnown }: EndedContainer, epoch: number): void {
    // Never started, or ended unseen: its engine, or the host, died in between.
    const exit = status === "created" || !isEndKnown ? {} : toProcessExit(exitCode);
    const isBelieved = exit.code !== 0 || this.#seenAliveIn === epoch || this.wasTold;
    this.exit = { ...(isBelieved ? exit : {}), ...(isOutOfMemory && exitCode !== 0 ? { oom: true } : {}) };
  }

  observed(publicHost: string): Observed {
    const endpoints = this.ports.map(({ name, port, transportType }): ExposedPort => {
      return { host: publicHost, name, port, transportType };
    });
    const seen = {
      processId: this.processId,
      hasRun: this.hasRun,
      endpoints,
      foreignPorts: [],
      tlsRoutes: tlsRoutesOf(this.ports),
    };
    if (this.exit) return { ...seen, phase: "exited", exit: this.exit };
    return { ...seen, phase: this.hasRun ? "running" : "starting" };
  }
}
