import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyAll, SAMPLE } from "../../test/every-values.ts";
import { AllCodec } from "../../test/every.ts";
import { message } from "../../test/raw-client.ts";
import { BinaryReader } from "./binary-reader.ts";
import { MessageScanner } from "./message-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WireType } from "./wire-types.ts";

const echo = (value: Parameters<typeof AllCodec.write>[1]) =>
  message("echo", (output) => {
    output.writeField(WireType.STRUCT, 1);
    AllCodec.write(output, value);
    output.writeStop();
  });

/** Where the reader ends, or the code of its error. */
function readerEnd(bytes: Buffer): number | string {
  return settle(() => {
    const reader = new BinaryReader(bytes);
    reader.readMessageBegin();
    reader.skip(WireType.STRUCT);
    return bytes.length - reader.left;
  });
}

function settle(run: () => number | undefined): number | string {
  try {
    return run() ?? "truncated";
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

/** A message whose struct has one map field of these types and this size, followed by `rest`. */
function mapMessage(key: number, value: number, size: number, rest = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([WireType.MAP, 0, 1, key, value, 0, 0, 0, 0]);
  header.writeInt32BE(size, 5);
  return Buffer.concat([message("m").subarray(0, -1), header, rest]);
}

/** Counts how often bytes are looked at. */
function counted(bytes: Buffer, count: { looks: number }): Buffer {
  return new Proxy(bytes, {
    get(target, property) {
      if (property === "length") return target.length;
      count.looks += 1;
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("MessageScanner", () => {
  it("finds the end that the reader finds, however the message arrives", () => {
    fc.assert(
      fc.property(anyAll, fc.array(fc.nat()), (value, cuts) => {
        const bytes = echo(value);
        const followed = Buffer.concat([bytes, Buffer.from([0x80, 0x01, 0, 1])]);
        expect(readerEnd(bytes)).toBe(bytes.length);
        const scanner = new MessageScanner();
        for (const cut of cuts.map((each) => each % bytes.length).toSorted((a, b) => a - b)) {
          expect(scanner.scan(followed.subarray(0, cut))).toBeUndefined();
        }
        expect(scanner.scan(followed)).toBe(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  it("finds it at the last byte, not before, byte by byte", () => {
    const bytes = echo(SAMPLE);
    const scanner = new MessageScanner();
    for (let length = 0; length < bytes.length; length += 1) {
      expect(scanner.scan(bytes.subarray(0, length))).toBeUndefined();
    }
    expect(scanner.scan(bytes)).toBe(bytes.length);
  });

  it("never calls a message longer or shorter than the reader does, whatever its bytes are", () => {
    let agreed = 0;
    fc.assert(
      fc.property(anyAll, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (value, changes) => {
        const bytes = Buffer.concat([echo(value), Buffer.alloc(16)]);
        for (const [position, byte] of changes) bytes[12 + (position % (bytes.length - 12))] = byte;
        const read = readerEnd(bytes);
        const scanned = settle(() => new MessageScanner().scan(bytes));
        if (typeof read === "string" && typeof scanned === "string") return;
        agreed += 1;
        expect(scanned).toBe(read);
      }),
      { numRuns: 3_000 },
    );
    expect(agreed).toBeGreaterThan(300);
  });

  it("throws ProtocolError and nothing else on noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = Buffer.concat([Buffer.from([0x80, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]), noise]);
        settle(() => new MessageScanner().scan(bytes));
      }),
      { numRuns: 3_000 },
    );
  });

  it("looks at each byte a fixed number of times when 40 MB arrive in small pieces", () => {
    const list = Buffer.alloc(40_000_000);
    const head = Buffer.from([WireType.LIST, 0, 1, WireType.STRING, 0, 0, 0, 0]);
    const texts = 1_000_000;
    head.writeInt32BE(texts, 4);
    const bytes = Buffer.concat([message("m").subarray(0, -1), head, list]);
    const start = bytes.length - list.length;
    for (let at = 0; at < texts; at += 1) bytes.writeInt32BE(36, start + at * 40);
    const scanner = new MessageScanner();
    const count = { looks: 0 };
    const pieces = 20_000;
    for (let piece = 1; piece <= pieces; piece += 1) {
      const length = Math.floor((bytes.length * piece) / pieces);
      expect(scanner.scan(counted(bytes.subarray(0, length), count))).toBeUndefined();
    }
    expect(count.looks).toBeLessThan(2 * texts + 4 * pieces);
  });

  it("passes over as many elements of a fixed size as a sender may promise in one step", () => {
    const most = 0x7fff_ffff;
    for (const [key, value] of [
      [WireType.BOOL, WireType.BOOL],
      [WireType.I64, WireType.DOUBLE],
      [WireType.UUID, WireType.I8],
    ] as const) {
      const count = { looks: 0 };
      const scanner = new MessageScanner();
      expect(scanner.scan(counted(mapMessage(key, value, most), count))).toBeUndefined();
      expect(count.looks).toBeLessThan(100);
      expect(scanner.atLeast).toBeGreaterThan(most);
    }
  });

  it.each([
    [0, WireType.I8],
    [WireType.I8, 0],
    [WireType.I8, 1],
    [17, WireType.I8],
  ])("refuses a map of the types %i and %i, of which one does not exist, unless it is empty", (key, value) => {
    expect(settle(() => new MessageScanner().scan(mapMessage(key, value, 2, Buffer.alloc(20))))).toBe("invalid_data");
    const empty = mapMessage(key, value, 0, Buffer.alloc(1));
    expect(settle(() => new MessageScanner().scan(empty))).toBe(readerEnd(empty));
    expect(readerEnd(empty)).toBe(empty.length);
  });

  it("refuses nesting without end as soon as it is too deep", () => {
    const deep = Buffer.concat([
      message("m").subarray(0, -1),
      ...Array.from({ length: 64 }, () => Buffer.of(12, 0, 1)),
    ]);
    expect(settle(() => new MessageScanner().scan(deep))).toBe("depth_limit");
    const allowed = Buffer.concat([
      message("m").subarray(0, -1),
      ...Array.from({ length: 63 }, () => Buffer.of(12, 0, 1)),
      Buffer.alloc(64),
    ]);
    expect(new MessageScanner().scan(allowed)).toBe(allowed.length);
    expect(readerEnd(allowed)).toBe(allowed.length);
  });
});
