import { JsonReader } from "./json-reader.ts";
import { RoombridgeError } from "./roombridge-error.ts";

export interface CallOptions {
  /** Ends the call early with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Overrides the client's own deadline. */
  readonly timeoutMs?: number | undefined;
}

export interface HttpRequest extends CallOptions {
  readonly method: "GET" | "POST";
  /** Begins with a slash; comes after the path of the server URL. */
  readonly path: string;
  readonly body?: object;
  /** False for public operations: the token stays here. */
  readonly needsToken: boolean;
  readonly expectedStatus: 200 | 201 | 204;
}

export interface HttpTransportOptions {
  readonly serverUrl: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
}

/** The longest that a timer takes. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Sends one request and reads its answer; every failure is a RoombridgeError. */
export class HttpTransport {
  readonly #options: HttpTransportOptions;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  /** The answer's JSON. */
  async call(request: HttpRequest): Promise<JsonReader> {
    const { status, text } = await this.#exchange(request);
    return new JsonReader(parseJson(text, status));
  }

  /** For answers without a body. */
  async send(request: HttpRequest): Promise<void> {
    await this.#exchange(request);
  }

  async #exchange(request: HttpRequest): Promise<{ readonly status: number; readonly text: string }> {
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs;
    if (!(timeoutMs >= 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
      throw new RoombridgeError("invalid_argument", `timeoutMs: expected a number from 0 to ${MAX_TIMEOUT_MS}`);
    }
    const deadline = AbortSignal.timeout(Math.ceil(timeoutMs));
    const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
    try {
      const response = await this.#fetch(request, signal);
      const text = await response.text();
      if (response.status !== request.expectedStatus) throw toApiError(response, text);
      return { status: response.status, text };
    } catch (cause) {
      if (RoombridgeError.isInstance(cause)) throw cause;
      if (request.signal?.aborted) throw new RoombridgeError("aborted", "the call was aborted", { cause });
      if (deadline.aborted) throw new RoombridgeError("timeout", `no answer within ${timeoutMs} ms`, { cause });
      throw new RoombridgeError("network", `no answer from ${this.#options.serverUrl}`, { cause });
    }
  }

  #fetch({ method, path, body, needsToken }: HttpRequest, signal: AbortSignal): Promise<Response> {
    const { serverUrl, token, fetch } = this.#options;
    return fetch(serverUrl + path, {
      method,
      signal,
      // A redirected POST becomes a GET, and the token must not travel to another host.
      redirect: "error",
      headers: {
        accept: "application/json",
        ...(needsToken && token !== undefined ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        // Browsers send their own, and a foreign one would need a preflight.
        ...(isNode() ? { "user-agent": "roombridge-client" } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

function toApiError({ status, headers }: Response, text: string): RoombridgeError {
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

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RoombridgeError("invalid_response", "the answer is not JSON", { cause, status });
  }
}

function isNode(): boolean {
  return !("document" in globalThis) && "process" in globalThis;
}
