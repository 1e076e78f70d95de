import type { RepeatableCallOptions } from "../call-options.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import { checkedMs } from "./milliseconds.ts";
import type { Operation } from "./operation.ts";
import { toRetryPolicy, withRetries, type RetryPolicy } from "./retry.ts";
import { toApiError } from "./to-api-error.ts";
import { withFailures } from "./with-failures.ts";

export interface HttpRequest {
  readonly operation: Operation;
  /** Begins with a slash; comes after the path of the server URL. */
  readonly path: string;
  readonly body?: object | undefined;
  /** In place of the client's own. */
  readonly token?: string | undefined;
}

export interface HttpTransportOptions {
  readonly serverUrl: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly fetch: typeof globalThis.fetch;
}

/** The ends that a call may come to before its answer. */
interface Ends {
  readonly timeoutMs: number;
  readonly deadline: AbortSignal;
  readonly abort: AbortSignal | undefined;
}

/** Sends requests, again where that is safe, and reads their answers; every failure is a RoombridgeError. */
export class HttpTransport {
  readonly #options: HttpTransportOptions;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  /** Of calls that say nothing else. */
  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** The answer's JSON; undefined where the operation has none. */
  async call(request: HttpRequest, options: RepeatableCallOptions): Promise<unknown> {
    const timeoutMs = checkedMs("timeoutMs", options.timeoutMs ?? this.#options.timeoutMs);
    const policy = toRetryPolicy(this.#options.retry, options.retry);
    const { repeat, success } = request.operation;
    const endsAt = performance.now() + timeoutMs;
    const ends = { timeoutMs, deadline: AbortSignal.timeout(Math.ceil(timeoutMs)), abort: options.signal };
    const text = await withRetries(() => this.#attempt(request, ends, (response) => response.text()), {
      repeat,
      policy,
      endsAt,
      signal: options.signal,
    });
    return success === 204 ? undefined : parseJson(text, success);
  }

  /** The bytes of a success as they come, however long that takes: the deadline is for their beginning. */
  async open(request: HttpRequest, options: RepeatableCallOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const timeoutMs = checkedMs("timeoutMs", options.timeoutMs ?? this.#options.timeoutMs);
    const policy = toRetryPolicy(this.#options.retry, options.retry);
    const { repeat } = request.operation;
    const endsAt = performance.now() + timeoutMs;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException("too late", "TimeoutError")), Math.ceil(timeoutMs));
    const ends = { timeoutMs, deadline: late.signal, abort: options.signal };
    const attempt = () => this.#attempt(request, ends, ({ body }) => Promise.resolve(body));
    try {
      const body = await withRetries(attempt, { repeat, policy, endsAt, signal: options.signal });
      return withFailures(body, (cause) => this.#toFailure(cause, ends, { mayHaveBeenDone: true }));
    } finally {
      clearTimeout(timer);
    }
  }

  /** What `read` makes of a success. */
  async #attempt<T>(request: HttpRequest, ends: Ends, read: (success: Response) => Promise<T>): Promise<T> {
    const { deadline, abort } = ends;
    if (abort?.aborted || deadline.aborted) throw this.#toFailure(undefined, ends, { mayHaveBeenDone: false });
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(request, abort ? AbortSignal.any([abort, deadline]) : deadline);
      if (response.status === request.operation.success) return await read(response);
      text = await response.text();
    } catch (cause) {
      throw this.#toFailure(cause, ends, { mayHaveBeenDone: true });
    }
    throw toApiError(response, text);
  }

  #fetch({ operation, path, body, token = this.#options.token }: HttpRequest, signal: AbortSignal): Promise<Response> {
    const { serverUrl, fetch } = this.#options;
    return fetch(serverUrl + path, {
      method: operation.method,
      signal,
      // A redirected POST becomes a GET, and the token must not travel to another host.
      redirect: "manual",
      headers: {
        accept: "application/json, application/octet-stream",
        ...(operation.needsToken && token !== undefined ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        // Browsers send their own, and a foreign one would need a preflight.
        ...(isNode() ? { "user-agent": "roombridge-client" } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  #toFailure(reason: unknown, { timeoutMs, deadline, abort }: Ends, doubt: { mayHaveBeenDone: boolean }) {
    const cause = reason ?? abort?.reason ?? deadline.reason;
    const options = { cause, ...doubt };
    if (abort?.aborted) return new RoombridgeError("aborted", "the call was aborted", options);
    if (deadline.aborted) return new RoombridgeError("timeout", `no answer within ${timeoutMs} ms`, options);
    return new RoombridgeError("network", `no answer from ${this.#options.serverUrl}`, options);
  }
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
