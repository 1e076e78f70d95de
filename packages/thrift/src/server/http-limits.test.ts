import { describe, expect, it, onTestFinished } from "vitest";
import { HttpClient, post } from "../../test/http-client.ts";
import { message } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { readApplicationException } from "../application-exception.ts";
import { PROTOCOLS } from "../protocol/protocols.ts";
import { WireType } from "../protocol/wire-types.ts";
import type { ServerEvent } from "./events.ts";

const callText = (value: string) =>
  message("text", (output) => {
    output.writeField(WireType.STRING, 1);
    output.writeString(value);
    output.writeStop();
  });
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const timeouts = (events: readonly ServerEvent[]) =>
  events.flatMap((event) => (event.type === "timeout" ? [event.what] : []));

async function open(port: number): Promise<HttpClient> {
  const client = await HttpClient.open(port);
  onTestFinished(() => void client.socket.destroy());
  return client;
}

function exception(body: Buffer) {
  const reader = PROTOCOLS.binary.openReader(body);
  reader.readMessageBegin();
  return readApplicationException(reader).message;
}

describe("a server that waits over HTTP", () => {
  const request = post(callText("a".repeat(1_000)));
  it.each([
    ["the rest of a head", 0, 60],
    ["the rest of a body", request.length - 900, request.length],
  ])("for %s gives up, even if it trickles in", async (_, start, end) => {
    const { port, events } = await startServer({}, { messageTimeoutMs: 300 });
    const client = await open(port);
    client.send(post(callText("first")), request.subarray(0, start));
    await waitFor("the first answer", () => client.answers.length === 1);
    let at = start;
    const trickle = setInterval(() => at < end - 1 && client.send(request.subarray(at, (at += 1))), 10);
    await waitFor("the close", () => client.isGone);
    clearInterval(trickle);
    expect(client.answers).toHaveLength(1);
    expect(timeouts(events)).toEqual(["message"]);
  });

  it("for the next request gives up, also with the pieces of a refused one", async () => {
    const { port, events } = await startServer({}, { idleTimeoutMs: 300, messageTimeoutMs: 20_000 });
    const client = await open(port);
    client.send(post(callText("a")), post(Buffer.alloc(70_000)));
    await waitFor("the close", () => client.isGone);
    expect(client.statuses).toEqual([200, 413]);
    expect(timeouts(events)).toEqual(["idle"]);
  });

  it("for the body of a refused request gives up", async () => {
    const { port, events } = await startServer({}, { messageTimeoutMs: 300 });
    const client = await open(port);
    client.send(post(Buffer.alloc(0), { "Content-Length": "1000000000" }));
    const pour = setInterval(() => client.send(Buffer.alloc(1_000)), 10);
    await waitFor("the close", () => client.isGone);
    clearInterval(pour);
    expect(client.statuses).toEqual([413]);
    expect(timeouts(events)).toEqual(["message"]);
  });

  it("does not give up on a client whose call it is still working on", async () => {
    const { port } = await startServer(
      { text: (value) => new Promise((resolve) => setTimeout(resolve, 400, value)) },
      { idleTimeoutMs: 50, messageTimeoutMs: 50 },
    );
    const client = await open(port);
    client.send(post(callText("a")));
    await waitFor("the answer", () => client.answers.length === 1 || client.isGone);
    expect(client.statuses).toEqual([200]);
  });

  it("for a handler answers in its place, and drops what it answers later", async () => {
    let signal: AbortSignal | undefined;
    const { port, events } = await startServer(
      {
        text(value, call) {
          if (value !== "slow") return value;
          ({ signal } = call);
          return new Promise((resolve) => call.signal.addEventListener("abort", () => resolve("too late")));
        },
      },
      { handlerTimeoutMs: 200 },
    );
    const client = await open(port);
    client.send(post(callText("slow")), post(callText("b")));
    await waitFor("the answers", () => client.answers.length === 2);
    expect(exception(client.answers[0]?.body ?? Buffer.alloc(0))).toBe("the call took too long");
    expect(signal?.aborted).toBe(true);
    expect(timeouts(events)).toEqual(["handler"]);
  });
});

describe("limits over HTTP", () => {
  const large = "x".repeat(60_000);

  it("a client that does not read its answers is not read from any more, and goes on when it reads again", async () => {
    let handled = 0;
    const limits = { maxUnsentBytes: 200_000, maxMessageBytes: 100_000 };
    const { port } = await startServer({ text: () => ((handled += 1), large) }, limits);
    const client = await open(port);
    client.socket.pause();
    const calls = 1_000;
    client.send(...range(calls).map(() => post(callText(large))));
    let before = -1;
    while (handled > before) {
      before = handled;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    // A few megabytes lie in the kernels' buffers; all answers together are 60 MB.
    expect(handled).toBeLessThan(calls / 2);
    client.socket.resume();
    await waitFor("the answers", () => client.answers.length === calls);
  });

  it("a client that does not read its answers is closed after a while", async () => {
    const { port, server, events, expectServing } = await startServer(
      { text: () => large },
      { maxUnsentBytes: 100_000, sendTimeoutMs: 300 },
    );
    const client = await open(port);
    client.socket.pause();
    client.send(...range(500).map(() => post(callText("x"))));
    await waitFor("the close", () => server.connections === 0);
    expect(timeouts(events)).toEqual(["send"]);
    await expectServing();
  });

  it("bodies that are not complete count, and the connection that would hold too much is closed", async () => {
    const limits = { maxMessageBytes: 1_000_000, maxBufferedBytes: 1_000_000 };
    const { port, events, server, expectServing } = await startServer({}, limits);
    const clients = await Promise.all(range(4).map(() => open(port)));
    await waitFor("the connections", () => server.connections === 4);
    const part = post(callText("x".repeat(500_000))).subarray(0, 400_000);
    for (const client of clients) client.send(part);
    await waitFor("a close", () => server.connections < 4);
    expect(events).toContainEqual(expect.objectContaining({ type: "overload", what: "bytes" }));
    expect(server.connections).toBeGreaterThan(0);
    for (const client of clients) client.socket.destroy();
    await waitFor("the ends", () => server.connections === 0);
    await expectServing();
  });

  it("many small requests that wait are not free", async () => {
    const { port, events, server } = await startServer(
      { text: () => new Promise(() => {}) },
      { maxBufferedBytes: 1_000_000, maxCallsInFlight: 1_000 },
    );
    const client = await open(port);
    client.send(...range(1_000).map(() => post(callText("x"))));
    await waitFor("the close", () => server.connections === 0);
    expect(events).toContainEqual(expect.objectContaining({ type: "overload", what: "bytes" }));
  });

  it("what was counted is given back", async () => {
    const limits = { maxMessageBytes: 200_000, maxUnsentBytes: 100_000, maxBufferedBytes: 2_000_000 };
    const { port, events, server } = await startServer({ text: () => large }, limits);
    for (const _ of range(20)) {
      const client = await open(port);
      client.send(...range(10).map(() => post(callText(large))));
      await waitFor("the answers", () => client.answers.length === 10);
      client.send(post(callText(large)).subarray(0, -3));
      client.socket.destroy();
      await waitFor("the close", () => server.connections === 0);
    }
    expect(events.filter(({ type }) => type === "overload")).toEqual([]);
  });
});

describe("the end of a server or of a client", () => {
  it("answers what is under way and says that it is the last, refuses what comes, ends who is idle", async () => {
    const waiting: ((value: string) => void)[] = [];
    const { server, port } = await startServer({ text: () => new Promise((resolve) => waiting.push(resolve)) });
    const [client, idle, half] = await Promise.all([open(port), open(port), open(port)]);
    idle.send(post(message("nope")));
    await waitFor("the answer", () => idle.answers.length === 1);
    half.send(post(callText("x")).subarray(0, -3));
    client.send(post(callText("a")));
    await waitFor("the handler", () => waiting.length === 1);
    const closed = server.close({ deadlineMs: 30_000 });
    client.send(post(callText("b")));
    await waitFor("the ends", () => idle.isGone && half.isGone);
    await new Promise((resolve) => setTimeout(resolve, 100));
    waiting[0]?.("done");
    await waitFor("the end", () => client.isEnded);
    expect(client.statuses).toEqual([200, 200]);
    expect(client.answers.map(({ headers }) => headers["connection"])).toEqual(["keep-alive", "close"]);
    expect(exception(client.answers[1]?.body ?? Buffer.alloc(0))).toBe("the server is shutting down");
    expect(waiting).toHaveLength(1);
    for (const { socket } of [client, idle, half]) socket.end();
    await closed;
  });

  it("ends calls that are not done by the deadline, and tells their handlers", async () => {
    let signal: AbortSignal | undefined;
    const { server, port } = await startServer({
      text(_, call) {
        ({ signal } = call);
        return new Promise(() => {});
      },
    });
    const client = await open(port);
    client.send(post(callText("a")));
    await waitFor("the handler", () => signal !== undefined);
    await server.close({ deadlineMs: 200 });
    expect(signal?.aborted).toBe(true);
    await waitFor("the close", () => client.isGone);
  });

  it("a reset while a call is handled aborts its signal and harms nobody", async () => {
    let signal: AbortSignal | undefined;
    const { port, server, expectServing } = await startServer({
      text(_, call) {
        ({ signal } = call);
        return new Promise((resolve) => call.signal.addEventListener("abort", () => resolve("late")));
      },
    });
    const client = await open(port);
    client.send(post(callText("a")));
    await waitFor("the call", () => signal !== undefined);
    client.socket.resetAndDestroy();
    await waitFor("the abort", () => signal?.aborted === true);
    await waitFor("the end of the connection", () => server.connections === 0);
    await expectServing();
  });
});
