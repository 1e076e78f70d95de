import { describe, expect, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { json, startStubServer } from "../../test/stub-server.ts";
import { RoombridgeClient, RoombridgeError, type RetryOptions } from "../index.ts";
import { DEFAULT_RETRY_POLICY, retryDelayMs, toRetryPolicy, withRetries, type Repetition } from "./retry.ts";

const LATER = { message: "later" };

function connect(serverUrl: string, retry?: RetryOptions | false, fetch?: typeof globalThis.fetch) {
  return new RoombridgeClient({ serverUrl, appId: "app-1", retry, fetch }).roomsV2;
}

describe("the pause", () => {
  const policy = { attempts: 9, baseDelayMs: 100, maxDelayMs: 1_000 };
  const refused = (retryAfterSeconds?: number) =>
    new RoombridgeError("api", "later", { status: 429, retryAfterSeconds });

  test.each([
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1_000],
    [5_000, 1_000],
  ])("after attempt %d is anything up to %d ms", (attempts, bound) => {
    expect(retryDelayMs(refused(), attempts, policy, 0)).toBe(0);
    expect(retryDelayMs(refused(), attempts, policy, 0.5)).toBe(bound / 2);
    expect(retryDelayMs(refused(), attempts, policy, 1)).toBe(bound);
    expect(retryDelayMs(refused(), attempts, { ...policy, baseDelayMs: 0 }, 1)).toBe(0);
  });

  test("is never shorter than Retry-After, nor the same for all", () => {
    expect(retryDelayMs(refused(7), 1, policy, 0)).toBe(7_000);
    expect(retryDelayMs(refused(7), 1, policy, 1)).toBe(7_100);
    expect(retryDelayMs(refused(0), 1, policy, 1)).toBe(100);
  });
});

describe("the options", () => {
  test.each<[RetryOptions | false | undefined, RetryOptions]>([
    [undefined, DEFAULT_RETRY_POLICY],
    [{}, DEFAULT_RETRY_POLICY],
    [{ attempts: undefined }, DEFAULT_RETRY_POLICY],
    [false, { ...DEFAULT_RETRY_POLICY, attempts: 1 }],
    [{ baseDelayMs: 1 }, { ...DEFAULT_RETRY_POLICY, baseDelayMs: 1 }],
    [
      { attempts: 2, baseDelayMs: 0, maxDelayMs: 0 },
      { attempts: 2, baseDelayMs: 0, maxDelayMs: 0 },
    ],
  ])("%j", (options, policy) => {
    expect(toRetryPolicy(DEFAULT_RETRY_POLICY, options)).toEqual(policy);
  });

  test.each<[string, RetryOptions | false | undefined, RetryOptions | false | undefined, number]>([
    ["three attempts without any", undefined, { baseDelayMs: 0 }, 3],
    ["as many as the client says", { attempts: 4, baseDelayMs: 0 }, undefined, 4],
    ["as many as the call says", { attempts: 4, baseDelayMs: 0 }, { attempts: 2 }, 2],
    ["one, says the client", false, undefined, 1],
    ["one, says the call", { attempts: 4 }, false, 1],
    ["the call may ask for more where the client says one", false, { attempts: 2, baseDelayMs: 0 }, 2],
  ])("%s", async (_, ofClient, ofCall, attempts) => {
    const { url, requests } = await startStubServer(json(503, LATER));
    const error = await failureOf(connect(url, ofClient).getRoomInfo("r", { retry: ofCall }));
    expect(error).toMatchObject({ code: "api", status: 503 });
    expect(requests).toHaveLength(attempts);
  });
});

describe("the end", () => {
  test.each([
    ["0", 3],
    [new Date(0).toUTCString(), 3],
    ["soon", 3],
    ["29", 1],
    ["31", 1],
    ["99999999999", 1],
  ])("Retry-After %s within a deadline of 28 s: %d requests, and the server's own refusal", async (value, attempts) => {
    const { url, requests } = await startStubServer(json(429, LATER, { "retry-after": value }));
    const call = connect(url, { baseDelayMs: 0 }).resumeRoom("r", { timeoutMs: 28_000 });
    expect(await failureOf(call)).toMatchObject({ code: "api", status: 429, message: "later" });
    expect(requests).toHaveLength(attempts);
  });

  test("the deadline is one for all attempts", async () => {
    const { url, requests } = await startStubServer((request, response, count) => {
      if (count < 3) json(503, LATER)(request, response);
    });
    const call = connect(url, { attempts: 9, baseDelayMs: 0 }).getRoomInfo("r", { timeoutMs: 2_000 });
    expect(await failureOf(call)).toMatchObject({ code: "timeout", message: "no answer within 2000 ms" });
    expect(requests).toHaveLength(3);
  });

  test("attempts without end are ended by the deadline", async () => {
    const { url, requests } = await startStubServer(json(503, LATER));
    const call = connect(url, { attempts: 1_000_000, baseDelayMs: 1 }).getRoomInfo("r", { timeoutMs: 1_000 });
    expect(["api", "timeout"]).toContain((await failureOf(call)).code);
    expect(requests.length).toBeGreaterThan(1);
  });

  test("the caller's signal ends a pause at once", async () => {
    const { url, requests } = await startStubServer(json(429, LATER, { "retry-after": "86400" }));
    const abort = new AbortController();
    // The answer is complete before the client sees it: what is aborted afterwards is the pause.
    const thenAbort: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const complete = new Response(await response.text(), response);
      setTimeout(() => abort.abort("enough"), 20);
      return complete;
    };
    const options = { signal: abort.signal, timeoutMs: 172_800_000 };
    const error = await failureOf(connect(url, {}, thenAbort).getRoomInfo("r", options));
    expect(error).toMatchObject({ code: "aborted", cause: "enough", mayHaveBeenDone: false, isRetryable: false });
    expect(requests).toHaveLength(1);
  });

  test("a pause leaves nothing behind on the signal", async () => {
    const { signal } = new AbortController();
    const added: unknown[] = [];
    const removed: unknown[] = [];
    signal.addEventListener = (...[, listener]: Parameters<AbortSignal["addEventListener"]>) => added.push(listener);
    signal.removeEventListener = (...[, listener]: Parameters<AbortSignal["addEventListener"]>) =>
      removed.push(listener);
    await failureOf(withRetries(() => Promise.reject(lost()), { ...REPETITION, signal }));
    expect(added).toHaveLength(2);
    expect(removed).toEqual(added);
  });
});

const REPETITION: Repetition = {
  repeat: "safe",
  policy: { attempts: 3, baseDelayMs: 0, maxDelayMs: 0 },
  endsAt: Infinity,
  signal: undefined,
};

const lost = () => new RoombridgeError("network", "no answer");
const failed = (status: number) => new RoombridgeError("api", `${status}`, { status, retryAfterSeconds: 0 });

describe("mayHaveBeenDone", () => {
  test.each<[string, RoombridgeError, boolean]>([
    ["a lost answer", lost(), true],
    ["a late answer", new RoombridgeError("timeout", ""), true],
    ["an abort", new RoombridgeError("aborted", ""), true],
    ["an answer that makes no sense", new RoombridgeError("invalid_response", ""), true],
    ["a wrong argument", new RoombridgeError("invalid_argument", ""), false],
    ["no such room in RoomService", new RoombridgeError("room_not_found", ""), false],
    ["a refusal of RoomService", new RoombridgeError("api", ""), true],
    ...[408, 500, 501, 502, 503, 504].map(
      (status) => [`${status}`, failed(status), true] as [string, RoombridgeError, boolean],
    ),
    ...[400, 401, 404, 409, 422, 429].map(
      (status) => [`${status}`, failed(status), false] as [string, RoombridgeError, boolean],
    ),
  ])("%s: %o", (_, error, expected) => {
    expect(error.mayHaveBeenDone).toBe(expected);
  });

  test.each<[string, RoombridgeError[], boolean]>([
    ["one that was lost and then one refused", [lost(), failed(404)], true],
    ["all refused", [failed(429), failed(429), failed(429)], false],
    ["the first refused and the second lost", [failed(429), lost(), failed(429)], true],
    ["refused twice", [failed(429), failed(404)], false],
  ])("of several attempts, %s: %o", async (_, failures, expected) => {
    const last = failures.at(-1);
    const error = await failureOf(withRetries(() => Promise.reject(failures.shift()), REPETITION));
    expect(failures).toEqual([]);
    const { code, message, status, retryAfterSeconds } = last ?? failed(0);
    expect(error).toMatchObject({ code, message, status, retryAfterSeconds, mayHaveBeenDone: expected });
  });

  test("an abort before anything was sent, and one during the pause after a lost answer", async () => {
    const { url, requests } = await startStubServer((request) => request.socket.destroy());
    const before = failureOf(connect(url).suspendRoom("r", { signal: AbortSignal.abort() }));
    expect(await before).toMatchObject({ code: "aborted", mayHaveBeenDone: false });
    expect(requests).toEqual([]);

    const abort = new AbortController();
    const thenAbort: typeof fetch = (input, init) =>
      fetch(input, init).finally(() => setTimeout(() => abort.abort(), 20));
    const retry = { attempts: 1_000_000, baseDelayMs: 2 ** 31 - 1, maxDelayMs: 2 ** 31 - 1 };
    const options = { signal: abort.signal, timeoutMs: 2 ** 31 - 1 };
    const error = await failureOf(connect(url, retry, thenAbort).suspendRoom("r", options));
    expect(error).toMatchObject({ code: "aborted", mayHaveBeenDone: true });
    expect(requests).toHaveLength(1);
  });
});

test("what is no RoombridgeError is a defect and is not repeated", async () => {
  let attempts = 0;
  const defect = new TypeError("x is not a function");
  const call = withRetries(() => {
    attempts += 1;
    return Promise.reject(defect);
  }, REPETITION);
  await expect(call).rejects.toBe(defect);
  expect(attempts).toBe(1);
});
