import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { newUuid, signControl } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { isKeptAlive, waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import type { Sample } from "../metrics/sample.ts";
import { type LogOptions, ProviderAwayError } from "../provider/provider.ts";
import { openControlListener } from "./control-listener.ts";
import type { Desk } from "./serve-request.ts";
import { StreamLimit } from "./stream-limit.ts";

const PROCESS_ID = newUuid();
const LOG = `/v1/processes/${PROCESS_ID}/log`;

type Logs = (options: LogOptions) => AsyncIterable<Uint8Array>;

async function* lines(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const line of all) yield Buffer.from(`${line}\n`);
}

/** A listener for one process with this log. */
async function open(logs: Logs = () => lines("a", "b"), { maxStreams = 8, samples = [] as Sample[] } = {}) {
  const log = createLog({ name: "test", level: "silent", format: "json" });
  const listener = await openControlListener({ host: "127.0.0.1", port: 0, url: undefined, log });
  onTestFinished(() => listener.close());
  const desk: Desk = {
    provider: { hasLog: async (processId) => processId === PROCESS_ID, logs: (_, options = {}) => logs(options) },
    sampler: { samplesOf: (processId) => (processId === PROCESS_ID ? samples : []) },
    streams: new StreamLimit(maxStreams),
  };
  const { url, secret } = listener.control;
  const ask = async (
    path: string,
    token = signControl(secret, `GET ${path}`, Date.now()),
  ): Promise<IncomingMessage> => {
    const request = get(url + path, { headers: { authorization: `Roombridge ${token}` }, agent: false });
    onTestFinished(() => void request.destroy());
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response;
  };
  return { listener, desk, ask, secret };
}

test("a log is sent whole, its end, or as it grows, as the gateway asks", async () => {
  const asked: LogOptions[] = [];
  const { listener, desk, ask } = await open((options) => {
    asked.push(options);
    return lines("a", "b");
  });
  listener.serve(desk);
  for (const query of ["", "?tailLines=5&follow=false", "?tailLines=7&follow=true"]) {
    const answer = await ask(LOG + query);
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/octet-stream"]);
    expect(await text(answer)).toBe("a\nb\n");
  }
  const signal = expect.any(AbortSignal);
  expect(asked).toEqual([
    { follow: false, signal },
    { tailLines: 5, follow: false, signal },
    { tailLines: 7, follow: true, signal },
  ]);
});

test("only what is signed for this path and this host is answered", async () => {
  const { listener, desk, ask, secret } = await open();
  listener.serve(desk);
  const other = await open();
  const tokens = [
    "",
    "x",
    signControl(other.secret, `GET ${LOG}`, Date.now()),
    signControl(secret, `GET ${LOG}?follow=true`, Date.now()),
    signControl(secret, `POST ${LOG}`, Date.now()),
    signControl(secret, `GET ${LOG}`, Date.now() - 600_000),
  ];
  for (const token of tokens) {
    const answer = await ask(LOG, token);
    expect([answer.statusCode, await text(answer)]).toEqual([401, '{"message":"the request is not signed"}']);
  }
});

test.each([
  ["of a process that is not here", LOG.replace(PROCESS_ID, newUuid()), 404],
  ["of what is no process", "/v1/processes/..%2f..%2fetc/log", 404],
  ["of nothing", "/", 404],
])("a log %s is %d", async (_, path, status) => {
  const { listener, desk, ask } = await open();
  listener.serve(desk);
  expect((await ask(path)).statusCode).toBe(status);
});

test("before the host has started, and while its engine is away, the answer is 503", async () => {
  const { listener, desk, ask } = await open();
  expect((await ask(LOG)).statusCode).toBe(503);
  const away = () => Promise.reject(new ProviderAwayError("gone"));
  listener.serve({ ...desk, provider: { ...desk.provider, hasLog: away } });
  expect((await ask(LOG)).statusCode).toBe(503);
});

test("a reader that is slow does not make the host read ahead", async () => {
  let count = 0;
  const { listener, desk, ask } = await open(async function* () {
    for (; ; count += 1) yield Buffer.alloc(64 * 1024);
  });
  listener.serve(desk);
  const answer = await ask(LOG);
  answer.pause();
  let seen = { count, sinceMs: performance.now() };
  await waitFor(
    () => {
      if (seen.count !== count) seen = { count, sinceMs: performance.now() };
      return count > 0 && performance.now() - seen.sinceMs > 500;
    },
    { what: "the host to wait for the reader", timeoutMs: 20_000 },
  );
  // What the kernel's buffers take, and ours.
  expect(count).toBeLessThan(400);
});

test("the reading ends when the reader goes, and makes room for another one", async () => {
  const endless: Logs = async function* ({ signal }) {
    yield Buffer.from("first\n");
    if (signal && !signal.aborted) await once(signal, "abort");
  };
  const { listener, desk, ask } = await open(endless, { maxStreams: 1 });
  listener.serve(desk);
  const first = await ask(LOG);
  await once(first, "data");
  expect((await ask(LOG)).statusCode).toBe(429);
  first.destroy();
  await waitFor(async () => (await ask(LOG)).statusCode === 200, { what: "room", timeoutMs: 10_000 });
});

test.skipIf(process.platform !== "linux")(
  "a reader whose machine is gone is noticed, also while nothing is written",
  async () => {
    const { listener, desk, ask } = await open(async function* ({ signal }) {
      yield Buffer.from("first\n");
      if (signal && !signal.aborted) await once(signal, "abort");
    });
    listener.serve(desk);
    const { socket } = await ask(LOG);
    await waitFor(() => isKeptAlive(socket.remotePort, socket.localPort), { what: "the host to ask after its reader" });
  },
);

test("a log that breaks off breaks the connection", async () => {
  const { listener, desk, ask } = await open(async function* () {
    yield Buffer.from("half");
    throw new ProviderAwayError("gone");
  });
  listener.serve(desk);
  const answer = await ask(LOG);
  await expect(text(answer)).rejects.toThrow("aborted");
});

test("closing ends what is followed, after a second at the latest", async () => {
  const { listener, desk, ask } = await open(async function* ({ signal }) {
    yield Buffer.from("first\n");
    if (signal && !signal.aborted) await once(signal, "abort");
  });
  listener.serve(desk);
  const answer = await ask(LOG);
  const read = text(answer).catch((error: Error) => error.message);
  await listener.close();
  expect(await read).toBe("aborted");
});

test("metrics are those of the samples in the range", async () => {
  const at = (second: number): Sample => ({ atMs: second * 1_000, cpuSeconds: second, memoryBytes: second });
  const { listener, desk, ask } = await open(undefined, { samples: [at(10), at(20), at(30)] });
  listener.serve(desk);
  const answer = await ask(`/v1/processes/${PROCESS_ID}/metrics?start=15&end=25&step=5`);
  expect(JSON.parse(await text(answer))).toEqual({
    cpu: [{ value: 1, timestamp: 20 }],
    memory: [{ value: 20, timestamp: 20 }],
    rateEgress: [],
    totalEgress: [],
    activeConnections: [],
    gpuMemory: [],
    gpuUtilization: [],
  });
});
