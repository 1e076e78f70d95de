import { describe, expect, it } from "vitest";
import { DIALECTS } from "../../test/dialects.ts";
import { HttpClient, post } from "../../test/http-client.ts";
import { framed, message, RawClient, speaker } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { theader } from "../../test/theader.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";
import type { ServerEvent } from "./events.ts";

// What somebody would try who wants the server down by the morning, beyond bytes that are no message (attacks.test.ts).

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};
const callText = (value: string, sequenceId = 1) => framed("text", text(value), { sequenceId });
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const timeouts = (events: readonly ServerEvent[]) =>
  events.flatMap((event) => (event.type === "timeout" ? [event.what] : []));

describe("a client that does not read but goes on writing", () => {
  it.each<[string, (client: RawClient) => void]>([
    ["calls without an answer", (client) => client.send(framed("fire", text("x"), { type: MessageType.ONEWAY }))],
    ["pieces of a message", (client) => client.send(Buffer.of(0))],
  ])("%s is closed no later than one that is quiet", async (_, trickle) => {
    const { port, server, events, expectServing } = await startServer(
      { text: () => "x".repeat(15_000_000) },
      { maxUnsentBytes: 100_000_000, sendTimeoutMs: 400, messageTimeoutMs: 60_000 },
    );
    const client = await RawClient.open(port);
    client.socket.pause();
    client.send(callText("x"), callText("x", 2));
    const timer = setInterval(() => trickle(client), 50);
    await waitFor("the close", () => server.connections === 0).finally(() => clearInterval(timer));
    expect(timeouts(events)).toEqual(["send"]);
    await expectServing();
  });

  it("after it was refused is closed all the same", async () => {
    const { port, server } = await startServer({ text: () => "x".repeat(15_000_000) }, { sendTimeoutMs: 400 });
    const client = await RawClient.open(port);
    client.socket.pause();
    client.send(callText("x"), Buffer.from("garbage!"));
    const timer = setInterval(() => client.send(Buffer.of(0)), 50);
    await waitFor("the close", () => server.connections === 0).finally(() => clearInterval(timer));
  });

  it("is waited for while it takes a large reply slowly", async () => {
    const { port, events } = await startServer({ text: () => "x".repeat(16_000_000) }, { sendTimeoutMs: 400 });
    const client = await RawClient.open(port);
    client.socket.pause();
    client.send(callText("x"));
    // A few hundred kilobytes at a time: longer in all than the server waits without any.
    let heard = 0;
    client.socket.on("data", (chunk: Buffer) => {
      heard += chunk.length;
      if (heard < 400_000) return;
      heard = 0;
      client.socket.pause();
    });
    const timer = setInterval(() => {
      client.socket.resume();
      client.send(framed("fire", text("x"), { type: MessageType.ONEWAY }));
    }, 50);
    await waitFor("the answer", () => client.answers.length === 1 || client.isClosed).finally(() =>
      clearInterval(timer),
    );
    expect(client.answers).toHaveLength(1);
    expect(timeouts(events)).toEqual([]);
  });
});

describe("calls whose handlers wait for a database", () => {
  it.each([
    ["tcp", (port: number) => RawClient.open(port), callText],
    ["http", (port: number) => HttpClient.open(port), (value: string) => post(message("text", text(value)))],
  ] as const)("hold their arguments, which count: %s", async (_, open, call) => {
    const { port, server, events } = await startServer(
      { text: () => new Promise(() => {}) },
      { maxBufferedBytes: 2_000_000 },
    );
    const clients = await Promise.all(range(4).map(() => open(port)));
    await waitFor("the connections", () => server.connections === 4);
    for (const client of clients) client.send(...range(20).map(() => call("x".repeat(60_000))));
    await waitFor("an overload", () => server.connections < 4);
    expect(events).toContainEqual(expect.objectContaining({ type: "overload", what: "bytes" }));
    expect(server.bufferedBytes).toBeLessThan(2_000_000);
  });

  it("give back what they held", async () => {
    const { port, server } = await startServer({ text: (value) => Promise.resolve(value.slice(0, 1)) });
    const client = await RawClient.open(port);
    client.send(...range(300).map(() => callText("x".repeat(60_000))));
    await waitFor("the answers", () => client.answers.length === 300);
    await waitFor("nothing", () => server.bufferedBytes === 0);
  });
});

describe("a farewell", () => {
  it("as C++ takes it from THeader, a frame with a header and nothing else, is no error", async () => {
    const { port, server, events } = await startServer();
    const client = await RawClient.open(port);
    client.socket.removeAllListeners("data").resume();
    client.send(theader(message("text", text("x"))), theader(Buffer.alloc(0), { sequenceNumber: 2 }));
    client.send(theader(message("text", text("y"))));
    client.socket.end();
    await waitFor("the close", () => server.connections === 0);
    expect(events.map(({ type }) => type)).toEqual(["call", "call"]);
  });
});

describe("a message in two pieces", () => {
  it.each(DIALECTS)("is answered wherever it is cut: $name", async (dialect) => {
    const { port, events } = await startServer();
    const bytes = speaker(dialect)("text", text("grüße 🎲"));
    const clients = await Promise.all(range(bytes.length - 1).map(() => RawClient.open(port, dialect)));
    for (const [at, client] of clients.entries()) client.send(bytes.subarray(0, at + 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(clients.some(({ bytesReceived, isEnded }) => bytesReceived > 0 || isEnded)).toBe(false);
    for (const [at, client] of clients.entries()) client.send(bytes.subarray(at + 1));
    await waitFor("the answers", () => clients.every(({ answers }) => answers.length === 1));
    expect(events.every(({ type }) => type === "call")).toBe(true);
    for (const { socket } of clients) socket.destroy();
  });

  it.each(DIALECTS)("is forgotten wherever its sender ends or is reset: $name", async (dialect) => {
    const { port, server, events, expectServing } = await startServer();
    const bytes = speaker(dialect)("text", text("grüße 🎲"));
    const clients = await Promise.all(range(2 * (bytes.length - 1)).map(() => RawClient.open(port, dialect)));
    for (const [index, client] of clients.entries()) {
      client.socket.write(bytes.subarray(0, 1 + (index >> 1)), () => {
        if (index % 2 === 0) client.socket.end();
        else client.socket.resetAndDestroy();
      });
    }
    await waitFor("the ends", () => server.connections === 0);
    expect(events).toEqual([]);
    expect(server.bufferedBytes).toBe(0);
    await expectServing();
  });

  it.each([
    ["http", post(message("text", text("grüße 🎲")))],
    ["theader", theader(message("text", text("grüße 🎲")), { pairs: [["key", "value"]] })],
  ])("is answered wherever it is cut: %s", async (_, bytes) => {
    const { port, events } = await startServer();
    const clients = await Promise.all(range(bytes.length - 1).map(() => RawClient.open(port)));
    const heard: Buffer[] = clients.map(() => Buffer.alloc(0));
    for (const [at, client] of clients.entries()) {
      client.socket.removeAllListeners("data").on("data", (chunk: Buffer) => (heard[at] = chunk));
      client.send(bytes.subarray(0, at + 1));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const [at, client] of clients.entries()) client.send(bytes.subarray(at + 1));
    await waitFor("the answers", () => heard.every((chunk) => chunk.includes("grüße 🎲")));
    expect(events.every(({ type }) => type === "call")).toBe(true);
    for (const { socket } of clients) socket.destroy();
  });
});

describe.each(DIALECTS)("sequence ids, $name", (dialect) => {
  it("of any size, in use already or not, come back as they were", async () => {
    const { port } = await startServer({ text: (value) => Promise.resolve(value) });
    const client = await RawClient.open(port, dialect);
    const say = speaker(dialect);
    const ids = [0, 7, 7, 7, -1, 0x7fff_ffff, -0x8000_0000, 0, -7];
    client.send(...ids.map((sequenceId) => say("text", text("x"), { sequenceId })));
    await waitFor("the answers", () => client.answers.length === ids.length);
    expect(client.answers.map(({ sequenceId }) => sequenceId)).toEqual(ids);
  });
});

describe.each(DIALECTS.filter(({ protocol }) => protocol !== "old-binary"))("names, $name", (dialect) => {
  it.each([
    "",
    ":",
    "::",
    ":text",
    "Every:",
    "Every::text",
    "Every:text:",
    "Every:Every:text",
    "\0",
    "text\0",
    " text",
  ])("%j is no method, and costs only its own call", async (name) => {
    const { port } = await startServer();
    const client = await RawClient.open(port, dialect);
    const say = speaker(dialect);
    client.send(say(name, text("x")), say("text", text("y"), { sequenceId: 2 }));
    await waitFor("the answers", () => client.answers.length === 2);
    expect(client.exception().type).toBe(1);
    expect(client.answers[1]).toMatchObject({ type: MessageType.REPLY, sequenceId: 2 });
  });
});

describe("a flood of oneway calls", () => {
  it("whose handlers never settle ends with their time, and others are served meanwhile", async () => {
    let fired = 0;
    const { port, events, expectServing } = await startServer(
      { fire: () => ((fired += 1), new Promise(() => {})) },
      { handlerTimeoutMs: 500, maxCallsInFlight: 50 },
    );
    const client = await RawClient.open(port);
    client.send(...range(120).map(() => framed("fire", text("x"), { type: MessageType.ONEWAY })));
    client.send(callText("last"));
    await waitFor("the first of them", () => fired === 50);
    await expectServing();
    expect(fired).toBe(50);
    await waitFor("the answer", () => client.answers.length === 1);
    expect(fired).toBe(120);
    expect(timeouts(events).length).toBeGreaterThanOrEqual(70);
  });
});

describe("close with a deadline of any length", () => {
  it.each([Infinity, 2 ** 31, 2 ** 40])("waits for what is under way: %d ms", async (deadlineMs) => {
    const waiting: ((value: string) => void)[] = [];
    const { server, port } = await startServer({ text: () => new Promise((resolve) => waiting.push(resolve)) });
    const client = await RawClient.open(port);
    client.send(callText("x"));
    await waitFor("the handler", () => waiting.length === 1);
    const closed = server.close({ deadlineMs });
    await new Promise((resolve) => setTimeout(resolve, 100));
    waiting[0]?.("done");
    await waitFor("the end", () => client.isEnded || client.isClosed);
    expect(client.answers).toHaveLength(1);
    client.socket.end();
    await closed;
  });
});
