import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROTOCOL_NAMES } from "../../test/dialects.ts";
import { FUZZ_RUNS, fuzzTimeoutMs } from "../../test/fuzz.ts";
import { anyAll } from "../../test/every-values.ts";
import { AllCodec, InnerCodec, Refused, RefusedCodec, type All, type Inner } from "../../test/every.ts";
import type { MessageReader } from "./message-input.ts";
import type { MessageWriter } from "./message-output.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { StructCodec } from "./protocol.ts";
import { PROTOCOLS } from "./protocols.ts";
import { WireType } from "./wire-types.ts";

const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "none";
};

describe.each(PROTOCOL_NAMES)("%s", (name) => {
  const { openReader, openWriter } = PROTOCOLS[name];
  const written = (write: (output: MessageWriter) => void): Buffer => {
    const output = openWriter();
    // What no writer of ours would send must be tried on the readers.
    output.maxDepth = Infinity;
    write(output);
    return output.bytes();
  };
  const encode = <Value>(codec: StructCodec<Value>, value: Value): Buffer =>
    written((output) => codec.write(output, value));
  const decode = <Value>(codec: StructCodec<Value>, bytes: Buffer): Value => codec.read(openReader(bytes));
  const EMPTY_STRUCT = written((output) => {
    output.writeStructBegin();
    output.writeStop();
  });

  describe("round trip", () => {
    it("gives back every value of every type, and skips it as an unknown struct", () => {
      fc.assert(
        fc.property(anyAll, (value) => {
          const bytes = encode(AllCodec, value);
          expect(decode(AllCodec, bytes)).toEqual(value);
          const reader = openReader(bytes);
          reader.skip(WireType.STRUCT);
          expect(reader.left).toBe(0);
        }),
        { numRuns: 1_000 },
      );
    });

    it("consumes exactly what was written", () => {
      fc.assert(
        fc.property(anyAll, (value) => {
          const reader = openReader(Buffer.concat([encode(AllCodec, value), Buffer.of(1, 2, 3)]));
          AllCodec.read(reader);
          expect(reader.left).toBe(3);
        }),
        { numRuns: 100 },
      );
    });

    it("keeps the header of a message", () => {
      const anyHeader = fc.record({
        name: fc.string({ unit: "binary", maxLength: 30 }),
        type: fc.constantFrom(1, 2, 3, 4),
        sequenceId: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
      });
      fc.assert(
        fc.property(anyHeader, (header) => {
          const bytes = written((output) => {
            output.writeMessageBegin(header);
            output.writeStructBegin();
            output.writeStop();
            output.writeMessageEnd();
          });
          const reader = openReader(bytes);
          expect(reader.readMessageBegin()).toEqual(header);
          reader.skip(WireType.STRUCT);
          reader.readMessageEnd();
        }),
        { numRuns: 500 },
      );
    });

    it.each([
      ["i16", [0, 1, -1, 63, 64, -64, -65, 8_191, 8_192, 0x7fff, -0x8000]],
      ["i32", [0, -1, 0x7fff, 0x8000, 1_048_575, 1_048_576, 2 ** 27, 0x7fff_ffff, -0x8000_0000]],
    ] as const)("keeps the limits of %s", (type, values) => {
      for (const value of values) {
        const bytes = written((output) => (type === "i16" ? output.writeI16(value) : output.writeI32(value)));
        const reader = openReader(bytes);
        expect(type === "i16" ? reader.readI16() : reader.readI32()).toBe(value);
      }
    });

    it("keeps every i64", () => {
      const powers = Array.from({ length: 63 }, (_, power) => 2n ** BigInt(power));
      const edges = powers.flatMap((value) => [value, value - 1n, -value, -value - 1n]);
      for (const value of [...edges, 2n ** 63n - 1n, -(2n ** 63n)]) {
        expect(openReader(written((output) => output.writeI64(value))).readI64()).toBe(value);
      }
    });

    it("keeps every 64-bit double, infinities and minus zero too, and any NaN a NaN", () => {
      fc.assert(
        fc.property(fc.double(), (value) => {
          expect(openReader(written((output) => output.writeDouble(value))).readDouble()).toBe(value);
        }),
        { examples: [[NaN], [Infinity], [-Infinity], [-0], [5e-324], [Number.MAX_VALUE]] },
      );
    });

    it("keeps field ids of any size and order, and those of a struct apart from those around it", () => {
      const anyIds = fc.array(fc.integer({ min: -0x8000, max: 0x7fff }), { maxLength: 8 });
      fc.assert(
        fc.property(anyIds, anyIds, fc.boolean(), (ids, inner, flag) => {
          const bytes = written((output) => {
            output.writeStructBegin();
            for (const id of ids) {
              output.writeField(WireType.STRUCT, id);
              output.writeStructBegin();
              for (const innerId of inner) {
                output.writeField(WireType.BOOL, innerId);
                output.writeBool(flag);
              }
              output.writeStop();
            }
            output.writeStop();
          });
          expect(readIds(openReader(bytes), flag)).toEqual(ids.map((id) => [id, inner]));
        }),
        { numRuns: 300 },
      );
    });

    function readIds(reader: MessageReader, flag: boolean): [number, number[]][] {
      const ids: [number, number[]][] = [];
      reader.readStructBegin();
      for (let type = reader.readField(); type !== WireType.STOP; type = reader.readField()) {
        const inner: number[] = [];
        ids.push([reader.fieldId, inner]);
        expect(type).toBe(WireType.STRUCT);
        reader.readStructBegin();
        for (let field = reader.readField(); field !== WireType.STOP; field = reader.readField()) {
          inner.push(reader.fieldId);
          expect(reader.readBool()).toBe(flag);
        }
        reader.readStructEnd();
      }
      reader.readStructEnd();
      return ids;
    }

    it("keeps containers of every size around 14, and empty ones of any type", () => {
      for (const size of [0, 1, 14, 15, 16, 127, 128, 300]) {
        const numbers = Array.from({ length: size }, (_, index) => index - 5);
        const bytes = written((output) => {
          output.writeListBegin(WireType.I32, size);
          for (const number of numbers) output.writeI32(number);
          output.writeContainerEnd();
          output.writeMapBegin(WireType.I16, WireType.BOOL, size);
          for (const number of numbers) {
            output.writeI16(number);
            output.writeBool(number % 2 === 0);
          }
          output.writeContainerEnd();
        });
        const reader = openReader(bytes);
        expect(reader.readListBegin(size === 0 ? WireType.STRUCT : WireType.I32)).toBe(size);
        expect(numbers.map(() => reader.readI32())).toEqual(numbers);
        reader.readContainerEnd();
        expect(reader.readMapBegin(WireType.I16, WireType.BOOL)).toBe(size);
        for (const number of numbers) expect([reader.readI16(), reader.readBool()]).toEqual([number, number % 2 === 0]);
        reader.readContainerEnd();
        expect(reader.left).toBe(0);
      }
    });

    it("gives back a UUID in lower case", () => {
      const bytes = written((output) => output.writeUuid("00112233-4455-6677-8899-AABBCCDDEEFF"));
      expect(openReader(bytes).readUuid()).toBe("00112233-4455-6677-8899-aabbccddeeff");
    });

    it("copies a binary out of the message", () => {
      const bytes = written((output) => output.writeBinary(Uint8Array.of(1, 2)));
      const value = openReader(bytes).readBinary();
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
        output.writeStructBegin();
        output.writeField(WireType.STRING, 1);
        output.writeString("not a number");
        output.writeField(WireType.BOOL, 2);
        output.writeBool(true);
        output.writeField(WireType.I32, 1);
        output.writeI32(5);
        output.writeField(WireType.MAP, 99);
        output.writeMapBegin(WireType.STRING, WireType.I64, 1);
        output.writeString("k");
        output.writeI64(1n);
        output.writeContainerEnd();
        output.writeField(WireType.UUID, 100);
        output.writeUuid("00112233-4455-6677-8899-aabbccddeeff");
        output.writeStop();
      });
      expect(decode(InnerCodec, bytes)).toEqual({ number: 5 });
    });

    it("fills in zero values for absent fields of default requiredness and refuses absent required ones", () => {
      expect(decode(AllCodec, EMPTY_STRUCT)).toEqual({
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
      expect(problem(() => decode(InnerCodec, EMPTY_STRUCT))).toBe("missing_field");
    });
  });

  describe("the writer's buffer", () => {
    it.each<[string, (output: MessageWriter) => void, (reader: MessageReader) => unknown, unknown]>([
      ["bool", (output) => output.writeBool(true), (reader) => reader.readBool(), true],
      ["i8", (output) => output.writeI8(-7), (reader) => reader.readI8(), -7],
      ["i16", (output) => output.writeI16(-700), (reader) => reader.readI16(), -700],
      ["i32", (output) => output.writeI32(-70_000), (reader) => reader.readI32(), -70_000],
      ["i64", (output) => output.writeI64(-(2n ** 60n)), (reader) => reader.readI64(), -(2n ** 60n)],
      ["double", (output) => output.writeDouble(0.1), (reader) => reader.readDouble(), 0.1],
      ["string", (output) => output.writeString('grüße "\n'), (reader) => reader.readString(), 'grüße "\n'],
      ["binary", (output) => output.writeBinary(Uint8Array.of(1)), (reader) => [...reader.readBinary()], [1]],
      [
        "uuid",
        (output) => output.writeUuid("00112233-4455-6677-8899-aabbccddeeff"),
        (reader) => reader.readUuid(),
        "00112233-4455-6677-8899-aabbccddeeff",
      ],
      [
        "an empty struct",
        (output) => {
          output.writeStructBegin();
          output.writeStop();
        },
        (reader) => {
          reader.readStructBegin();
          return reader.readField();
        },
        0,
      ],
      [
        "an empty list",
        (output) => {
          output.writeListBegin(WireType.I8, 0);
          output.writeContainerEnd();
        },
        (reader) => reader.readListBegin(WireType.I8),
        0,
      ],
    ])("grows in the middle of a value without losing it: %s", (_, write, read, value) => {
      for (let before = 460; before <= 512; before += 1) {
        const bytes = written((output) => {
          output.writeString("x".repeat(before));
          write(output);
        });
        const reader = openReader(bytes);
        expect(reader.readString()).toHaveLength(before);
        expect(read(reader)).toEqual(value);
      }
    });

    it("keeps nothing of a value that failed half-way", () => {
      const output = openWriter();
      expect(problem(() => InnerCodec.write(output, { number: 1, names: ["a", 2 as unknown as string] }))).toBe(
        "invalid_data",
      );
      output.reset();
      expect(output.length).toBe(0);
      InnerCodec.write(output, { number: 7, children: [{ number: 8 }] });
      expect(output.bytes()).toEqual(encode(InnerCodec, { number: 7, children: [{ number: 8 }] }));
      output.reset();
      output.writeStructBegin();
      output.writeField(WireType.BOOL, 3);
      output.reset();
      expect(output.bytes()).toEqual(Buffer.alloc(0));
      InnerCodec.write(output, { number: 7 });
      expect(output.bytes()).toEqual(encode(InnerCodec, { number: 7 }));
    });
  });

  describe("values that their type cannot hold", () => {
    it.each<[string, (output: MessageWriter) => void]>([
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
  });

  describe("bytes that are no value", () => {
    const nested = (depth: number): Inner => ({ number: 1, ...(depth > 1 ? { children: [nested(depth - 1)] } : {}) });

    it("may nest 64 deep, not deeper, whether read or skipped", () => {
      // Each level is a struct within a list.
      const deep = encode(InnerCodec, nested(32));
      const deeper = encode(InnerCodec, { number: 1, children: [{ number: 1, children: [nested(31)] }] });
      expect(problem(() => decode(InnerCodec, deep))).toBe("none");
      expect(problem(() => decode(InnerCodec, deeper))).toBe("depth_limit");
      expect(problem(() => openReader(deep).skip(WireType.STRUCT))).toBe("none");
      expect(problem(() => openReader(deeper).skip(WireType.STRUCT))).toBe("depth_limit");
    });

    it.each<[string, number, (output: MessageWriter) => void]>([
      ["lists", WireType.LIST, (output) => output.writeListBegin(WireType.LIST, 1)],
      [
        "structs",
        WireType.STRUCT,
        (output) => {
          output.writeStructBegin();
          output.writeField(WireType.STRUCT, 1);
        },
      ],
      [
        "maps",
        WireType.MAP,
        (output) => {
          output.writeMapBegin(WireType.I8, WireType.MAP, 1);
          output.writeI8(1);
        },
      ],
    ])("fail at once when they nest without end: %s", (_, type, open) => {
      const bytes = written((output) => {
        for (let depth = 0; depth < 100_000; depth += 1) open(output);
      });
      expect(problem(() => openReader(bytes).skip(type))).toBe("depth_limit");
    });

    it("promise no more elements than there are bytes left", () => {
      const list = written((output) => {
        output.writeListBegin(WireType.I32, 0x7fff_ffff);
        output.writeI32(1);
      });
      expect(problem(() => openReader(list).readListBegin(WireType.I32))).toBe("truncated");
      expect(problem(() => openReader(list).skip(WireType.LIST))).toBe("truncated");
      const map = written((output) => {
        output.writeMapBegin(WireType.I8, WireType.I32, 0x7fff_ffff);
        output.writeI8(1);
      });
      expect(problem(() => openReader(map).readMapBegin(WireType.I8, WireType.I32))).toBe("truncated");
      expect(problem(() => openReader(map).skip(WireType.MAP))).toBe("truncated");
    });

    it("hold elements of another type than the reader wants", () => {
      const list = written((output) => {
        output.writeListBegin(WireType.I64, 1);
        output.writeI64(1n);
        output.writeContainerEnd();
      });
      expect(problem(() => openReader(list).readListBegin(WireType.I32))).toBe("invalid_data");
      expect(problem(() => openReader(list).readSetBegin(WireType.I32))).toBe("invalid_data");
      expect(openReader(list).readListBegin(WireType.I64)).toBe(1);
      const map = written((output) => {
        output.writeMapBegin(WireType.STRING, WireType.I32, 1);
        output.writeString("k");
        output.writeI32(1);
        output.writeContainerEnd();
      });
      expect(problem(() => openReader(map).readMapBegin(WireType.I32, WireType.I32))).toBe("invalid_data");
      expect(problem(() => openReader(map).readMapBegin(WireType.STRING, WireType.I8))).toBe("invalid_data");
      expect(openReader(map).readMapBegin(WireType.STRING, WireType.I32)).toBe(1);
    });

    it("are refused behind the end of a message", () => {
      const bytes = written((output) => {
        output.writeMessageBegin({ name: "m", type: 1, sequenceId: 1 });
        output.writeStructBegin();
        output.writeStop();
        output.writeMessageEnd();
      });
      const reader = openReader(Buffer.concat([bytes, Buffer.from(" ")]));
      reader.readMessageBegin();
      reader.skip(WireType.STRUCT);
      expect(problem(() => reader.readMessageEnd())).toBe("invalid_data");
    });

    it("are truncated wherever they are cut", () => {
      fc.assert(
        fc.property(anyAll, (value) => {
          const bytes = encode(AllCodec, value);
          for (let length = 0; length < bytes.length; length += 1 + (length >> 6)) {
            expect(problem(() => decode(AllCodec, bytes.subarray(0, length)))).toBe("truncated");
            expect(problem(() => openReader(bytes.subarray(0, length)).skip(WireType.STRUCT))).toBe("truncated");
          }
        }),
        { numRuns: 20 },
      );
    });
  });

  describe("mutated bytes", () => {
    it("are decoded or refused with ProtocolError, nothing else", { timeout: fuzzTimeoutMs }, () => {
      let refused = 0;
      const mutation = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "insert", "remove", "cut", "flip"));
      fc.assert(
        fc.property(anyAll, fc.array(mutation, { minLength: 1, maxLength: 6 }), (value: All, mutations) => {
          const bytes = Buffer.from(mutations.reduce(mutate, [...encode(AllCodec, value)]));
          if (problem(() => decode(AllCodec, bytes)) !== "none") refused += 1;
          problem(() => openReader(bytes).skip(WireType.STRUCT));
          problem(() => openReader(bytes).readMessageBegin());
        }),
        { numRuns: FUZZ_RUNS },
      );
      expect(refused).toBeGreaterThan(FUZZ_RUNS / 10);
    });

    it("of the header as well", () => {
      const header = written((output) => {
        output.writeMessageBegin({ name: "method", type: 1, sequenceId: 77 });
        output.writeStructBegin();
        output.writeStop();
        output.writeMessageEnd();
      });
      fc.assert(
        fc.property(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (position, noise) => {
          const at = position % header.length;
          const bytes = Buffer.concat([header.subarray(0, at), noise, header.subarray(at + noise.length)]);
          problem(() => {
            const reader = openReader(bytes);
            reader.readMessageBegin();
            reader.skip(WireType.STRUCT);
            reader.readMessageEnd();
          });
        }),
        { numRuns: 2_000 },
      );
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
});
