import { RoombridgeError } from "../roombridge-error.ts";
import { JsonReader } from "./json-reader.ts";

/** The failure that an answer with another status than the promised one means. */
export function toApiError({ type, status, headers }: Response, text: string): RoombridgeError {
  // A browser hides the status of a redirect.
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    const message = "the server redirects: give the client the URL behind it";
    return new RoombridgeError("invalid_response", message, { status: status === 0 ? undefined : status });
  }
  if (status < 400) return new RoombridgeError("invalid_response", `unexpected status ${status}`, { status });
  const retryAfterSeconds = readRetryAfter(headers.get("retry-after"));
  return new RoombridgeError("api", readMessage(text) ?? `the server answered ${status}`, {
    status,
    retryAfterSeconds,
  });
}

/** The server's own words, unless a proxy answered in its place. */
function readMessage(text: string): string | undefined {
  try {
    return new JsonReader(JSON.parse(text)).text("message");
  } catch {
    return undefined;
  }
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3). */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
