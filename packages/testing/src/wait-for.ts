import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";

const INTERVAL_MS = 25;

const TOO_LATE = new Error("it did not answer");

/** What a condition answers while it does not hold. */
type NotYet = undefined | null | false;

export interface WaitOptions {
  /** Ends the sentence "waited … ms for": "the room to be active". */
  readonly what: string;
  readonly timeoutMs?: number;
}

/**
 * Asks `condition` again and again until it answers something (not undefined, null or false), and answers that.
 * A throw counts as "not yet".
 * @throws Error after `timeoutMs` (10,000), with the condition's last throw as cause; also while it hangs. That the time was over
 * during a look is told only when no look before it has thrown.
 */
export async function waitFor<T>(condition: () => T | NotYet | Promise<T | NotYet>, options: WaitOptions): Promise<T> {
  const { what, timeoutMs = 10_000 } = options;
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    const left = deadline - Date.now();
    if (left <= 0) throw timedOut(`waited ${timeoutMs} ms for ${what}`, lastError);
    try {
      const value = await within(condition(), left);
      if (value !== undefined && value !== null && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      if (error !== TOO_LATE || lastError === undefined) lastError = error;
    }
    await delay(INTERVAL_MS);
  }
}

function timedOut(sentence: string, cause: unknown): Error {
  if (cause === undefined) return new Error(sentence);
  const reason = cause instanceof Error ? cause.message : inspect(cause);
  return new Error(`${sentence}; the last look failed: ${reason}`, { cause });
}

async function within<T>(value: T | Promise<T>, timeoutMs: number): Promise<T> {
  const timer = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw TOO_LATE;
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
