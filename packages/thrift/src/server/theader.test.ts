import fc from "fast-check";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { FUZZ_RUNS, fuzzTimeoutMs } from "../../test/fuzz.ts";
import { message } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { theader, theaderFrame } from "../../test/theader.ts";
import { waitFor } from "../../test/wait-for.ts";
import { readApplicationException } from "../application-exception.ts";
import { openHeader } from "../protocol/header-dialect.ts";
import { InputBuffer } from "../protocol/input-buffer.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { PROTOCOLS, type ProtocolName } from "../protocol/protocols.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};
const call = (value: string, protocol: ProtocolName = "binary") => message("text", text(value), { protocol });

/** The frames that a server answers, cut at their lengths. */
async function open(port: number) {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  let rest = Buffer.alloc(0);
  const frames: Buffer[] = [];
  const state = { isEnded: false };
  socket.on("error", () => {});
  socket.on("end", () => (state.isEnded = true));
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      frames.push(rest.subarray(0, 4 + rest.readUInt32BE(0)));
      rest = rest.subarray(4 + rest.readUInt32BE(0));
    }
  });
  return { socket, frames, state };
}

function read(frame: Buffer | undefined, protocol: ProtocolName = "binary") {
  if (!frame) throw new Error("no answer");
  const header = 14 + 4 * frame.readUInt16BE(12);
  const reader = PROTOCOLS[protocol].openReader(frame.subarray(header));
  const envelope = [frame.readUInt16BE(4), frame.readUInt32BE(8), frame[14], frame[15]];
  return { envelope, ...reader.readMessageBegin(), reader };
}

describe("a THeader client", () => {
  it("is answered in kind: its protocol, its sequence number, no transforms", async () => {
    const { port, expectServing } = await startServer();
    const { socket, frames } = await open(port);
    socket.write(theader(call("a"), { sequenceNumber: 7 }));
    socket.write(theader(call("b", "compact"), { sequenceNumber: 0xffff_fffe, protocol: 2 }));
    await waitFor("the answers", () => frames.length === 2);
    expect(read(frames[0])).toMatchObject({ envelope: [0x0fff, 7, 0, 0], name: "text", type: MessageType.REPLY });
    const second = read(frames[1], "compact");
    expect(second).toMatchObject({ envelope: [0x0fff, 0xffff_fffe, 2, 0], type: MessageType.REPLY });
    await expectServing();
  });

  it("gives its headers to the handler, each call its own", async () => {
    const seen: (readonly (readonly [string, string])[])[] = [];
    const { port } = await startServer({
      text(value, { headers }) {
        seen.push([...headers]);
        return value;
      },
    });
    const { socket, frames } = await open(port);
    const pairs = [
      ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
      ["grüße", ""],
      ["twice", "1"],
      ["twice", "2"],
    ] as const;
    socket.write(Buffer.concat([theader(call("a"), { pairs }), theader(call("b"))]));
    await waitFor("the answers", () => frames.length === 2);
    expect(seen).toEqual([[...pairs.slice(0, 2), ["twice", "2"]], []]);
  });

  it("is told when its method is unknown, or its arguments cannot be read", async () => {
    const { port, events } = await startServer();
    const { socket, frames, state } = await open(port);
    socket.write(theader(message("evil")));
    socket.write(theader(call("abcdef").subarray(0, -4), { sequenceNumber: 2 }));
    await waitFor("the end", () => state.isEnded);
    expect(frames.map((frame) => readApplicationException(read(frame).reader).type)).toEqual([1, 7]);
    expect(events[0]).toMatchObject({ type: "call", method: "(unknown)", dialect: "THeader binary" });
  });

  it.each<[string, Buffer, RegExp]>([
    [
      "a frame that is too short",
      Buffer.concat([Buffer.from("0000000a0fff", "hex"), Buffer.alloc(4)]).fill(9, 3, 4),
      /room/,
    ],
    ["a header longer than the frame", theader(call("x")).fill(0xff, 12, 14), /longer than its frame/],
    ["a frame that is too long", theader(call("x".repeat(70_000))), /a frame of \d+ bytes/],
    ["a transform", theader(call("x"), { transforms: [1] }), /transforms/],
    ["JSON within", theader(call("x", "json"), { protocol: 1 }), /protocol 1/],
    ["an unknown protocol", theader(call("x"), { protocol: 300 }), /protocol 300/],
    ["compact that is binary", theader(call("x"), { protocol: 2 }), /compact/],
    ["no header", theaderFrame(Buffer.alloc(0), call("x")), /ends too early/],
    ["a number that does not end", theaderFrame(Buffer.alloc(8, 0xff), call("x")), /too long/],
    ["headers that are not there", theaderFrame(Buffer.from([0, 0, 1, 5]), call("x")), /ends too early/],
    ["a text that is not there", theaderFrame(Buffer.from([0, 0, 1, 1, 200, 1, 97, 0]), call("x")), /ends too early/],
    ["a header that is not UTF-8", theader(call("x"), { pairs: [["a", Buffer.of(0xff)]] }), /UTF-8/],
    [
      "too many headers",
      theader(call("x"), { pairs: Array.from({ length: 129 }, (_, at) => [String(at), ""] as const) }),
      /more than 128/,
    ],
  ])("that sends %s is ended without an answer", async (_, bytes, reason) => {
    const { port, events, expectServing } = await startServer();
    const { socket, frames, state } = await open(port);
    socket.write(bytes);
    await waitFor("the end", () => state.isEnded);
    expect(frames).toEqual([]);
    expect(events).toMatchObject([{ type: "protocol_error", message: expect.stringMatching(reason) }]);
    await expectServing();
  });

  it("cannot change to another dialect", async () => {
    const { port } = await startServer();
    const { socket, frames, state } = await open(port);
    socket.write(theader(call("a")));
    await waitFor("the answer", () => frames.length === 1);
    const bytes = call("b");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    socket.write(Buffer.concat([length, bytes]));
    await waitFor("the end", () => state.isEnded);
    expect(frames).toHaveLength(1);
  });

  it("is refused within HTTP", async () => {
    const { port } = await startServer();
    const headers = { "content-type": "application/x-thrift" };
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: theader(call("a")) });
    expect(response.status).toBe(400);
  });
});

describe("THeader frames", () => {
  const parse = (bytes: Buffer, pieces: number) => {
    const dialect = openHeader(65_536);
    const input = new InputBuffer();
    for (let at = 0; at < bytes.length; at += pieces) {
      input.append(bytes.subarray(at, at + pieces));
      const found = dialect.next(input);
      if (found) return { message: found, headers: [...(dialect.latest?.headers ?? [])] };
    }
    return undefined;
  };

  it("are read whatever pieces they come in, with all their headers", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 30 });
    const pairs = fc.uniqueArray(fc.tuple(word, word), { selector: ([key]) => key, maxLength: 20 });
    fc.assert(
      fc.property(
        pairs,
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (sent, body, pieces) => {
          const got = parse(theader(body, { pairs: sent }), pieces);
          expect(got).toEqual({ message: Buffer.from(body), headers: sent });
        },
      ),
    );
  });

  it(
    "are read or refused with ProtocolError, nothing else, whatever their bytes are",
    { timeout: fuzzTimeoutMs },
    () => {
      const good = theader(call("x"), { pairs: [["key", "value"]] });
      const change = fc.record({ at: fc.nat({ max: good.length - 1 }), byte: fc.nat({ max: 255 }) });
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
          const bytes = Buffer.from(good);
          for (const { at, byte } of changes) bytes[at] = byte;
          try {
            parse(bytes, bytes.length);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }),
        { numRuns: FUZZ_RUNS },
      );
    },
  );
});
