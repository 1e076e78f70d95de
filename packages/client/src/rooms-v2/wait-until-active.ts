import { checkedMs } from "../http/milliseconds.ts";
import { pause } from "../http/pause.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import type { ActiveConnectionInfo, ConnectionInfo } from "./connection-info.ts";
import type { ConnectionInfoOptions, WaitOptions } from "./room-params.ts";

type GetConnectionInfo = (roomId: string, options: ConnectionInfoOptions) => Promise<ConnectionInfo>;

/** What a server that holds its answer back gets at most, and what is left for the way of the answer. */
const MAX_WAIT_SECONDS = 25;
const WAY_MS = 2_000;

/**
 * Asks until the room has an exposed port. A server that knows `wait` holds its answer back; others are polled. Failures that
 * may pass are waited out, the last one is the `cause` of `timeout`. An answer that has not come within `answerTimeoutMs` is
 * asked for anew.
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
  // A timer may fire early, the more so on a busy machine: no request for what is left then.
  let isLastPause = false;
  for (;;) {
    const leftMs = endsAt - performance.now();
    if (leftMs < 1 || isLastPause) {
      const message = `room ${roomId} was not active within ${timeoutMs} ms`;
      throw new RoombridgeError("timeout", message, { cause, mayHaveBeenDone: false });
    }
    const askedAt = performance.now();
    const callMs = Math.min(leftMs, answerTimeoutMs);
    const waitSeconds = Math.min(MAX_WAIT_SECONDS, Math.floor((callMs - WAY_MS) / 1_000));
    try {
      const info = await getConnectionInfo(roomId, {
        ...options,
        timeoutMs: callMs,
        retry: false,
        ...(waitSeconds >= 1 ? { waitSeconds } : {}),
      });
      if (info.exposedPort) return { ...info, exposedPort: info.exposedPort };
      pauseMs = Math.max(0, pollIntervalMs - (performance.now() - askedAt));
    } catch (error) {
      if (!RoombridgeError.isInstance(error) || !error.isRetryable) throw error;
      if (error.code !== "timeout" || cause === undefined) cause = error;
      pauseMs = Math.max(pollIntervalMs, (error.retryAfterSeconds ?? 0) * 1000);
    }
    const restMs = Math.max(0, endsAt - performance.now());
    await pause(Math.min(pauseMs, restMs), options.signal);
    isLastPause = pauseMs >= restMs && options.signal?.aborted !== true;
  }
}
