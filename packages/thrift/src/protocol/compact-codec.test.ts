import { describe, expect, it } from "vitest";
import { CompactReader } from "./compact-reader.ts";
import { CompactScanner } from "./compact-scanner.ts";
import { CompactWriter } from "./compact-writer.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WireType } from "./wire-types.ts";

const written = (write: (output: CompactWriter) => void): string => {
  const output = new CompactWriter();
  write(output);
  return output.bytes().toString("hex");
};
const read = <Value>(hex: string, what: (reader: CompactReader) => Value): Value =>
  what(new CompactReader(Buffer.from(hex, "hex")));
const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "none";
};

describe("bytes of the specification", () => {
  it("a call", () => {
    const call = written((output) => {
      output.writeMessageBegin({ name: "pppbool", type: 1, sequenceId: 300 });
      output.writeStructBegin();
      output.writeField(WireType.BOOL, 1);
      output.writeBool(true);
      output.writeStop();
      output.writeMessageEnd();
    });
    expect(call).toBe("82" + "21" + "ac02" + "07" + "707070626f6f6c" + "11" + "00");
  });

  it("a varint takes seven bits per byte, lowest first", () => {
    // 50399 is the example of the specification; a sequence id is a varint without zigzag.
    expect(written((output) => output.writeMessageBegin({ name: "", type: 2, sequenceId: 50_399 }))).toBe(
      "8241" + "df8903" + "00",
    );
  });

  it.each([
    [0, "00"],
    [-1, "01"],
    [1, "02"],
    [-2, "03"],
    [2, "04"],
    [0x7fff_ffff, "feffffff0f"],
    [-0x8000_0000, "ffffffff0f"],
  ])("zigzag of %i", (value, hex) => {
    expect(written((output) => output.writeI32(value))).toBe(hex);
    expect(written((output) => output.writeI64(BigInt(value)))).toBe(hex);
    expect(read(hex, (reader) => reader.readI32())).toBe(value);
    expect(read(hex, (reader) => reader.readI64())).toBe(BigInt(value));
  });

  it.each([
    [2n ** 63n - 1n, "feffffffffffffffff01"],
    [-(2n ** 63n), "ffffffffffffffffff01"],
  ])("zigzag of %i", (value, hex) => {
    expect(written((output) => output.writeI64(value))).toBe(hex);
    expect(read(hex, (reader) => reader.readI64())).toBe(value);
  });

  it("a double is little-endian", () => {
    expect(written((output) => output.writeDouble(1))).toBe("000000000000f03f");
  });

  it("field ids are written as what they add to the last one, from 1 to 15, else whole", () => {
    const struct = written((output) => {
      output.writeStructBegin();
      for (const id of [1, 16, 32, 31, -1]) {
        output.writeField(WireType.I8, id);
        output.writeI8(9);
      }
      output.writeStop();
    });
    expect(struct).toBe("1309" + "f309" + "034009" + "033e09" + "030109" + "00");
  });

  it("a bool is in its field's header, short and long, and a byte as an element", () => {
    const struct = written((output) => {
      output.writeStructBegin();
      output.writeField(WireType.BOOL, 2);
      output.writeBool(false);
      output.writeField(WireType.BOOL, 200);
      output.writeBool(true);
      output.writeField(WireType.LIST, 201);
      output.writeListBegin(WireType.BOOL, 2);
      output.writeBool(true);
      output.writeBool(false);
      output.writeContainerEnd();
      output.writeStop();
    });
    expect(struct).toBe("22" + "019003" + "1921" + "0102" + "00");
  });

  it("bools as elements may be of type 1 or 2, and false may be 2 or 0", () => {
    for (const hex of ["31010200", "32010200"]) {
      const reader = new CompactReader(Buffer.from(hex, "hex"));
      expect(reader.readListBegin(WireType.BOOL)).toBe(3);
      expect([reader.readBool(), reader.readBool(), reader.readBool()]).toEqual([true, false, false]);
    }
    expect(problem(() => read("03", (reader) => reader.readBool()))).toBe("invalid_data");
  });

  it("a list says its size with its type up to 14, and an empty map is one byte", () => {
    expect(written((output) => output.writeListBegin(WireType.I32, 14))).toBe("e5");
    expect(written((output) => output.writeSetBegin(WireType.STRING, 15))).toBe("f80f");
    expect(written((output) => output.writeMapBegin(WireType.STRING, WireType.MAP, 0))).toBe("00");
    expect(written((output) => output.writeMapBegin(WireType.STRING, WireType.MAP, 200))).toBe("c8018b");
  });

  it("a size may be written longer than it needs", () => {
    expect(read("f502" + "0204", (reader) => reader.readListBegin(WireType.I32))).toBe(2);
    expect(read("8100" + "61", (reader) => reader.readString())).toBe("a");
  });
});

describe("bytes that are refused", () => {
  it.each([
    ["a varint of 6 bytes", "808080808000"],
    ["a varint of 33 bits", "8080808010"],
    ["a varint that does not end", "ffffffffffffffffffff"],
  ])("as i32: %s", (_, hex) => {
    expect(problem(() => read(hex, (reader) => reader.readI32()))).toBe("invalid_data");
    expect(problem(() => read(hex, (reader) => reader.skip(WireType.I32)))).toBe("invalid_data");
    expect(problem(() => read(hex, (reader) => reader.readString()))).toBe("invalid_data");
  });

  it.each([
    ["a varint of 11 bytes", "8080808080808080808000"],
    ["a varint of 65 bits", "80808080808080808002"],
    ["a varint that does not end", "ff".repeat(40)],
  ])("as i64: %s", (_, hex) => {
    expect(problem(() => read(hex, (reader) => reader.readI64()))).toBe("invalid_data");
    expect(problem(() => read(hex, (reader) => reader.skip(WireType.I64)))).toBe("invalid_data");
  });

  it.each([
    ["an i16 of 17 bits", "808004", (reader: CompactReader) => reader.readI16()],
    ["a field type that does not exist", "1e00", (reader: CompactReader) => reader.readField()],
    ["an end with a field id", "10", (reader: CompactReader) => reader.readField()],
    ["a list of a type that does not exist", "1f00", (reader: CompactReader) => reader.skip(WireType.LIST)],
    ["a list of type 0", "1000", (reader: CompactReader) => reader.skip(WireType.LIST)],
    ["a map of a type that does not exist", "01e30000", (reader: CompactReader) => reader.skip(WireType.MAP)],
    ["a list of 2^31 elements", "f38080808008" + "00", (reader: CompactReader) => reader.skip(WireType.LIST)],
    ["a text of 2^31 bytes", "8080808008" + "00", (reader: CompactReader) => reader.readString()],
    ["a text that is not UTF-8", "02c080", (reader: CompactReader) => reader.readString()],
  ])("%s", (_, hex, what) => {
    expect(problem(() => read(hex, what))).toBe("invalid_data");
  });

  it("a field id beyond 32767", () => {
    const far = written((output) => {
      output.writeStructBegin();
      output.writeField(WireType.I8, 32_767);
      output.writeI8(1);
    });
    expect(problem(() => read(`${far}13`, (reader) => reader.skip(WireType.STRUCT)))).toBe("invalid_data");
    expect(problem(() => read("03" + "808004", (reader) => reader.readField()))).toBe("invalid_data");
  });

  it.each([
    ["another protocol", "8021" + "0100", "bad_version"],
    ["version 2", "8222" + "0100", "bad_version"],
    ["version 0", "8220" + "0100", "bad_version"],
    ["message type 0", "8201" + "0100", "invalid_data"],
    ["message type 5", "82a1" + "0100", "invalid_data"],
    ["a sequence id of 33 bits", "8221" + "8080808010" + "00", "invalid_data"],
    ["nothing", "", "truncated"],
  ])("as an envelope: %s", (_, hex, code) => {
    expect(problem(() => read(hex, (reader) => reader.readMessageBegin()))).toBe(code);
  });

  it("promise no more elements than there are bytes left, however small these may be", () => {
    const list = (type: number, count: number) =>
      `${(0xf0 | type).toString(16)}${count.toString(16)}` + "00".repeat(32);
    expect(read(list(1, 0x20), (reader) => reader.readListBegin(WireType.BOOL))).toBe(32);
    expect(problem(() => read(list(1, 0x21), (reader) => reader.readListBegin(WireType.BOOL)))).toBe("truncated");
    expect(problem(() => read(`f705${"00".repeat(39)}`, (reader) => reader.readListBegin(WireType.DOUBLE)))).toBe(
      "truncated",
    );
    expect(problem(() => read(`fd03${"00".repeat(47)}`, (reader) => reader.readListBegin(WireType.UUID)))).toBe(
      "truncated",
    );
    expect(problem(() => read(`0537${"00".repeat(44)}`, (reader) => reader.readMapBegin(3, 4)))).toBe("truncated");
    expect(read(`0537${"00".repeat(45)}`, (reader) => reader.readMapBegin(3, 4))).toBe(5);
  });
});

describe("the scanner", () => {
  const scan = (hex: string) => {
    const scanner = new CompactScanner();
    return { end: scanner.scan(Buffer.from(hex, "hex")), atLeast: scanner.atLeast };
  };
  const head = "8221" + "01" + "016d";

  it("passes over elements of a fixed size in one step, without their having arrived", () => {
    const { end, atLeast } = scan(`${head}1b` + "ffffffff07" + "11");
    expect(end).toBeUndefined();
    expect(atLeast).toBeGreaterThan(2 * 0x7fff_ffff);
  });

  it.each([
    ["a varint that does not end", `${head}15` + "ffffffffff"],
    ["a name of 2^32 - 1 bytes", "8221" + "01" + "ffffffff0f"],
    ["a sequence id that does not end", "8221" + "ffffffffff"],
    ["a field id that does not end", `${head}05` + "ffffffffff"],
    ["a field type that does not exist", `${head}1e`],
    ["a list of a type that does not exist", `${head}19` + "2e"],
    ["a map of a type that does not exist", `${head}1b` + "010f"],
  ])("refuses %s as soon as it is there", (_, hex) => {
    expect(problem(() => scan(hex))).toBe("invalid_data");
  });
});
