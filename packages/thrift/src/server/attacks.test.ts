import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Inner } from "../../test/every.ts";
import { frame, framed, message, RawClient } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { ApplicationException, ApplicationExceptionType as Type } from "../application-exception.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};
const find = (number: number) => (output: ProtocolWriter) => {
  output.writeField(WireType.I32, 1);
  output.writeI32(number);
  output.writeStop();
};
const truncated = framed("text", text("abcdef")).subarray(0, -4);

describe("bytes that are no message", () => {
  it.each<[string, Buffer]>([
    ["64 random bytes", Buffer.concat([Buffer.of(0xc3), randomBytes(63)])],
    ["64 zero bytes", Buffer.alloc(64)],
    ["HTTP text", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["a TLS hello", Buffer.from("1603010200010001fc0303", "hex")],
    ["a frame of 0x7fffffff bytes", frame(message("add"), 0x7fff_ffff)],
    ["a frame of 0xffffffff bytes", frame(message("add"), 0xffff_ffff)],
    ["a frame of 0 bytes", frame(Buffer.alloc(0))],
    ["a frame one byte longer than allowed", frame(message("add"), 65_537)],
    ["a bad version in a frame", frame(Buffer.from("8002000100000003616464000000010000", "hex"))],
    ["a message type that does not exist", frame(Buffer.from("800100090000000361646400000001" + "00", "hex"))],
    ["an unframed message that does not go on", message("m").subarray(0, 4)],
    ["an unframed name of 0x7fffffff bytes", Buffer.from("80010001" + "7fffffff", "hex")],
    ["an unframed name of -1 bytes", Buffer.from("80010001" + "ffffffff", "hex")],
    ["an unframed map of 2^31 - 1 booleans", Buffer.from("80010001000000016d000000010d00010202" + "7fffffff", "hex")],
    ["framed compact", frame(Buffer.from("822101046563686f00", "hex"))],
  ])("%s: the connection ends without a reply, and others are served", async (_, bytes) => {
    const { port, events, expectServing } = await startServer({}, { messageTimeoutMs: 300 });
    const client = await RawClient.open(port);
    client.send(bytes);
    await waitFor("the end", () => client.isEnded || client.isClosed);
    expect(client.bytesReceived).toBe(0);
    expect(events.map(({ type }) => type)).toEqual([expect.stringMatching(/^(protocol_error|timeout)$/)]);
    await expectServing();
  });

  it("cost a message's wait at most, never the event loop", async () => {
    const { port, expectServing } = await startServer();
    const bomb = Buffer.from("80010001000000016d000000010d00010202" + "7fffffff", "hex");
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(port, { isFramed: false })));
    for (const client of clients) client.send(bomb);
    await waitFor("the ends", () => clients.every((client) => client.isEnded), 10_000);
    await expectServing();
  });

  it("behind a good call do not take its reply", async () => {
    const { port, expectServing } = await startServer();
    const client = await RawClient.open(port);
    client.send(framed("text", text("first")), frame(Buffer.from("nonsense")));
    await waitFor("the end", () => client.isEnded);
    expect(client.answers.map(({ name, type }) => [name, type])).toEqual([["text", MessageType.REPLY]]);
    await expectServing();
  });
});

describe("messages with a readable envelope", () => {
  it.each<[string, Buffer, boolean, number]>([
    ["an unknown method", framed("nope"), false, Type.UNKNOWN_METHOD],
    ["an unknown service", framed("Nobody:text", text("x")), false, Type.UNKNOWN_METHOD],
    ["constructor:x", framed("constructor:x"), false, Type.UNKNOWN_METHOD],
    ["__proto__", framed("__proto__"), false, Type.UNKNOWN_METHOD],
    ["__proto__:toString", framed("__proto__:toString"), false, Type.UNKNOWN_METHOD],
    ["Every:constructor", framed("Every:constructor"), false, Type.UNKNOWN_METHOD],
    ["no name", framed(""), false, Type.UNKNOWN_METHOD],
    ["a name that is only a colon", framed(":"), false, Type.UNKNOWN_METHOD],
    ["a reply", framed("text", text("x"), { type: MessageType.REPLY }), false, Type.INVALID_MESSAGE_TYPE],
    ["an exception", framed("text", text("x"), { type: MessageType.EXCEPTION }), false, Type.INVALID_MESSAGE_TYPE],
    ["a missing argument", framed("text"), false, Type.PROTOCOL_ERROR],
    ["an argument of another type", framed("text", find(1)), false, Type.PROTOCOL_ERROR],
    ["a struct cut short within its frame", frame(truncated.subarray(4)), true, Type.PROTOCOL_ERROR],
    [
      "a string of 0x7fffffff bytes within a frame",
      frame(Buffer.concat([message("text").subarray(0, -1), Buffer.from("0b00017fffffff" + "6161", "hex")])),
      true,
      Type.PROTOCOL_ERROR,
    ],
    [
      "a string that is not UTF-8",
      frame(Buffer.concat([message("text").subarray(0, -1), Buffer.from("0b000100000001" + "ff00", "hex")])),
      true,
      Type.PROTOCOL_ERROR,
    ],
    [
      "a field type that does not exist",
      frame(Buffer.concat([message("text").subarray(0, -1), Buffer.from("630001000000", "hex")])),
      true,
      Type.PROTOCOL_ERROR,
    ],
    [
      "a second message in the same frame",
      frame(Buffer.concat([message("text", text("a")), message("text", text("b"))])),
      true,
      Type.PROTOCOL_ERROR,
    ],
  ])("%s: one exception with its type on the wire", async (_, bytes, isEnded, type) => {
    const { port, expectServing } = await startServer();
    const client = await RawClient.open(port);
    client.send(bytes);
    await waitFor("the answer", () => client.answers.length > 0);
    expect(client.exception().type).toBe(type);
    expect(client.answers[0]?.sequenceId).toBe(1);
    if (isEnded) {
      await waitFor("the end", () => client.isEnded);
    } else {
      client.send(framed("text", text("still here"), { sequenceId: 2 }));
      await waitFor("the second answer", () => client.answers.length > 1);
      expect(client.answers[1]).toMatchObject({ name: "text", type: MessageType.REPLY, sequenceId: 2 });
    }
    expect(client.answers).toHaveLength(isEnded ? 1 : 2);
    await expectServing();
  });

  it("keep what a client made up out of the events", async () => {
    const { port, events } = await startServer();
    const client = await RawClient.open(port);
    client.send(framed("evil\nmethod"), framed("text", text("x")));
    await waitFor("the answers", () => client.answers.length === 2);
    expect(events.map((event) => event.type === "call" && event.method)).toEqual(["(unknown)", "text"]);
  });

  it("may name the service or not, and both services answer", async () => {
    const { port } = await startServer();
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")), framed("Every:text", text("b")), framed("Other:text", text("c")));
    client.send(framed("one"), framed("Other:one"));
    await waitFor("the answers", () => client.answers.length === 5);
    expect(client.answers.map(({ name }) => name)).toEqual(["text", "text", "text", "one", "one"]);
    const texts = client.answers.slice(0, 3).map(({ reader }) => {
      reader.readStructBegin();
      reader.readField();
      return reader.readString();
    });
    expect(texts).toEqual(["a", "b", "other c"]);
  });

  it("of a oneway method get no reply, even if they are bad or ask for one", async () => {
    const { port, fired } = await startServer({
      fire(what) {
        fired.push(what);
        throw new Error("too late to tell");
      },
    });
    const client = await RawClient.open(port);
    client.send(framed("fire", text("a"), { type: MessageType.ONEWAY }), framed("fire", text("b")));
    client.send(framed("fire", undefined, { type: MessageType.ONEWAY }), framed("fire"));
    client.send(
      framed("text", text("x"), { type: MessageType.ONEWAY }),
      framed("nope", undefined, { type: MessageType.ONEWAY }),
    );
    client.send(framed("add", undefined, { sequenceId: 9 }));
    await waitFor("the last answer", () => client.answers.length > 0);
    expect(client.answers.map(({ sequenceId }) => sequenceId)).toEqual([9]);
    expect(fired).toEqual(["a", "b"]);
  });
});

describe("handlers that fail", () => {
  const secret = "password=hunter2";
  it.each<[string, (number: number) => Inner | Promise<Inner>]>([
    [
      "throws an error",
      () => {
        throw new Error(secret);
      },
    ],
    ["rejects with an error", () => Promise.reject(new Error(secret))],
    ["rejects with undefined", () => rejectWith(undefined)],
    ["rejects with null", () => rejectWith(null)],
    ["rejects with a text", () => rejectWith(secret)],
    [
      "rejects with an object whose properties throw",
      () =>
        rejectWith(
          new Proxy(
            {},
            {
              get: () => {
                throw new Error(secret);
              },
            },
          ),
        ),
    ],
    ["answers undefined", () => undefined as unknown as Inner],
    ["answers null", () => null as unknown as Inner],
    ["answers a field of another type", () => ({ number: secret }) as unknown as Inner],
    ["answers a required field as undefined", () => ({}) as Inner],
    ["answers a list that is none", () => ({ number: 1, names: 5 }) as unknown as Inner],
    ["answers a bad element at the end", () => ({ number: 1, names: ["a", 2] }) as unknown as Inner],
    [
      "answers a struct without end",
      () => {
        const inner = { number: 1, children: [] as Inner[] };
        inner.children.push(inner);
        return inner;
      },
    ],
    ["answers more than a client can read", () => ({ number: 1, names: ["x".repeat(16_400_000)] })],
    [
      "throws an exception that cannot be written",
      () => {
        throw Object.assign(new ApplicationException(6, "x"), { type: "six" });
      },
    ],
  ])("%s: the caller reads a fixed sentence, the operator the cause", async (_, handler) => {
    const { port, events, expectServing } = await startServer({ find: handler });
    const client = await RawClient.open(port);
    client.send(framed("find", find(1)), framed("text", text("next"), { sequenceId: 2 }));
    await waitFor("the answers", () => client.answers.length === 2);
    expect(client.exception()).toEqual({ type: Type.INTERNAL_ERROR, message: "internal error" });
    expect(client.answers[1]).toMatchObject({ name: "text", type: MessageType.REPLY });
    expect(events.filter(({ type }) => type === "handler_error")).toMatchObject([{ method: "find" }]);
    await expectServing();
  });

  it("with a declared exception: a reply that holds it", async () => {
    const { port } = await startServer();
    const client = await RawClient.open(port);
    client.send(framed("find", find(1)), framed("find", find(2)));
    await waitFor("the answers", () => client.answers.length === 2);
    const fields = client.answers.map(({ type, reader }) => {
      reader.readStructBegin();
      return [type, reader.readField(), reader.fieldId];
    });
    expect(fields).toEqual([
      [MessageType.REPLY, WireType.STRUCT, 1],
      [MessageType.REPLY, WireType.STRUCT, 2],
    ]);
  });

  it("with an ApplicationException: the caller reads what the handler chose", async () => {
    const { port, events } = await startServer({
      find() {
        throw new ApplicationException(Type.INTERNAL_ERROR, "no capacity, try again");
      },
    });
    const client = await RawClient.open(port);
    client.send(framed("find", find(1)));
    await waitFor("the answer", () => client.answers.length > 0);
    expect(client.exception()).toEqual({ type: Type.INTERNAL_ERROR, message: "no capacity, try again" });
    expect(events.map(({ type }) => type)).toEqual(["call"]);
  });

  function rejectWith(reason: unknown): Promise<never> {
    return new Promise((_, reject) => reject(reason));
  }
});

describe("a receiver of events that throws", () => {
  it("does not end the process", async () => {
    const { port, events, expectServing } = await startServer();
    events.push = () => {
      throw new Error("the log is full");
    };
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")), Buffer.from("garbage!"));
    await waitFor("the end", () => client.isEnded);
    expect(client.answers).toHaveLength(1);
    await expectServing();
  });
});

describe("a reset", () => {
  it("while a call is handled aborts its signal and harms nobody", async () => {
    let signal: AbortSignal | undefined;
    const { port, server, expectServing } = await startServer({
      text: (_, call) => {
        ({ signal } = call);
        return new Promise((resolve) => call.signal.addEventListener("abort", () => resolve("late")));
      },
    });
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")));
    await waitFor("the call", () => signal !== undefined);
    client.socket.resetAndDestroy();
    await waitFor("the abort", () => signal?.aborted === true);
    await waitFor("the end of the connection", () => server.connections === 0);
    await expectServing();
  });
});
