import { describe, expect, it } from "vitest";
import { framed, message, RawClient } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};
const callText = (value: string, sequenceId: number) => framed("text", text(value), { sequenceId });
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Promises that a test settles by hand. */
function gates() {
  const open: ((value: string) => void)[] = [];
  return { open, handler: () => new Promise<string>((resolve) => open.push(resolve)) };
}

describe("pipelined calls", () => {
  it("are answered in their order, however long each takes", async () => {
    const waiting = new Map<string, () => void>();
    const { port } = await startServer({
      text: (value) => (value === "sync" ? value : new Promise((resolve) => waiting.set(value, () => resolve(value)))),
    });
    const client = await RawClient.open(port);
    client.send(callText("a", 1), callText("sync", 2), callText("b", 3), callText("sync", 4), callText("c", 5));
    await waitFor("the handlers", () => waiting.size === 3);
    waiting.get("c")?.();
    waiting.get("b")?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.answers).toHaveLength(0);
    waiting.get("a")?.();
    await waitFor("the answers", () => client.answers.length === 5);
    expect(client.answers.map(({ sequenceId }) => sequenceId)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ["framed", true],
    ["unframed", false],
  ])("%s: far more than may be in flight, in one write, are all answered", async (_, isFramed) => {
    const { port } = await startServer({ text: (value) => value }, { maxCallsInFlight: 10 });
    const client = await RawClient.open(port, { isFramed });
    const wrap = isFramed ? framed : message;
    client.send(...range(5_000).map((sequenceId) => wrap("text", text("x"), { sequenceId })));
    await waitFor("the answers", () => client.answers.length === 5_000);
    expect(client.answers.map(({ sequenceId }) => sequenceId)).toEqual(range(5_000));
  });

  it("of a client that closes its sending side at once are all answered before the server ends", async () => {
    const { port } = await startServer({ text: (value) => value }, { maxCallsInFlight: 10 });
    const client = await RawClient.open(port);
    client.socket.end(Buffer.concat(range(1_000).map((sequenceId) => callText("x", sequenceId))));
    await waitFor("the end", () => client.isEnded);
    expect(client.answers).toHaveLength(1_000);
  });

  it("let other clients in between", async () => {
    const { port, expectServing } = await startServer({ text: (value) => value }, { maxCallsInFlight: 5 });
    const client = await RawClient.open(port);
    client.send(...range(20_000).map((sequenceId) => callText("x", sequenceId)));
    await waitFor("some answers", () => client.answers.length > 0);
    await expectServing();
    expect(client.answers.length).toBeLessThan(20_000);
    await waitFor("the answers", () => client.answers.length === 20_000);
  });

  it("beyond the limit in flight wait unread", async () => {
    const { open, handler } = gates();
    const { port } = await startServer({ text: handler }, { maxCallsInFlight: 3 });
    const client = await RawClient.open(port);
    client.send(...range(8).map((sequenceId) => callText("x", sequenceId)));
    const filler = Buffer.concat(range(1_000).map((sequenceId) => callText("y".repeat(10_000), sequenceId + 8)));
    client.send(filler);
    await waitFor("the first handlers", () => open.length === 3);
    // What the kernels hold is gone from here; the rest must not have been taken.
    await waitFor("backpressure", () => client.socket.writableLength > 0);
    expect(open).toHaveLength(3);
    for (let at = 0; at < 1_008; at += 1) {
      await waitFor(`handler ${at}`, () => open.length > at);
      expect(open.length).toBeLessThanOrEqual(at + 3);
      open[at]?.("x");
    }
    await waitFor("the answers", () => client.answers.length === 1_008);
  });
});

describe("a client that closes its sending side", () => {
  it("still gets the reply of a call that runs", async () => {
    const { open, handler } = gates();
    const { port, server } = await startServer({ text: handler });
    const client = await RawClient.open(port);
    client.socket.end(callText("x", 1));
    await waitFor("the handler", () => open.length === 1);
    open[0]?.("late");
    await waitFor("the end", () => client.isEnded);
    expect(client.answers.map(({ type }) => type)).toEqual([MessageType.REPLY]);
    await waitFor("the close", () => server.connections === 0);
  });

  it("in the middle of a message is closed without a reply", async () => {
    const { port, server } = await startServer();
    const client = await RawClient.open(port);
    client.socket.end(callText("x", 1).subarray(0, 10));
    await waitFor("the end", () => client.isEnded);
    expect(client.bytesReceived).toBe(0);
    await waitFor("the close", () => server.connections === 0);
  });
});

describe("a client that does not read its replies", () => {
  const large = "x".repeat(60_000);

  it("is not read from any more, and goes on when it reads again", async () => {
    let handled = 0;
    const limits = { maxUnsentBytes: 200_000, maxMessageBytes: 100_000 };
    const { port } = await startServer({ text: () => ((handled += 1), large) }, limits);
    const client = await RawClient.open(port);
    client.socket.pause();
    const calls = 2_000;
    client.send(...range(calls).map((sequenceId) => callText(large, sequenceId)));
    let before = -1;
    while (handled > before) {
      before = handled;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    // A few megabytes lie in the kernels' buffers; all replies together are 120 MB.
    expect(handled).toBeLessThan(calls / 2);
    client.socket.resume();
    await waitFor("the answers", () => client.answers.length === calls);
  });

  it("goes on also when the limit is smaller than the socket's own buffer", async () => {
    const { port } = await startServer({ text: (value) => value.repeat(50) }, { maxUnsentBytes: 1 });
    const client = await RawClient.open(port);
    client.send(...range(2_000).map((sequenceId) => callText("x".repeat(1_000), sequenceId)));
    await waitFor("the answers", () => client.answers.length === 2_000);
  });

  it("is closed after a while", async () => {
    const { port, server, events, expectServing } = await startServer(
      { text: () => large },
      { maxUnsentBytes: 100_000, sendTimeoutMs: 300 },
    );
    const client = await RawClient.open(port);
    client.socket.pause();
    client.send(...range(500).map((sequenceId) => callText("x", sequenceId)));
    await waitFor("the close", () => server.connections === 0);
    expect(events).toContainEqual(expect.objectContaining({ type: "timeout", what: "send" }));
    await expectServing();
  });

  it("is closed after a while also when it was quiet for longer before", async () => {
    const limits = { maxUnsentBytes: 100_000, sendTimeoutMs: 200 };
    const { port, server } = await startServer({ text: () => large }, limits);
    const client = await RawClient.open(port);
    await waitFor("the connection", () => server.connections === 1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    client.socket.pause();
    client.send(...range(500).map((sequenceId) => callText("x", sequenceId)));
    await waitFor("the close", () => server.connections === 0);
  });
});

describe("limits of the whole server", () => {
  it("refuse connections beyond the most that are allowed", async () => {
    const { port, events, server, expectServing } = await startServer({}, { maxConnections: 2 });
    const first = await RawClient.open(port);
    const second = await RawClient.open(port);
    await waitFor("both", () => server.connections === 2);
    const third = await RawClient.open(port);
    await waitFor("the refusal", () => third.isClosed || third.isEnded);
    expect(events).toMatchObject([{ type: "overload", what: "connections" }]);
    first.socket.destroy();
    second.socket.destroy();
    await waitFor("room", () => server.connections === 0);
    await expectServing();
  });

  it("close the connection that would hold too many bytes", async () => {
    const { port, events, server, expectServing } = await startServer(
      {},
      { maxMessageBytes: 1_000_000, maxBufferedBytes: 1_000_000 },
    );
    const clients = await Promise.all(range(4).map(() => RawClient.open(port)));
    await waitFor("the connections", () => server.connections === 4);
    const part = framed("text", text("x".repeat(500_000))).subarray(0, 400_000);
    for (const client of clients) client.send(part);
    await waitFor("a close", () => server.connections < 4);
    expect(events).toContainEqual(expect.objectContaining({ type: "overload", what: "bytes" }));
    expect(server.connections).toBeGreaterThan(0);
    for (const client of clients) client.socket.destroy();
    await waitFor("the ends", () => server.connections === 0);
    await expectServing();
  });

  it("count replies that wait for an earlier call", async () => {
    const { port, events, server } = await startServer(
      { text: (value) => (value === "slow" ? new Promise(() => {}) : "x".repeat(100_000)) },
      { maxUnsentBytes: 10_000_000, maxBufferedBytes: 1_000_000 },
    );
    const client = await RawClient.open(port);
    client.send(callText("slow", 1), ...range(50).map((sequenceId) => callText("x", sequenceId + 1)));
    await waitFor("the close", () => server.connections === 0);
    expect(events).toContainEqual(expect.objectContaining({ type: "overload", what: "bytes" }));
  });

  it("are given back by connections that are gone", async () => {
    const { port, events, server } = await startServer(
      { text: () => "x".repeat(50_000) },
      { maxUnsentBytes: 100_000, maxBufferedBytes: 2_000_000 },
    );
    for (const round of range(20)) {
      const client = await RawClient.open(port);
      client.send(...range(10).map((sequenceId) => callText("x", sequenceId)));
      await waitFor("an answer", () => client.answers.length === 10);
      client.send(callText("half", round).subarray(0, -3));
      client.socket.destroy();
      await waitFor("the close", () => server.connections === 0);
    }
    expect(events.filter(({ type }) => type === "overload")).toEqual([]);
  });

  it.each([
    [{ maxMessageBytes: 16_384_001 }, "maxMessageBytes must be at most 16384000"],
    [{ maxConnections: 0 }, "maxConnections must be a positive whole number"],
    [{ idleTimeoutMs: 1.5 }, "idleTimeoutMs must be a positive whole number"],
  ])("refuse nonsense: %j", async (limits, problem) => {
    await expect(startServer({}, limits)).rejects.toThrow(problem);
  });
});
