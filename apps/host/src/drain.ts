import { setTimeout as delay } from "node:timers/promises";
import {
  type Database,
  endProcess,
  type HostBeat,
  listHostProcesses,
  requestStop,
  retireHost,
} from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import type { Env } from "./env.ts";
import type { Provider } from "./provider/provider.ts";
import type { Reconciler } from "./reconciler/reconciler.ts";

/** The whole drain must fit into the 20 s that an app has, so a longer HOST_STOP_GRACE_SECONDS is cut. */
const MAX_GRACE_MS = 10_000;
/** For each of the three steps that need the database. */
const STEP_MS = 3_000;

export interface DrainOptions {
  readonly env: Pick<Env, "HOST_ON_SHUTDOWN" | "HOST_STOP_GRACE_SECONDS">;
  readonly log: Logger;
  readonly database: Database;
  readonly beat: HostBeat;
  readonly provider: Provider;
  readonly reconciler: Reconciler;
  /** A successor owns the processes already. */
  readonly isSuperseded: boolean;
}

/**
 * With `HOST_ON_SHUTDOWN=stop` takes no more rooms and stops every process of this host; without a database they are
 * stopped all the same, and the next host reports their end. Else leaves all as it is: the lease goes on for six seconds,
 * and a host of the same HOST_ID that is there by then adopts them.
 */
export async function drainHost(options: DrainOptions): Promise<void> {
  const { env, log, database, beat, isSuperseded } = options;
  if (isSuperseded || env.HOST_ON_SHUTDOWN === "leave") return;
  await attempt(log, "retiring the host", () => retireHost(database, beat.hostId, beat.incarnation));
  await stopAll(options);
}

async function stopAll(options: DrainOptions): Promise<void> {
  const { log, database, beat, reconciler, provider } = options;
  const own = (await attempt(log, "asking for the end of game servers", () => askAll(database, beat))) ?? [];
  await stopObserved(options);
  // What was about to start meanwhile is there now, and nothing else is started; but an image may be pulled for minutes.
  await attempt(log, "ending what is under way", () => reconciler.settle());
  await stopObserved(options);
  const reports = own.map((processId) => reportShutdown(database, provider, processId));
  await attempt(log, "reporting the end of game servers", () => Promise.all(reports));
}

async function askAll(database: Database, { hostId, incarnation }: HostBeat): Promise<string[]> {
  const rows = await listHostProcesses(database, hostId);
  const own = rows.filter((row) => row.incarnation === incarnation).map(({ processId }) => processId);
  await Promise.all(own.map((processId) => requestStop(database, processId, "host_shutdown")));
  return own;
}

async function stopObserved({ env, provider, log }: DrainOptions): Promise<void> {
  const graceMs = Math.min(env.HOST_STOP_GRACE_SECONDS * 1_000, MAX_GRACE_MS);
  try {
    const observed = await provider.list();
    await Promise.all(observed.map(({ processId }) => provider.stop(processId, graceMs)));
  } catch (error) {
    log.error({ err: error }, "game servers could not be stopped; the next host sees to it");
  }
}

async function reportShutdown(database: Database, provider: Provider, processId: string): Promise<void> {
  const { code: exitCode, signal: exitSignal } = (await provider.inspect(processId))?.exit ?? {};
  await endProcess(database, { processId, reason: "host_shutdown", exitCode, exitSignal });
  await provider.forget(processId);
}

/** Undefined when the step failed or took too long: the others follow all the same. */
async function attempt<Result>(log: Logger, what: string, step: () => Promise<Result>): Promise<Result | undefined> {
  const timer = new AbortController();
  const late = delay(STEP_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what} took longer than ${STEP_MS / 1_000} s`);
  });
  try {
    return await Promise.race([step(), late]);
  } catch (error) {
    log.error({ err: error }, `${what} failed; the next host sees to it`);
    return undefined;
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
