import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DIALECTS, PROTOCOL_NAMES, type TestDialect } from "../../test/dialects.ts";
import type { Inner } from "../../test/every.ts";
import { frame, framed, message, opening, RawClient, speaker } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { ApplicationException, ApplicationExceptionType as Type } from "../application-exception.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import type { ProtocolName } from "../protocol/protocols.ts";
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

describe("bytes that are no message", () => {
  it.each<[string, Buffer]>([
    ["64 random bytes", Buffer.concat([Buffer.of(0xc3), randomBytes(63)])],
    ["64 zero bytes", Buffer.alloc(64)],
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
    ["a compact message of version 2", frame(Buffer.from("82220103616464" + "00", "hex"))],
    ["a compact message type that does not exist", frame(Buffer.from("82a10103616464" + "00", "hex"))],
    ["a compact sequence id that does not end", frame(Buffer.from("8221ffffffffff03616464" + "00", "hex"))],
    ["a compact name that is not UTF-8", frame(Buffer.from("8221010180" + "00", "hex"))],
    ["an unframed compact message that does not go on", Buffer.from("822101", "hex")],
    ["an unframed compact name of 2^31 - 1 bytes", Buffer.from("822101" + "ffffffff07", "hex")],
    ["an unframed compact name of -1 bytes", Buffer.from("822101" + "ffffffff0f", "hex")],
    ["an unframed compact map of 2^31 - 1 booleans", Buffer.from("822101016d" + "1b" + "ffffffff0711", "hex")],
    ["an old-style name that does not go on", Buffer.from("0000000461", "hex")],
    ["an old-style name of 2^24 - 1 bytes", Buffer.from("00ffffff" + "61", "hex")],
    ["an old-style message type that does not exist", Buffer.from("00000003" + "616464" + "07", "hex")],
    ["a frame of zeros", frame(Buffer.alloc(64))],
    [
      "an old-style map of 2^31 - 1 booleans",
      Buffer.from("000000016d01" + "00000001" + "0d00010202" + "7fffffff", "hex"),
    ],
    ["JSON of version 2", Buffer.from('[2,"add",1,1,{}]')],
    ["JSON that is no message", frame(Buffer.from('["add",{"a":1}]'))],
    ["JSON with a message type that does not exist", Buffer.from('[1,"add",9,1,{}]')],
    ["JSON with a sequence id that is none", frame(Buffer.from('[1,"add",1,null,{}]'))],
    ["a JSON name with half of a surrogate pair", Buffer.from('[1,"\\ud800",1,1,{}]')],
    ["unframed JSON that does not go on", Buffer.from('[1,"add",1,1,{"1":')],
    ["an unframed JSON name that does not end", Buffer.from(`[1,"${"m".repeat(70_000)}`)],
    ["unframed JSON that nests without end", Buffer.from("[".repeat(60_000))],
  ])("%s: the connection ends without a reply, and others are served", async (_, bytes) => {
    const { port, events, expectServing } = await startServer({}, { messageTimeoutMs: 300 });
    const client = await RawClient.open(port);
    client.send(bytes);
    await waitFor("the end", () => client.isEnded || client.isClosed);
    expect(client.bytesReceived).toBe(0);
    expect(events.map(({ type }) => type)).toEqual([expect.stringMatching(/^(protocol_error|timeout)$/)]);
    await expectServing();
  });

  it.each([
    ["binary", "80010001000000016d000000010d00010202" + "7fffffff"],
    ["compact", "822101016d" + "1b" + "ffffffff0711"],
  ] as const)("cost a message's wait at most, never the event loop: %s", async (protocol, hex) => {
    const { port, expectServing } = await startServer();
    const bomb = Buffer.from(hex, "hex");
    const opened = Array.from({ length: 20 }, () => RawClient.open(port, { protocol, isFramed: false }));
    const clients = await Promise.all(opened);
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

/** What a struct of arguments may hold instead of a text, in a frame. */
const BROKEN_BINARY: readonly [what: string, args: string][] = [
  ["a string of 0x7fffffff bytes", "0b00017fffffff" + "6161"],
  ["a string that is not UTF-8", "0b000100000001" + "ff00"],
  ["a field type that does not exist", "630001000000"],
  ["an unknown list of 0x7fffffff elements", "0f000903" + "7fffffff" + "00"],
];
const BROKEN: Readonly<Record<ProtocolName, readonly [what: string, args: string, encoding?: "utf8"][]>> = {
  binary: BROKEN_BINARY,
  "old-binary": BROKEN_BINARY,
  compact: [
    ["a string of 0x7fffffff bytes", "18ffffffff07" + "6161"],
    ["a string that is not UTF-8", "1801" + "ff00"],
    ["a field type that does not exist", "1e0000"],
    ["an unknown list of 0x7fffffff elements", "99" + "f3ffffffff07" + "00"],
    ["a field id of 17 bits", "08808008" + "00"],
    ["an unknown i64 of 11 bytes", "96" + "8080808080808080808000" + "00"],
  ],
  json: [
    ["a string that does not end", '"1":{"str":"a', "utf8"],
    [
      "a string that is not UTF-8",
      `${Buffer.from('"1":{"str":"').toString("hex")}ff${Buffer.from('"}}]').toString("hex")}`,
    ],
    ["a string with half of a surrogate pair", '"1":{"str":"\\ud800"}}]', "utf8"],
    ["a field type that does not exist", '"1":{"text":"a"}}]', "utf8"],
    ["an unknown list of 0x7fffffff elements", '"9":{"lst":["i8",2147483647,1]}}]', "utf8"],
    ["an unknown list of less than it says", '"9":{"lst":["i8",3,1]}}]', "utf8"],
    ["an unknown i64 of 30 digits", `"9":{"i64":${"9".repeat(30)}}}]`, "utf8"],
    ["brackets that do not fit", '"1":{"str":"a"]}]', "utf8"],
    ["null", '"1":null}]', "utf8"],
  ],
};

/** One exception of this type is answered; then the connection ends, or goes on. */
async function expectRefusal(dialect: TestDialect, bytes: Buffer, type: number, { isEnded = false } = {}) {
  const { port, expectServing } = await startServer();
  const client = await RawClient.open(port, dialect);
  client.send(bytes);
  await waitFor("the answer", () => client.answers.length > 0);
  expect(client.exception().type).toBe(type);
  expect(client.answers[0]?.sequenceId).toBe(1);
  if (isEnded) {
    await waitFor("the end", () => client.isEnded);
  } else {
    client.send(speaker(dialect)("text", text("still here"), { sequenceId: 2 }));
    await waitFor("the second answer", () => client.answers.length > 1);
    expect(client.answers[1]).toMatchObject({ name: "text", type: MessageType.REPLY, sequenceId: 2 });
  }
  expect(client.answers).toHaveLength(isEnded ? 1 : 2);
  await expectServing();
}

describe.each(DIALECTS)("messages with a readable envelope, $name", (dialect) => {
  const say = speaker(dialect);
  it.each<[string, Buffer, number]>([
    ["an unknown method", say("nope"), Type.UNKNOWN_METHOD],
    ["an unknown service", say("Nobody:text", text("x")), Type.UNKNOWN_METHOD],
    ["constructor:x", say("constructor:x"), Type.UNKNOWN_METHOD],
    ["__proto__", say("__proto__"), Type.UNKNOWN_METHOD],
    ["__proto__:toString", say("__proto__:toString"), Type.UNKNOWN_METHOD],
    ["Every:constructor", say("Every:constructor"), Type.UNKNOWN_METHOD],
    // An old-style message is told from noise by its name.
    ...(dialect.protocol === "old-binary"
      ? []
      : ([
          ["no name", say(""), Type.UNKNOWN_METHOD],
          ["a name that is only a colon", say(":"), Type.UNKNOWN_METHOD],
        ] satisfies [string, Buffer, number][])),
    ["a reply", say("text", text("x"), { type: MessageType.REPLY }), Type.INVALID_MESSAGE_TYPE],
    ["an exception", say("text", text("x"), { type: MessageType.EXCEPTION }), Type.INVALID_MESSAGE_TYPE],
    ["a missing argument", say("text"), Type.PROTOCOL_ERROR],
    ["an argument of another type", say("text", find(1)), Type.PROTOCOL_ERROR],
  ])("%s: one exception with its type on the wire, and the connection goes on", async (_, bytes, type) => {
    await expectRefusal(dialect, bytes, type);
  });

  it("are answered in kind, in their order, however they arrive", async () => {
    const { port } = await startServer();
    const client = await RawClient.open(port, dialect);
    const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
    const bytes = Buffer.concat(texts.map((each, sequenceId) => say("text", text(each), { sequenceId })));
    for (let at = 0; at < bytes.length; at += 11) client.send(bytes.subarray(at, at + 11));
    await waitFor("the answers", () => client.answers.length === texts.length);
    const answers = client.answers.map(({ sequenceId, reader }) => {
      reader.readStructBegin();
      reader.readField();
      return [sequenceId, reader.readString()];
    });
    expect(answers).toEqual(texts.map((each, index) => [index, each]));
  });
});

describe.each(DIALECTS.filter(({ isFramed }) => isFramed))("broken messages, $name", (dialect) => {
  const say = speaker(dialect);
  const nested = say("text", (output) => {
    for (let depth = 0; depth < 63; depth += 1) {
      output.writeField(WireType.STRUCT, 9);
      output.writeStructBegin();
    }
    output.writeField(WireType.LIST, 1);
    output.writeListBegin(WireType.I8, 0);
    output.writeContainerEnd();
    for (let depth = 0; depth < 64; depth += 1) output.writeStop();
  });

  it
    .runIf(dialect.isFramed)
    .each<[string, Buffer]>([
      ["a struct cut short", frame(message("text", text("abcdef"), dialect).subarray(0, -4))],
      [
        "a second message",
        frame(Buffer.concat([message("text", text("a"), dialect), message("text", text("b"), dialect)])),
      ],
      ["a value 65 deep", nested],
      ...BROKEN[dialect.protocol].map(([what, args, encoding]): [string, Buffer] => [
        what,
        frame(Buffer.concat([opening("text", dialect.protocol), Buffer.from(args, encoding ?? "hex")])),
      ]),
    ])("%s: PROTOCOL_ERROR, and the connection ends", async (_, bytes) => {
    await expectRefusal(dialect, bytes, Type.PROTOCOL_ERROR, { isEnded: true });
  });
});

describe("messages with a readable envelope", () => {
  it("may have old-style names of any kind once the connection has begun", async () => {
    const { port } = await startServer();
    const say = speaker({ protocol: "old-binary", isFramed: false });
    const client = await RawClient.open(port, { protocol: "old-binary", isFramed: false });
    client.send(say("text", text("x")), say(""), say("\0:\n"), say("x".repeat(5_000)));
    await waitFor("the answers", () => client.answers.length === 4);
    expect([1, 2, 3].map((at) => client.exception(at).type)).toEqual(Array(3).fill(Type.UNKNOWN_METHOD));
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

describe.each(PROTOCOL_NAMES)("handlers that fail, framed %s", (protocol) => {
  const say = speaker({ protocol, isFramed: true });
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
    const client = await RawClient.open(port, { protocol });
    client.send(say("find", find(1)), say("text", text("next"), { sequenceId: 2 }));
    await waitFor("the answers", () => client.answers.length === 2);
    expect(client.exception()).toEqual({ type: Type.INTERNAL_ERROR, message: "internal error" });
    expect(client.answers[1]).toMatchObject({ name: "text", type: MessageType.REPLY });
    expect(events.filter(({ type }) => type === "handler_error")).toMatchObject([{ method: "find" }]);
    await expectServing();
  });

  function rejectWith(reason: unknown): Promise<never> {
    return new Promise((_, reject) => reject(reason));
  }
});

describe("handlers that fail", () => {
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
