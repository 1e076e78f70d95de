import type { TransportType } from "@roombridge/models/api";

/** A port of a process on its host. */
export interface ProcessPort {
  /** `default` for the main port. */
  readonly name: string;
  readonly port: number;
  readonly transportType: TransportType;
}

export interface ProcessSpec {
  readonly processId: string;
  /** Name of a command in the operator's config file. */
  readonly command: string | null;
  readonly ports: readonly ProcessPort[];
  /** What the deployment, and Hathora's contract, give the process; the provider adds what every process has. */
  readonly env: Readonly<Record<string, string>>;
}

/** `starting` until every port is bound by the process itself, then `running`, in the end `exited`. */
export type Phase = "starting" | "running" | "exited";

/** How a process ended; empty when nobody saw it. */
export interface ProcessExit {
  readonly code?: number;
  readonly signal?: string;
}

export interface Observed {
  readonly processId: string;
  readonly phase: Phase;
  /** True when the ports were bound at some time. */
  readonly hasRun: boolean;
  /** Ports that somebody else holds while the process still wants them. */
  readonly foreignPorts: readonly number[];
  readonly exit?: ProcessExit;
}

/** Thrown by `start` when the process cannot exist at all; the message names the reason. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
}

/**
 * Owns processes and their addresses and nothing else: rooms, slots, deadlines and retries are the reconciler's.
 * `list` is the truth; `onChange` only wakes.
 */
export interface Provider {
  readonly kind: string;
  /** Returns once the process exists. Throws SpawnError; throws Error when the process is known already. */
  start(spec: ProcessSpec): Promise<void>;
  /** Every process of this provider that has not been forgotten, also those that an earlier host left. */
  list(): Promise<Observed[]>;
  inspect(processId: string): Promise<Observed | undefined>;
  /** SIGTERM, then SIGKILL after `graceMs`; returns when the process and its children are gone. Unknown ids are fine. */
  stop(processId: string, graceMs: number): Promise<void>;
  /** The end was recorded: drops what is known of an exited process, except its log. */
  forget(processId: string): Promise<void>;
  /** Those of these ports that are in use on this machine, for TCP or UDP. */
  takenPorts(ports: readonly number[]): Promise<number[]>;
  /** The last bytes of what the process wrote, whole lines; empty when there is no log. */
  tail(processId: string, bytes: number): Promise<string>;
  /** Leaves the processes running. */
  close(): Promise<void>;
}
