import { describe, expect, it } from "vitest";
import { framed, message, RawClient } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";
import type { ServerEvent } from "./events.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};
const timeouts = (events: readonly ServerEvent[]) =>
  events.flatMap((event) => (event.type === "timeout" ? [event.what] : []));

describe("a server that waits", () => {
  it("for the first byte gives up", async () => {
    const { port, events } = await startServer({}, { firstByteTimeoutMs: 100 });
    const client = await RawClient.open(port);
    await waitFor("the close", () => client.isClosed || client.isEnded);
    expect(timeouts(events)).toEqual(["first_byte"]);
  });

  it.each([
    ["framed", framed("text", text("a".repeat(500)))],
    ["unframed", message("text", text("a".repeat(500)))],
  ])("for the rest of a message gives up, even if it trickles in: %s", async (_, bytes) => {
    const { port, events } = await startServer({}, { messageTimeoutMs: 300 });
    const client = await RawClient.open(port);
    let at = 0;
    const trickle = setInterval(() => client.send(bytes.subarray(at, (at += 1))), 10);
    await waitFor("the close", () => client.isClosed || client.isEnded);
    clearInterval(trickle);
    expect(at).toBeLessThan(bytes.length);
    expect(timeouts(events)).toEqual(["message"]);
  });

  it("for the rest of a message gives up also if earlier calls are answered meanwhile", async () => {
    const open: ((value: string) => void)[] = [];
    const { port, events } = await startServer(
      { text: () => new Promise((resolve) => open.push(resolve)) },
      { messageTimeoutMs: 400 },
    );
    const client = await RawClient.open(port);
    const calls = Array.from({ length: 100 }, (_, index) => framed("text", text("a"), { sequenceId: index + 1 }));
    client.send(...calls, framed("text", text("b")).subarray(0, 9));
    await waitFor("the handlers", () => open.length === 100);
    const answer = setInterval(() => open.shift()?.("a"), 10);
    await waitFor("the close", () => client.isClosed || client.isEnded);
    clearInterval(answer);
    expect(client.answers).toHaveLength(100);
    expect(timeouts(events)).toEqual(["message"]);
  });

  it("for the next call gives up", async () => {
    const { port, events } = await startServer({}, { idleTimeoutMs: 100 });
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")));
    await waitFor("the close", () => client.isClosed || client.isEnded);
    expect(client.answers).toHaveLength(1);
    expect(timeouts(events)).toEqual(["idle"]);
  });

  it("does not give up on a client whose call it is still working on", async () => {
    const { port } = await startServer(
      { text: (value) => new Promise((resolve) => setTimeout(() => resolve(value), 400)) },
      { idleTimeoutMs: 50, messageTimeoutMs: 50, firstByteTimeoutMs: 5_000 },
    );
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")));
    await waitFor("the answer", () => client.answers.length === 1 || client.isClosed);
    expect(client.answers).toHaveLength(1);
  });

  it("for the handler of a oneway call answers nothing, and lets later calls pass", async () => {
    const { port, events } = await startServer({ fire: () => new Promise(() => {}) }, { handlerTimeoutMs: 100 });
    const client = await RawClient.open(port);
    client.send(framed("fire", text("a"), { type: MessageType.ONEWAY }), framed("text", text("b"), { sequenceId: 2 }));
    await waitFor("the later answer", () => client.answers.length === 1);
    expect(timeouts(events)).toEqual([]);
    await waitFor("the time-out", () => timeouts(events).length === 1);
    client.send(framed("text", text("c"), { sequenceId: 3 }));
    await waitFor("the last answer", () => client.answers.length === 2);
    expect(client.answers.map(({ sequenceId }) => sequenceId)).toEqual([2, 3]);
  });

  it("for a handler answers in its place, tells it, and drops what it answers later", async () => {
    let signal: AbortSignal | undefined;
    const { port, events, expectServing } = await startServer(
      {
        text(value, call) {
          if (value !== "slow") return value;
          ({ signal } = call);
          return new Promise((resolve) => call.signal.addEventListener("abort", () => resolve("too late")));
        },
      },
      { handlerTimeoutMs: 100 },
    );
    const client = await RawClient.open(port);
    client.send(framed("text", text("slow")), framed("text", text("b"), { sequenceId: 2 }));
    await waitFor("the answers", () => client.answers.length === 2);
    expect(client.exception()).toEqual({ type: 6, message: "the call took too long" });
    expect(client.answers[1]).toMatchObject({ type: MessageType.REPLY, sequenceId: 2 });
    expect(signal?.aborted).toBe(true);
    expect(String(signal?.reason)).toContain("the handler's time is over");
    client.send(framed("text", text("c"), { sequenceId: 3 }));
    await waitFor("the third", () => client.answers.length === 3);
    expect(client.answers[2]?.sequenceId).toBe(3);
    expect(timeouts(events)).toEqual(["handler"]);
    await expectServing();
  });

  it("gives a signal that is asked for only after the abort", async () => {
    let seen: boolean | undefined;
    const { port } = await startServer(
      {
        text: (_, call) =>
          new Promise((resolve) =>
            setTimeout(() => {
              seen = call.signal.aborted;
              resolve("x");
            }, 300),
          ),
      },
      { handlerTimeoutMs: 50 },
    );
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")));
    await waitFor("the handler's look", () => seen !== undefined);
    expect(seen).toBe(true);
  });

  it("closes a client that does not end its side after the server ended its own", async () => {
    const { port, server } = await startServer();
    const client = await RawClient.open(port);
    client.send(Buffer.from("garbage!"));
    await waitFor("the end", () => client.isEnded);
    await waitFor("the close", () => server.connections === 0, 5_000);
  });
});
