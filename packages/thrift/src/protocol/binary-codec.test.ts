import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyAll, SAMPLE } from "../../test/every-values.ts";
import { AllCodec, InnerCodec, RefusedCodec, Refused, type All, type Inner } from "../../test/every.ts";
import { BinaryReader } from "./binary-reader.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { StructCodec } from "./protocol.ts";
import { WireType } from "./wire-types.ts";

const encode = <Value>(codec: StructCodec<Value>, value: Value): Buffer => {
  const output = new BinaryWriter();
  codec.write(output, value);
  return output.bytes();
};
const decode = <Value>(codec: StructCodec<Value>, bytes: Buffer): Value => codec.read(new BinaryReader(bytes));
const written = (write: (output: BinaryWriter) => void): Buffer => {
  const output = new BinaryWriter();
  write(output);
  return output.bytes();
};
const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "none";
};

describe("round trip", () => {
  it("gives back every value of every type", () => {
    fc.assert(
      fc.property(anyAll, (value) => {
        expect(decode(AllCodec, encode(AllCodec, value))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it("consumes exactly what was written", () => {
    fc.assert(
      fc.property(anyAll, (value) => {
        const reader = new BinaryReader(Buffer.concat([encode(AllCodec, value), Buffer.of(1, 2, 3)]));
        AllCodec.read(reader);
        expect(reader.left).toBe(3);
      }),
      { numRuns: 100 },
    );
  });

  it("skips an unknown struct of any shape", () => {
    fc.assert(
      fc.property(anyAll, (value) => {
        const bytes = encode(AllCodec, value);
        const reader = new BinaryReader(bytes);
        reader.skip(WireType.STRUCT);
        expect(reader.left).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("keeps every 64-bit double, and any NaN a NaN", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const bytes = written((output) => output.writeDouble(value));
        expect(new BinaryReader(bytes).readDouble()).toBe(value);
      }),
    );
  });

  it("gives back a UUID in lower case", () => {
    const bytes = written((output) => output.writeUuid("00112233-4455-6677-8899-AABBCCDDEEFF"));
    expect(bytes.toString("hex")).toBe("00112233445566778899aabbccddeeff");
    expect(new BinaryReader(bytes).readUuid()).toBe("00112233-4455-6677-8899-aabbccddeeff");
  });

  it("copies a binary out of the message", () => {
    const bytes = written((output) => output.writeBinary(Uint8Array.of(1, 2)));
    const value = new BinaryReader(bytes).readBinary();
    bytes.fill(9);
    expect([...value]).toEqual([1, 2]);
    expect(value.buffer.byteLength).toBe(2);
  });

  it("keeps the field called message of an exception apart from its other texts", () => {
    const refused = new Refused({ code: "no", message: "not you", retry_after: 4 });
    const back = decode(RefusedCodec, encode(RefusedCodec, refused));
    expect(back).toBeInstanceOf(Refused);
    expect([back.code, back.message, back.retry_after, back.name]).toEqual(["no", "not you", 4, "Refused"]);
  });

  it("passes over fields that are unknown or have another type", () => {
    const bytes = written((output) => {
      output.writeField(WireType.STRING, 1);
      output.writeString("not a number");
      output.writeField(WireType.I32, 1);
      output.writeI32(5);
      output.writeField(WireType.MAP, 99);
      output.writeMapBegin(WireType.STRING, WireType.I64, 1);
      output.writeString("k");
      output.writeI64(1n);
      output.writeStop();
    });
    expect(decode(InnerCodec, bytes)).toEqual({ number: 5 });
  });

  it("fills in zero values for absent fields of default requiredness and refuses absent required ones", () => {
    expect(decode(AllCodec, Buffer.of(0))).toEqual({
      flag: false,
      tiny: 0,
      small: 0,
      medium: 0,
      large: 0n,
      real: 0,
      text: "",
      bytes: new Uint8Array(),
      color: 0,
      inners: [],
      ids: new Set(),
      times: new Map(),
      ratios: new Map(),
      nested: [],
    });
    expect(problem(() => decode(InnerCodec, Buffer.of(0)))).toBe("missing_field");
  });
});

describe("bytes", () => {
  it("are those that Apache's Python library writes for the same value", () => {
    const golden = readFileSync(new URL("../../test/every.golden.hex", import.meta.url), "utf8").replaceAll(/\s/g, "");
    expect(encode(AllCodec, SAMPLE).toString("hex")).toBe(golden);
    expect(decode(AllCodec, Buffer.from(golden, "hex"))).toEqual(SAMPLE);
  });

  it("of a call are those of the specification", () => {
    const bytes = written((output) => {
      const start = output.beginFrame();
      output.writeMessageBegin({ name: "pppbool", type: 1, sequenceId: 7 });
      output.writeField(WireType.BOOL, 1);
      output.writeBool(true);
      output.writeStop();
      output.endFrame(start);
    });
    expect(bytes.toString("hex")).toBe(
      "00000018" + "80010001" + "00000007" + "707070626f6f6c" + "00000007" + "02000101" + "00",
    );
  });
});

describe("the writer's buffer", () => {
  it.each<[string, (output: BinaryWriter) => void, (reader: BinaryReader) => unknown, unknown]>([
    ["bool", (output) => output.writeBool(true), (reader) => reader.readBool(), true],
    ["i8", (output) => output.writeI8(-7), (reader) => reader.readI8(), -7],
    ["i16", (output) => output.writeI16(-7), (reader) => reader.readI16(), -7],
    ["i32", (output) => output.writeI32(-7), (reader) => reader.readI32(), -7],
    ["i64", (output) => output.writeI64(-7n), (reader) => reader.readI64(), -7n],
    ["double", (output) => output.writeDouble(0.1), (reader) => reader.readDouble(), 0.1],
    ["string", (output) => output.writeString("grüße"), (reader) => reader.readString(), "grüße"],
    [
      "uuid",
      (output) => output.writeUuid("00112233-4455-6677-8899-aabbccddeeff"),
      (reader) => reader.readUuid(),
      "00112233-4455-6677-8899-aabbccddeeff",
    ],
    ["stop", (output) => output.writeStop(), (reader) => reader.readField(), 0],
    ["list", (output) => output.writeListBegin(WireType.I8, 0), (reader) => reader.readListBegin(WireType.I8), 0],
    [
      "message",
      (output) => output.writeMessageBegin({ name: "m", type: 2, sequenceId: 3 }),
      (reader) => reader.readMessageBegin(),
      { name: "m", type: 2, sequenceId: 3 },
    ],
  ])("grows in the middle of a value without losing it: %s", (_, write, read, value) => {
    for (let before = 480; before <= 512; before += 1) {
      const bytes = written((output) => {
        for (let index = 0; index < before; index += 1) output.writeI8(1);
        write(output);
      });
      expect(read(new BinaryReader(bytes, before))).toEqual(value);
    }
  });
});

describe("values that their type cannot hold", () => {
  it.each<[string, (output: BinaryWriter) => void]>([
    ["i8 128", (output) => output.writeI8(128)],
    ["i8 0.5", (output) => output.writeI8(0.5)],
    ["i16 -32769", (output) => output.writeI16(-32_769)],
    ["i32 2^31", (output) => output.writeI32(2 ** 31)],
    ["i32 NaN", (output) => output.writeI32(NaN)],
    ["i64 2^63", (output) => output.writeI64(2n ** 63n)],
    ["i64 as number", (output) => output.writeI64(5 as unknown as bigint)],
    ["double as text", (output) => output.writeDouble("1" as unknown as number)],
    ["bool as number", (output) => output.writeBool(1 as unknown as boolean)],
    ["text with a lone surrogate", (output) => output.writeString("a\ud800")],
    ["text null", (output) => output.writeString(null as unknown as string)],
    ["binary as text", (output) => output.writeBinary("x" as unknown as Uint8Array)],
    ["uuid that is none", (output) => output.writeUuid("00112233-4455-6677-8899-aabbccddeef")],
    ["list of no length", (output) => output.writeListBegin(WireType.I32, undefined as unknown as number)],
    ["set of no size", (output) => output.writeSetBegin(WireType.I32, undefined as unknown as number)],
    ["map of no size", (output) => output.writeMapBegin(WireType.I32, WireType.I32, -1)],
  ])("%s", (_, write) => {
    expect(problem(() => written(write))).toBe("invalid_data");
  });

  it("are not named in the error, which may be logged", () => {
    expect(() => written((output) => output.writeI32("hunter2" as unknown as number))).toThrow(
      "a value of JavaScript type string cannot be written as i32",
    );
  });

  it("leave nothing behind after a rollback", () => {
    const output = new BinaryWriter();
    output.writeI32(1);
    const mark = output.length;
    output.writeString("x".repeat(5_000));
    output.rollback(mark);
    output.writeI8(2);
    expect(output.bytes().toString("hex")).toBe("0000000102");
  });
});

describe("bytes that are no value", () => {
  const nested = (depth: number): Inner => ({ number: 1, ...(depth > 1 ? { children: [nested(depth - 1)] } : {}) });

  it("may nest 64 deep, not deeper, whether read or skipped", () => {
    // Each level is a struct within a list.
    const deep = encode(InnerCodec, nested(32));
    const deeper = written((output) => {
      output.writeField(WireType.LIST, 3);
      output.writeListBegin(WireType.STRUCT, 1);
      for (const byte of deep) output.writeI8((byte << 24) >> 24);
      output.writeStop();
    });
    expect(problem(() => decode(InnerCodec, deep))).toBe("none");
    expect(problem(() => decode(InnerCodec, deeper))).toBe("depth_limit");
    expect(problem(() => new BinaryReader(deep).skip(WireType.STRUCT))).toBe("none");
    expect(problem(() => new BinaryReader(deeper).skip(WireType.STRUCT))).toBe("depth_limit");
  });

  it("fail at once when they nest without end", () => {
    const lists = Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.of(15, 0, 0, 0, 1)));
    expect(problem(() => new BinaryReader(lists).skip(WireType.LIST))).toBe("depth_limit");
    const structs = Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.of(12, 0, 1)));
    expect(problem(() => new BinaryReader(structs).skip(WireType.STRUCT))).toBe("depth_limit");
  });

  const size = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };

  it.each<[string, number[], number, string]>([
    ["list", [15], 0x7fff_ffff, "truncated"],
    ["list", [15], -1, "invalid_data"],
    ["list of a type that does not exist", [1], 1, "invalid_data"],
  ])("a %s: %j of %i is %s", (_, head, count, code) => {
    const bytes = Buffer.concat([Buffer.from(head), size(count), Buffer.alloc(8)]);
    expect(problem(() => new BinaryReader(bytes).skip(WireType.LIST))).toBe(code);
  });

  it("promise no more elements than there are bytes left", () => {
    const list = (count: number) => Buffer.concat([Buffer.of(8), size(count), Buffer.alloc(8)]);
    expect(new BinaryReader(list(2)).readListBegin(WireType.I32)).toBe(2);
    expect(problem(() => new BinaryReader(list(3)).readListBegin(WireType.I32))).toBe("truncated");
    const map = (count: number) => Buffer.concat([Buffer.of(3, 8), size(count), Buffer.alloc(10)]);
    expect(new BinaryReader(map(2)).readMapBegin(WireType.I8, WireType.I32)).toBe(2);
    expect(problem(() => new BinaryReader(map(3)).readMapBegin(WireType.I8, WireType.I32))).toBe("truncated");
    expect(problem(() => new BinaryReader(map(-1)).readMapBegin(WireType.I8, WireType.I32))).toBe("invalid_data");
  });

  it("promise no longer text than there are bytes left", () => {
    for (const [length, code] of [
      [0x7fff_ffff, "truncated"],
      [9, "truncated"],
      [-1, "invalid_data"],
      [-0x8000_0000, "invalid_data"],
    ] as const) {
      const bytes = Buffer.concat([size(length), Buffer.alloc(8)]);
      expect(problem(() => new BinaryReader(bytes).readString())).toBe(code);
      expect(problem(() => new BinaryReader(bytes).readBinary())).toBe(code);
      expect(problem(() => new BinaryReader(bytes).skip(WireType.STRING))).toBe(code);
    }
  });

  it.each([["ff"], ["c080"], ["eda080"], ["f4908080"], ["c3"]])("are not text: %s", (hex) => {
    const bytes = Buffer.from(hex, "hex");
    expect(problem(() => new BinaryReader(Buffer.concat([size(bytes.length), bytes])).readString())).toBe(
      "invalid_data",
    );
  });

  it("hold elements of another type than the reader wants", () => {
    const list = Buffer.concat([Buffer.of(10), size(1), Buffer.alloc(8)]);
    expect(problem(() => new BinaryReader(list).readListBegin(WireType.I32))).toBe("invalid_data");
    const empty = Buffer.concat([Buffer.of(10), size(0)]);
    expect(new BinaryReader(empty).readListBegin(WireType.I32)).toBe(0);
    const map = Buffer.concat([Buffer.of(11, 8), size(1), Buffer.alloc(8)]);
    expect(problem(() => new BinaryReader(map).readMapBegin(WireType.I32, WireType.I32))).toBe("invalid_data");
  });

  it.each([
    ["version 2", "8002000100000000" + "00000001", "bad_version"],
    ["no version", "0000000100000000" + "00000001", "bad_version"],
    ["message type 0", "8001000000000000" + "00000001", "invalid_data"],
    ["message type 5", "8001000500000000" + "00000001", "invalid_data"],
    ["name of -1 bytes", "80010001ffffffff" + "00000001", "invalid_data"],
    ["nothing", "", "truncated"],
  ])("are no envelope: %s", (_, hex, code) => {
    expect(problem(() => new BinaryReader(Buffer.from(hex, "hex")).readMessageBegin())).toBe(code);
  });

  it("are truncated wherever they are cut", () => {
    const bytes = encode(AllCodec, SAMPLE);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(problem(() => decode(AllCodec, bytes.subarray(0, length)))).toBe("truncated");
      expect(problem(() => new BinaryReader(bytes, 0, length).skip(WireType.STRUCT))).toBe("truncated");
    }
  });
});

describe("mutated bytes", () => {
  it("are decoded or refused with ProtocolError, nothing else", () => {
    let refused = 0;
    const mutation = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "insert", "remove", "cut", "flip"));
    fc.assert(
      fc.property(anyAll, fc.array(mutation, { minLength: 1, maxLength: 6 }), (value: All, mutations) => {
        const bytes = mutations.reduce(mutate, [...encode(AllCodec, value)]);
        const code = problem(() => decode(AllCodec, Buffer.from(bytes)));
        if (code !== "none") refused += 1;
        problem(() => new BinaryReader(Buffer.from(bytes)).skip(WireType.STRUCT));
        problem(() => new BinaryReader(Buffer.from(bytes)).readMessageBegin());
      }),
      { numRuns: 4_000 },
    );
    expect(refused).toBeGreaterThan(400);
  });

  function mutate(bytes: number[], [position, value, how]: [number, number, string]): number[] {
    const at = position % Math.max(1, bytes.length);
    if (bytes.length === 0 || how === "insert") return bytes.toSpliced(at, 0, value);
    if (how === "remove") return bytes.toSpliced(at, 1);
    if (how === "cut") return bytes.slice(0, at);
    if (how === "flip") return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (value % 8)));
    return bytes.with(at, value);
  }
});
