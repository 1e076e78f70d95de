import { describe, expect, it } from "vitest";
import { message } from "../../test/raw-client.ts";
import { BinaryReader } from "./binary-reader.ts";
import { BinaryScanner } from "./binary-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WireType } from "./wire-types.ts";

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

describe("BinaryScanner", () => {
  it("looks at each byte a fixed number of times when 40 MB arrive in small pieces", () => {
    const list = Buffer.alloc(40_000_000);
    const head = Buffer.from([WireType.LIST, 0, 1, WireType.STRING, 0, 0, 0, 0]);
    const texts = 1_000_000;
    head.writeInt32BE(texts, 4);
    const bytes = Buffer.concat([message("m").subarray(0, -1), head, list]);
    const start = bytes.length - list.length;
    for (let at = 0; at < texts; at += 1) bytes.writeInt32BE(36, start + at * 40);
    const scanner = new BinaryScanner();
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
      const scanner = new BinaryScanner();
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
    expect(settle(() => new BinaryScanner().scan(mapMessage(key, value, 2, Buffer.alloc(20))))).toBe("invalid_data");
    const empty = mapMessage(key, value, 0, Buffer.alloc(1));
    expect(settle(() => new BinaryScanner().scan(empty))).toBe(readerEnd(empty));
    expect(readerEnd(empty)).toBe(empty.length);
  });
});
