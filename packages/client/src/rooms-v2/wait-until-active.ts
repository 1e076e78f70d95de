import type { RepeatableCallOptions } from "../call-options.ts";
import { checkedMs } from "../http/milliseconds.ts";
import { pause } from "../http/pause.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import type { ActiveConnectionInfo, ConnectionInfo } from "./connection-info.ts";
import type { WaitOptions } from "./room-params.ts";

type GetConnectionInfo = (roomId: string, options: RepeatableCallOptions) => Promise<ConnectionInfo>;

/**
 * Polls until the room has an exposed port; failures that may pass are waited out, the last one is the `cause` of `timeout`. An
 * answer that has not come within `answerTimeoutMs` is asked for anew.
 */
export async function waitUntilActive(
  getConnectionInfo: GetConnectionInfo,
  roomId: string,
  answerTimeoutMs: number,
  { timeoutMs = 120_000, pollIntervalMs = 500, ...options }: WaitOptions,
): Promise<ActiveConnectionInfo> {
  const endsAt = performance.now() + checkedMs("timeoutMs", timeoutMs);
  let pauseMs = checkedMs("pollIntervalMs", pollIntervalMs);
  let cause: unknown;
  for (;;) {
    const leftMs = endsAt - performance.now();
    // A timer may fire a fraction early: no request for that.
    if (leftMs < 1) {
      const message = `room ${roomId} was not active within ${timeoutMs} ms`;
      throw new RoombridgeError("timeout", message, { cause, mayHaveBeenDone: false });
    }
    try {
      const info = await getConnectionInfo(roomId, {
        ...options,
        timeoutMs: Math.min(leftMs, answerTimeoutMs),
        retry: false,
      });
      if (info.exposedPort) return { ...info, exposedPort: info.exposedPort };
      pauseMs = pollIntervalMs;
    } catch (error) {
      if (!RoombridgeError.isInstance(error) || !error.isRetryable) throw error;
      if (error.code !== "timeout" || cause === undefined) cause = error;
      pauseMs = Math.max(pollIntervalMs, (error.retryAfterSeconds ?? 0) * 1000);
    }
    await pause(Math.min(pauseMs, Math.max(0, endsAt - performance.now())), options.signal);
  }
}
