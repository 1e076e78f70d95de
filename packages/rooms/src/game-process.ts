import type { ExposedPort, ProcessStatus, Region } from "@roombridge/models/api";
import type { ProcessRow } from "./store/find-processes.ts";

/** One game server (Hathora ProcessV3). */
export interface GameProcess {
  readonly appId: string;
  readonly deploymentId: string;
  /** Stands for the deployment where an older API wants a number. */
  readonly deploymentNumber: number;
  readonly processId: string;
  readonly region: Region;
  readonly status: ProcessStatus;
  readonly roomsAllocated: number;
  readonly roomsPerProcess: number;
  /** Null until the process has bound its ports. */
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: readonly ExposedPort[];
  readonly createdAt: Date;
  readonly scheduledAt: Date | null;
  readonly bootedAt: Date | null;
  readonly startedAt: Date | null;
  readonly stoppingAt: Date | null;
  readonly terminatedAt: Date | null;
  /** Why it ended, for people; undefined while it has not. */
  readonly exitReason: string | undefined;
}

export function toGameProcess(row: ProcessRow): GameProcess {
  const { deploymentNumber, stopReason, exitCode, exitSignal, exitDetail, ...process } = row;
  const { terminatedAt, startedAt } = process;
  return {
    ...process,
    deploymentNumber: Number(deploymentNumber),
    exitReason: toExitReason({ terminatedAt, startedAt, stopReason, exitCode, exitSignal, exitDetail }),
  };
}

const SENTENCES: Readonly<Record<string, string>> = {
  stop_requested: "stopped on request",
  idle: "stopped: idle for 300 s",
  outdated: "stopped: there is a newer deployment",
  max_age: "stopped: it had reached its greatest age",
  host_drained: "stopped: its host takes no more game servers",
  host_shutdown: "stopped with its host",
  host_lost: "its host was lost",
  out_of_memory: "ended: it had reached its memory limit",
  superseded: "another server registered under its name",
  spawn_error: "could not be started",
  port_taken: "its port was taken",
  bind_deadline: "did not bind its port in time",
};

type End = Pick<ProcessRow, "terminatedAt" | "startedAt" | "stopReason" | "exitCode" | "exitSignal" | "exitDetail">;

/** From the recorded reason, the exit code or signal when there was no other, and why it was not ready if it never was. */
export function toExitReason(end: End): string | undefined {
  if (end.terminatedAt === null) return undefined;
  const reason = toReason(end);
  return end.exitDetail === null || end.startedAt !== null ? reason : `${reason}: ${end.exitDetail}`;
}

function toReason({ stopReason, exitCode, exitSignal }: End): string {
  const sentence = stopReason === null ? undefined : SENTENCES[stopReason];
  if (sentence !== undefined) return sentence;
  if (exitSignal !== null) return `ended by ${exitSignal}`;
  return exitCode === null ? "ended" : `exited with code ${exitCode}`;
}
