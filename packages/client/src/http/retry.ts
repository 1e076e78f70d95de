import { RoombridgeError } from "../roombridge-error.ts";
import { checkedMs } from "./milliseconds.ts";
import type { Repeat } from "./operation.ts";
import { pause } from "./pause.ts";

export interface RetryOptions {
  /** How often a request is sent at most, the first time included. Default 3. */
  readonly attempts?: number | undefined;
  /** Bound of the first random pause; doubles with every attempt. Default 250. */
  readonly baseDelayMs?: number | undefined;
  /** Where the doubling ends. Default 5,000. */
  readonly maxDelayMs?: number | undefined;
}

export interface RetryPolicy {
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { attempts: 3, baseDelayMs: 250, maxDelayMs: 5_000 };

/** The policy with what the options override. Throws `invalid_argument`. */
export function toRetryPolicy(policy: RetryPolicy, options: RetryOptions | false | undefined): RetryPolicy {
  if (options === false) return { ...policy, attempts: 1 };
  const {
    attempts = policy.attempts,
    baseDelayMs = policy.baseDelayMs,
    maxDelayMs = policy.maxDelayMs,
  } = options ?? {};
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw new RoombridgeError("invalid_argument", "retry.attempts: expected a whole number from 1");
  }
  return {
    attempts,
    baseDelayMs: checkedMs("retry.baseDelayMs", baseDelayMs),
    maxDelayMs: checkedMs("retry.maxDelayMs", maxDelayMs),
  };
}

/**
 * What the server asked for and, on top, full jitter: callers that were refused together must not come back together.
 * `random` is from 0 to 1.
 */
export function retryDelayMs(error: RoombridgeError, attempts: number, policy: RetryPolicy, random: number): number {
  // Bounded, for 0 times Infinity is no number.
  const bound = policy.baseDelayMs * 2 ** Math.min(attempts - 1, 31);
  return (error.retryAfterSeconds ?? 0) * 1000 + random * Math.min(policy.maxDelayMs, bound);
}

export interface Repetition {
  readonly repeat: Repeat;
  readonly policy: RetryPolicy;
  /** On the clock of `performance.now()`. A pause that would last longer is not begun: the failure is known already. */
  readonly endsAt: number;
  readonly signal: AbortSignal | undefined;
}

/** The first success of `attempt`, else its last failure. An attempt after the abort must fail with `aborted`. */
export async function withRetries<Answer>(
  attempt: () => Promise<Answer>,
  { repeat, policy, endsAt, signal }: Repetition,
): Promise<Answer> {
  let isInDoubt = false;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!RoombridgeError.isInstance(error)) throw error;
      isInDoubt ||= error.mayHaveBeenDone;
      const delayMs = retryDelayMs(error, attempts, policy, Math.random());
      const isLast = attempts >= policy.attempts || performance.now() + delayMs >= endsAt;
      if (isLast || !isRepeated(error, repeat)) throw isInDoubt ? inDoubt(error) : error;
      await pause(delayMs, signal);
    }
  }
}

function isRepeated(error: RoombridgeError, repeat: Repeat): boolean {
  if (repeat === "never") return false;
  if (repeat === "refused") return error.status === 429;
  // `timeout` is the deadline of all attempts together.
  return error.isRetryable && error.code !== "timeout";
}

/** An earlier attempt may have been done, whatever the last one says. */
function inDoubt(error: RoombridgeError): RoombridgeError {
  if (error.mayHaveBeenDone) return error;
  const { code, message, cause, status, retryAfterSeconds } = error;
  return new RoombridgeError(code, message, { cause, status, retryAfterSeconds, mayHaveBeenDone: true });
}
