/** Nobody is left alone for longer, whatever is asked for. */
const MAX_SECONDS = 3_600;

/**
 * For how many seconds a receiver wants to be left alone (Retry-After of RFC 9110, section 10.2.3: seconds or a date), at most an
 * hour; null when its answer does not say so, or says what cannot be read. Only with 429 and 503 it speaks of whoever asks.
 */
export function retryAfterSeconds(status: number, header: string | undefined, nowMs = Date.now()): number | null {
  if ((status !== 429 && status !== 503) || header === undefined) return null;
  const text = header.trim();
  const seconds = /^\d{1,15}$/.test(text) ? Number(text) : (dateMs(text) - nowMs) / 1_000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), MAX_SECONDS);
}

/** Date.parse takes much that is no date of HTTP, such as "1.5". */
function dateMs(text: string): number {
  return /^[A-Z][a-z]{2}.* \d{2}:\d{2}:\d{2} /.test(text) ? Date.parse(text) : Number.NaN;
}
