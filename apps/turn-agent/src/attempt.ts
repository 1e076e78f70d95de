import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@roombridge/service";

/** For each step of a stop. */
const STEP_MS = 3_000;

/** A step of a stop that failed or took too long is logged, and the others follow all the same. */
export async function attempt(log: Logger, what: string, step: () => Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const late = delay(STEP_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what} took longer than ${STEP_MS / 1_000} s`);
  });
  try {
    await Promise.race([step(), late]);
  } catch (error) {
    log.warn({ err: error }, `${what} failed`);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
