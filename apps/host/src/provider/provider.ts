import type { ExposedPort, Region, TransportType } from "@roombridge/models/api";

/** A port of a process. */
export interface ProcessPort {
  /** `default` for the main port. */
  readonly name: string;
  /** On the host: the number that players are told. */
  readonly port: number;
  /** What the process itself binds: another number than `port` where the provider maps ports. */
  readonly bindPort: number;
  readonly transportType: TransportType;
  /** Of `tls`: the port of this machine where the process is reached without it; the host terminates TLS at `port`. */
  readonly plainPort?: number | undefined;
}

/** The port of the host that a process, or its engine, holds itself. */
export function ownPort({ port, plainPort }: Pick<ProcessPort, "port" | "plainPort">): number {
  return plainPort ?? port;
}

/** A port where players speak TLS, and the one of this machine where the game server is reached without it. */
export interface TlsRoute {
  readonly port: number;
  readonly plainPort: number;
}

export function tlsRoutesOf(ports: readonly Pick<ProcessPort, "port" | "plainPort">[]): TlsRoute[] {
  return ports.flatMap(({ port, plainPort }) => (plainPort === undefined ? [] : [{ port, plainPort }]));
}

export interface ProcessSpec {
  readonly processId: string;
  readonly appId: string;
  readonly deploymentId: string;
  readonly region: Region;
  /** Name of a command in the operator's config file. */
  readonly command: string | null;
  /** In place of a command: the image of a build, which the operator's config file must allow. */
  readonly image: string | null;
  readonly ports: readonly ProcessPort[];
  /** What the deployment, and Hathora's contract, give the process; the provider adds what every process has. */
  readonly env: Readonly<Record<string, string>>;
  /** In cores and MiB. */
  readonly limits: { readonly cpu: number; readonly memoryMb: number };
}

/** `starting` until every port is bound by the process itself, then `running`, in the end `exited`. */
export type Phase = "starting" | "running" | "exited";

/** How a process ended; empty when nobody saw it. */
export interface ProcessExit {
  readonly code?: number;
  readonly signal?: string;
  /** It was ended because it had reached its memory limit. */
  readonly oom?: boolean;
}

export interface Observed {
  readonly processId: string;
  readonly phase: Phase;
  /** True when this provider saw the ports bound at some time. */
  readonly hasRun: boolean;
  /** Where players reach it, once it runs. */
  readonly endpoints: readonly ExposedPort[];
  /** Ports that somebody else holds: while the process still wants them, or when it exited before it had them. */
  readonly foreignPorts: readonly number[];
  /** Its TLS ports, for the host to terminate. */
  readonly tlsRoutes: readonly TlsRoute[];
  /** Why it is not ready, or ended before it was, as far as that is known: a sentence for whoever made the game server. */
  readonly detail?: string;
  readonly exit?: ProcessExit;
}

export interface LogOptions {
  /** The last lines only; all that is kept when absent. */
  readonly tailLines?: number;
  /** Goes on until the process ends. */
  readonly follow?: boolean;
  /** Ends the reading without an error. */
  readonly signal?: AbortSignal;
}

export interface ProcessStats {
  /** Since the start, over all cores. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** Over the network since the start; absent where it is not counted by process. */
  readonly sentBytes?: number;
  /** Established connections to its TCP ports; absent where they cannot be counted. */
  readonly tcpConnections?: number;
}

/**
 * Thrown by `start` when the process cannot exist at all. The message names the reason to whoever made the deployment, and so no
 * path of the host; what the operator should know besides is the cause.
 */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
}

/** Thrown by `start` when somebody else holds ports on the host; nothing was started. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
  readonly ports: readonly number[];

  constructor(ports: readonly number[], options?: ErrorOptions) {
    super(`ports ${ports.join(", ")} are taken`, options);
    this.ports = ports;
  }
}

/** Thrown by every method when the engine behind the provider does not answer: nothing is known, try again later. */
export class ProviderAwayError extends Error {
  override readonly name = "ProviderAwayError";
}

/** A process that another host has started. */
export interface NeighbourProcess {
  readonly processId: string;
  readonly hostId: string;
}

/** What other hosts, of this installation or of another one, run where this one does. */
export interface Neighbours {
  list(): Promise<NeighbourProcess[]>;
  /** SIGTERM, then SIGKILL after `graceMs`; keeps the log, as that of an own process. What is gone already is fine. */
  end(process: NeighbourProcess, graceMs: number): Promise<void>;
}

/**
 * Owns processes and their addresses and nothing else: rooms, slots, deadlines and retries are the reconciler's.
 * `list` is the truth; the `onChange` that a provider is opened with only wakes, and may be lost.
 */
export interface Provider {
  readonly kind: "local" | "docker";
  /** True when processes bind the ports that the deployment names, and `port` is only where the host publishes them. */
  readonly mapsPorts: boolean;
  /** Absent where no other host can have processes. */
  readonly neighbours?: Neighbours | undefined;
  /**
   * Returns once the process exists; does nothing for one that is known already, even if it has exited.
   * Throws SpawnError and PortTakenError.
   */
  start(spec: ProcessSpec): Promise<void>;
  /** Every process of this provider that has not been forgotten, also those that an earlier host left. */
  list(): Promise<Observed[]>;
  inspect(processId: string): Promise<Observed | undefined>;
  /**
   * SIGTERM, then SIGKILL after `graceMs`; returns when the process and its children are gone. A second call sends no
   * second SIGTERM. Unknown ids are fine.
   */
  stop(processId: string, graceMs: number): Promise<void>;
  /** The end was recorded: drops what is known of an exited process, except its log. */
  forget(processId: string): Promise<void>;
  /** Those of these ports that are seen to be in use on the host, for TCP or UDP. */
  takenPorts(ports: readonly number[]): Promise<number[]>;
  /** True while there is a log, be it empty: from the start of the process until the log is dropped. */
  hasLog(processId: string): Promise<boolean>;
  /** What the process wrote, both streams; of a forgotten one too, while it is kept. Nothing when there is no log. */
  logs(processId: string, options?: LogOptions): AsyncIterable<Uint8Array>;
  /** Undefined when the process is unknown, has ended, or cannot be measured here. */
  stats(processId: string): Promise<ProcessStats | undefined>;
  /**
   * Connections of the running processes that can be reached over TCP only: established ones, and those of the last minute
   * that the process itself has ended. A process that is missing cannot be
   * counted: it has a UDP port, it does not run, or nobody can see its sockets from here.
   */
  countConnections(): Promise<ReadonlyMap<string, number>>;
  /** Fetches or checks what starts will need. May take minutes; problems are logged, never thrown. */
  prepare(): Promise<void>;
  /** Leaves the processes running. */
  close(): Promise<void>;
}
