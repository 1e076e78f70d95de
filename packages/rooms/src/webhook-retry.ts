/** How long is waited before another attempt. */
export interface WebhookRetry {
  /** After the first failure; doubled after each. */
  readonly firstSeconds: number;
  readonly maxSeconds: number;
}

export const WEBHOOK_RETRY: WebhookRetry = { firstSeconds: 5, maxSeconds: 3_600 };
/** A receiver that is down is asked at least so often whether it is back. */
const MAX_PAUSE_SECONDS = 60;

/** Until the next attempt of a delivery that has failed `attempts` times; up to a fifth more by chance (`random` 0 to 1). */
export function retryDelaySeconds(
  { firstSeconds, maxSeconds }: WebhookRetry,
  attempts: number,
  random: number,
): number {
  return Math.min(firstSeconds * 2 ** (attempts - 1), maxSeconds) * (1 + random / 5);
}

/** Until anything is sent again to a receiver after so many failures in a row. */
export function pauseSeconds({ firstSeconds }: WebhookRetry, failures: number): number {
  return Math.min(firstSeconds * 2 ** (failures - 1), MAX_PAUSE_SECONDS);
}
