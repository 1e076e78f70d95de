import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { startStubServer } from "../../test/stub-server.ts";
import { RoombridgeClient } from "../index.ts";

/** A log that has begun with `first`; the test goes on with the answer. */
async function openLog(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}) {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  const { url } = await startStubServer((_, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" }).write("first");
    resolve(response);
  });
  const { logsV1 } = new RoombridgeClient({ serverUrl: url, appId: "app-1" });
  const log = await logsV1.getLogsForProcess("p", { follow: true }, options);
  const reader = log.getReader();
  const read = async () => Buffer.from((await reader.read()).value ?? []).toString();
  expect(await read()).toBe("first");
  return { answer: await promise, reader, read };
}

test("a log may go on longer than the deadline, which is for its beginning", async () => {
  const { answer, read, reader } = await openLog({ timeoutMs: 200 });
  await once(AbortSignal.timeout(400), "abort");
  answer.end("second");
  expect(await read()).toBe("second");
  expect((await reader.read()).done).toBe(true);
});

test("a log that breaks off is a failure, and not its end", async () => {
  const { answer, read } = await openLog();
  answer.destroy();
  expect(await failureOf(read())).toMatchObject({ code: "network" });
});

test("the caller's signal ends the stream", async () => {
  const abort = new AbortController();
  const { answer, read } = await openLog({ signal: abort.signal });
  const next = failureOf(read());
  abort.abort();
  expect(await next).toMatchObject({ code: "aborted" });
  if (!answer.closed) await once(answer, "close");
});

test("a stream that is cancelled lets the connection go", async () => {
  const { answer, reader } = await openLog();
  await reader.cancel();
  if (!answer.closed) await once(answer, "close");
});

test("a log that does not begin in time is a timeout", async () => {
  const { url } = await startStubServer(() => {});
  const { logsV1 } = new RoombridgeClient({ serverUrl: url, appId: "app-1", retry: false });
  const answer = logsV1.downloadLogForProcess("p", { timeoutMs: 50 });
  expect(await failureOf(answer)).toMatchObject({ code: "timeout", message: "no answer within 50 ms" });
});
