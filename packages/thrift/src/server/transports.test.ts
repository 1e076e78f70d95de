import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { Authority } from "../../test/certificates.ts";
import type { EveryHandler } from "../../test/every.ts";
import { message } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { openTransport, TRANSPORTS, type Transport } from "../../test/transports.ts";
import { waitFor } from "../../test/wait-for.ts";
import { readApplicationException } from "../application-exception.ts";
import { PROTOCOLS } from "../protocol/protocols.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";
import type { ServerEvent } from "./events.ts";
import type { ServerLimits } from "./limits.ts";

const callText = (value: string, sequenceId = 1) =>
  message(
    "text",
    (output) => {
      output.writeField(WireType.STRING, 1);
      output.writeString(value);
      output.writeStop();
    },
    { sequenceId },
  );
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const timeouts = (events: readonly ServerEvent[]) =>
  events.flatMap((event) => (event.type === "timeout" ? [event.what] : []));
const large = "x".repeat(60_000);

function read(reply: Buffer | undefined) {
  if (!reply) throw new Error("no answer");
  const reader = PROTOCOLS.binary.openReader(reply);
  return { ...reader.readMessageBegin(), reader };
}

function exception(reply: Buffer | undefined): [type: number, message: string] {
  const { type, message: text } = readApplicationException(read(reply).reader);
  return [type, text];
}

async function serve(
  test: TestContext,
  transport: Transport,
  handler: Partial<EveryHandler> = {},
  limits: Partial<ServerLimits> = {},
) {
  const authority = Authority.create(test);
  const started = await startServer(handler, limits, { tls: authority.issue() });
  const open = async () => {
    const client = await openTransport(transport, started.port, authority.ca);
    onTestFinished(() => void client.socket.destroy());
    return client;
  };
  return { ...started, open };
}

// What holds for one transport holds for all of them. What a transport has of its own is tested beside it.
describe.each(TRANSPORTS)("a client over %s", (transport) => {
  it("is answered in the order of its calls, with every failure in its place", async (test) => {
    const { open, expectServing } = await serve(test, transport, {
      text: (value) => new Promise((resolve) => setTimeout(resolve, value === "slow" ? 50 : 0, value)),
      nothing() {
        throw new Error("password=hunter2");
      },
    });
    const client = await open();
    const calls = [callText("slow"), message("nope"), message("nothing"), message("text"), callText("quick", 5)];
    client.socket.write(Buffer.concat(calls.map(client.wrap)));
    await waitFor("the answers", () => client.replies.length === 5);
    expect(client.replies.map((reply) => read(reply).type)).toEqual([2, 3, 3, 3, 2]);
    expect(client.replies.slice(1, 4).map((reply) => exception(reply)[0])).toEqual([1, 6, 7]);
    expect(exception(client.replies[2])).toEqual([6, "internal error"]);
    expect(read(client.replies[4]).sequenceId).toBe(5);
    await expectServing();
  });

  it("that sends a struct that is cut short is told", async (test) => {
    const { open, expectServing } = await serve(test, transport);
    const client = await open();
    client.socket.write(client.wrap(callText("abcdef").subarray(0, -4)));
    await waitFor("the answer", () => client.replies.length === 1);
    expect(exception(client.replies[0])[0]).toBe(7);
    await expectServing();
  });

  it("that says nothing is closed", async (test) => {
    const { open, events } = await serve(test, transport, {}, { firstByteTimeoutMs: 200 });
    const client = await open();
    await waitFor("the close", () => client.isGone);
    expect(timeouts(events)).toEqual(["first_byte"]);
  });

  it("that lets a message trickle in is closed, and one that waits between calls too", async (test) => {
    const { open, events } = await serve(test, transport, {}, { messageTimeoutMs: 300, idleTimeoutMs: 600 });
    const [slow, idle] = [await open(), await open()];
    idle.socket.write(idle.wrap(callText("x")));
    const bytes = slow.wrap(callText(large));
    let at = 0;
    const trickle = setInterval(() => slow.socket.write(bytes.subarray(at, (at += 10))), 10);
    await waitFor("the first close", () => slow.isGone);
    clearInterval(trickle);
    await waitFor("the second close", () => idle.isGone);
    expect(idle.replies).toHaveLength(1);
    expect(slow.replies).toHaveLength(0);
    expect(timeouts(events).toSorted()).toEqual(["idle", "message"]);
  });

  it("has no more calls in flight than allowed", async (test) => {
    let running = 0;
    let most = 0;
    const { open } = await serve(
      test,
      transport,
      {
        async text(value) {
          most = Math.max(most, (running += 1));
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return value;
        },
      },
      { maxCallsInFlight: 4 },
    );
    const client = await open();
    client.socket.write(Buffer.concat(range(300).map((sequenceId) => client.wrap(callText("x", sequenceId)))));
    await waitFor("the answers", () => client.replies.length === 300);
    expect(client.replies.map((reply) => read(reply).sequenceId)).toEqual(range(300));
    expect(most).toBe(4);
  });

  it("that does not read is not read from, and goes on when it reads again", async (test) => {
    let handled = 0;
    const limits = { maxUnsentBytes: 200_000, maxMessageBytes: 100_000 };
    const { open, server } = await serve(test, transport, { text: () => ((handled += 1), large) }, limits);
    const client = await open();
    client.socket.pause();
    const calls = 600;
    client.socket.write(Buffer.concat(range(calls).map(() => client.wrap(callText(large)))));
    let before = -1;
    while (handled > before) {
      before = handled;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    // A few megabytes lie in the kernels' buffers; all answers together are 36 MB.
    expect(handled).toBeLessThan(calls / 2);
    expect(server.bufferedBytes).toBeLessThan(2_000_000);
    client.socket.resume();
    await waitFor("the answers", () => client.replies.length === calls);
  });

  it("that never reads is closed", async (test) => {
    const limits = { maxUnsentBytes: 100_000, sendTimeoutMs: 300 };
    const { open, server, events, expectServing } = await serve(test, transport, { text: () => large }, limits);
    const client = await open();
    client.socket.pause();
    client.socket.write(Buffer.concat(range(500).map(() => client.wrap(callText("x")))));
    await waitFor("the close", () => server.connections === 0);
    expect(timeouts(events)).toEqual(["send"]);
    await expectServing();
  });

  it("shares the bytes that all may hold, gives them back, and is closed above them", async (test) => {
    const limits = { maxMessageBytes: 1_000_000, maxBufferedBytes: 1_000_000 };
    const { open, events, server, expectServing } = await serve(test, transport, {}, limits);
    const clients = await Promise.all(range(4).map(open));
    await waitFor("the connections", () => server.connections === 4);
    for (const client of clients) client.socket.write(client.wrap(callText("x".repeat(500_000))).subarray(0, 400_000));
    await waitFor("a close", () => server.connections < 4);
    expect(events).toContainEqual(expect.objectContaining({ type: "overload", what: "bytes" }));
    expect(server.connections).toBeGreaterThan(0);
    for (const { socket } of clients) socket.destroy();
    await waitFor("the ends", () => server.connections === 0);
    expect(server.bufferedBytes).toBe(0);
    await expectServing();
  });

  it("that is gone while its call is handled leaves nothing but an aborted signal", async (test) => {
    let signal: AbortSignal | undefined;
    const { open, server, expectServing } = await serve(test, transport, {
      text(_, call) {
        ({ signal } = call);
        return new Promise((resolve) => call.signal.addEventListener("abort", () => resolve("late")));
      },
    });
    const client = await open();
    client.socket.write(client.wrap(callText("x")));
    await waitFor("the call", () => signal !== undefined);
    client.reset();
    await waitFor("the abort", () => signal?.aborted === true);
    await waitFor("the end", () => server.connections === 0);
    await expectServing();
  });

  it("whose handler is too slow is told, and one whose server stops too", async (test) => {
    const waiting: ((value: string) => void)[] = [];
    const { open, server } = await serve(
      test,
      transport,
      {
        text: (value) => (value === "never" ? new Promise(() => {}) : new Promise((resolve) => waiting.push(resolve))),
      },
      { handlerTimeoutMs: 400 },
    );
    const client = await open();
    client.socket.write(client.wrap(callText("never")));
    await waitFor("the answer", () => client.replies.length === 1);
    expect(exception(client.replies[0])).toEqual([6, "the call took too long"]);
    client.socket.write(client.wrap(callText("x")));
    await waitFor("the handler", () => waiting.length === 1);
    const closed = server.close();
    client.socket.write(client.wrap(callText("y")));
    await new Promise((resolve) => setTimeout(resolve, 50));
    waiting[0]?.("done");
    await waitFor("the end", () => client.isGone);
    expect(client.replies.map((reply) => read(reply).type)).toEqual([
      MessageType.EXCEPTION,
      MessageType.REPLY,
      MessageType.EXCEPTION,
    ]);
    expect(exception(client.replies[2])).toEqual([6, "the server is shutting down"]);
    client.socket.end();
    await closed;
  });
});
