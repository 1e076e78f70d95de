import { describe, expect, it } from "vitest";
import { JsonReader } from "./json-reader.ts";
import { JsonScanner } from "./json-scanner.ts";
import { JsonWriter } from "./json-writer.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WireType } from "./wire-types.ts";

const written = (write: (output: JsonWriter) => void): string => {
  const output = new JsonWriter();
  write(output);
  return output.bytes().toString();
};
const read = <Value>(text: string, what: (reader: JsonReader) => Value): Value =>
  what(new JsonReader(Buffer.from(text)));
const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "none";
};
/** The value of field 1 of a struct. */
const inStruct = <Value>(field: string, what: (reader: JsonReader) => Value): Value =>
  read(`{"1":${field}}`, (reader) => {
    reader.readStructBegin();
    reader.readField();
    const value = what(reader);
    expect(reader.readField()).toBe(WireType.STOP);
    reader.readStructEnd();
    return value;
  });

describe("text that is written", () => {
  it("a call", () => {
    const call = written((output) => {
      output.writeMessageBegin({ name: "pppbool", type: 1, sequenceId: 7 });
      output.writeStructBegin();
      output.writeField(WireType.BOOL, 1);
      output.writeBool(true);
      output.writeField(WireType.STRUCT, 2);
      output.writeStructBegin();
      output.writeStop();
      output.writeStop();
      output.writeMessageEnd();
    });
    expect(call).toBe('[1,"pppbool",1,7,{"1":{"tf":1},"2":{"rec":{}}}]');
  });

  it("keys of maps are texts, whatever their type", () => {
    const map = written((output) => {
      output.writeMapBegin(WireType.MAP, WireType.LIST, 2);
      for (const key of [1.5, Infinity]) {
        output.writeMapBegin(WireType.DOUBLE, WireType.BOOL, 1);
        output.writeDouble(key);
        output.writeBool(false);
        output.writeContainerEnd();
        output.writeListBegin(WireType.I64, 1);
        output.writeI64(-5n);
        output.writeContainerEnd();
      }
      output.writeContainerEnd();
    });
    // A map as a key is no JSON, but what Apache's libraries write.
    expect(map).toBe(
      '["map","lst",2,{["dbl","tf",1,{"1.5":0}]:["i64",1,-5],["dbl","tf",1,{"Infinity":0}]:["i64",1,-5]}]',
    );
    const reader = new JsonReader(Buffer.from(map));
    expect(reader.readMapBegin(WireType.MAP, WireType.LIST)).toBe(2);
    expect(reader.readMapBegin(WireType.DOUBLE, WireType.BOOL)).toBe(1);
    expect([reader.readDouble(), reader.readBool()]).toEqual([1.5, false]);
    expect(problem(() => read(map, (whole) => whole.skip(WireType.MAP)))).toBe("none");
  });

  it.each([
    [NaN, '"NaN"'],
    [Infinity, '"Infinity"'],
    [-Infinity, '"-Infinity"'],
    [-0, "-0"],
    [1e300, "1e+300"],
  ])("the double %d", (value, text) => {
    expect(written((output) => output.writeDouble(value))).toBe(text);
  });

  it("texts with escapes only where JSON wants them", () => {
    expect(written((output) => output.writeString('a"\\/\u0001\n\u007fü🎲'))).toBe('"a\\"\\\\/\\u0001\\n\u007fü🎲"');
  });
});

describe("text that is read", () => {
  it.each([
    ["escapes", '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ["code units", '"\\u00e4\\u0000\\uD83C\\uDFB2"', "ä\0🎲"],
    ["control characters as they are, as Python writes them", '"\u0001\u001f"', "\u0001\u001f"],
    ["what looks like brackets", '"[{]}"', "[{]}"],
    ["what looks like escapes of escapes", '"\\\\u0041"', "\\u0041"],
  ])("%s in a string", (_, json, text) => {
    expect(read(json, (reader) => reader.readString())).toBe(text);
    expect(new JsonScanner().scan(Buffer.from(`[${json}]`))).toBe(Buffer.byteLength(json) + 2);
  });

  it.each([
    ["AP8H", [0, 255, 7]],
    ["AP8=", [0, 255]],
    ["AP8", [0, 255]],
    ["AA==", [0]],
    ["AA", [0]],
    ["", []],
    ["\\/\\/8=", [255, 255]],
  ])("base64 %s", (text, bytes) => {
    expect([...read(`"${text}"`, (reader) => reader.readBinary())]).toEqual(bytes);
  });

  it.each([
    ['"NaN"', NaN],
    ['"Infinity"', Infinity],
    ['"-Infinity"', -Infinity],
    // npm's library
    ["NaN", NaN],
    ["-Infinity", -Infinity],
    // Python's library
    ["nan", NaN],
    ["inf", Infinity],
    ["-inf", -Infinity],
    ["0.10000000000000001", 0.1],
    ["1e+20", 1e20],
    ["-1E-7", -1e-7],
    ["5", 5],
  ])("the double %s", (text, value) => {
    expect(inStruct(`{"dbl":${text}}`, (reader) => reader.readDouble())).toBe(value);
  });

  it("integers with leading zeros, as npm's library writes them", () => {
    expect(inStruct('{"i64":-000000000001}', (reader) => reader.readI64())).toBe(-1n);
  });

  it("white space between its parts", () => {
    const text = '\t[ 1 ,\n"m" , 1 , 5 , { "1" : { "lst" : [ "i32" , 2 , 1 ,\r 2 ] } , "2" : { "tf" : 1 } } ]';
    const reader = new JsonReader(Buffer.from(text));
    expect(reader.readMessageBegin()).toEqual({ name: "m", type: 1, sequenceId: 5 });
    reader.skip(WireType.STRUCT);
    reader.readMessageEnd();
    expect(reader.left).toBe(0);
  });
});

describe("text that is refused", () => {
  it.each<[string, string, (reader: JsonReader) => unknown]>([
    ["an escape that does not exist", '"\\x"', (reader) => reader.readString()],
    ["an escape of three digits", '"\\u00e"', (reader) => reader.readString()],
    ["half of a surrogate pair", '"\\ud83c"', (reader) => reader.readString()],
    ["the other half of one", '"\\udfb2\\ud83c"', (reader) => reader.readString()],
    ["base64 of another alphabet", '"AP-_"', (reader) => reader.readBinary()],
    ["base64 with padding in the middle", '"AA==AA=="', (reader) => reader.readBinary()],
    ["base64 of one character", '"A"', (reader) => reader.readBinary()],
    ["base64 of five characters", '"AAAAA"', (reader) => reader.readBinary()],
    ["a UUID in another form", '"00112233445566778899aabbccddeeff"', (reader) => reader.readUuid()],
    ["a bool that is 2", "2", (reader) => reader.readBool()],
    ["a bool that is -1", "-1", (reader) => reader.readBool()],
    ["a bool that is a word", "true", (reader) => reader.readBool()],
    ["a number in quotes", '"1"', (reader) => reader.readI32()],
    ["a fraction", "1.0", (reader) => reader.readI32()],
    ["a number with an exponent", "1e2", (reader) => reader.readI32()],
    ["null", "null", (reader) => reader.readI32()],
    ["an i8 of 128", "128", (reader) => reader.readI8()],
    ["an i16 of -32769", "-32769", (reader) => reader.readI16()],
    ["an i32 of 2^31", "2147483648", (reader) => reader.readI32()],
    ["an i64 of 2^63", "9223372036854775808", (reader) => reader.readI64()],
    ["an i64 of 60,000 digits", "9".repeat(60_000), (reader) => reader.readI64()],
    ["a double in quotes", '"1.5"', (reader) => reader.readDouble()],
    ["a double that is a word", "infinite", (reader) => reader.readDouble()],
    ["a double with two points", "1.5.2", (reader) => reader.readDouble()],
    ["a double in hex", "0x10", (reader) => reader.readDouble()],
    ["text without quotes", "text", (reader) => reader.readString()],
    ["a list of a type that does not exist", '["i128",1,0]', (reader) => reader.skip(WireType.LIST)],
    ["a list of more than it says", '["i32",1,0,1]', (reader) => reader.skip(WireType.LIST)],
    ["a list of less than it says", '["i32",2,0]     ', (reader) => reader.skip(WireType.LIST)],
    ["a list of a negative size", '["i32",-1]', (reader) => reader.skip(WireType.LIST)],
    ["a list with a comma too many", '["i32",1,0,]', (reader) => reader.skip(WireType.LIST)],
    ["a map of a type that does not exist", '["i8","x",1,{"1":1}]', (reader) => reader.skip(WireType.MAP)],
    ["a map with bare numbers as keys", '["i8","i8",1,{1:1}]', (reader) => reader.skip(WireType.MAP)],
    ["a map with commas only", '["i8","i8",1,{"1","1"}]', (reader) => reader.skip(WireType.MAP)],
    ["a struct with a field of a type that does not exist", '{"1":{"x":1}}', (reader) => reader.skip(WireType.STRUCT)],
    ["a struct with a bare number as field id", '{1:{"i8":1}}', (reader) => reader.skip(WireType.STRUCT)],
    ["a struct with a name as field id", '{"id":{"i8":1}}', (reader) => reader.skip(WireType.STRUCT)],
    ["a struct with field id 32768", '{"32768":{"i8":1}}', (reader) => reader.skip(WireType.STRUCT)],
    ["a struct with two values in a field", '{"1":{"i8":1,"i8":2}}', (reader) => reader.skip(WireType.STRUCT)],
    ["a struct with brackets that do not fit", '{"1":{"i8":1]}', (reader) => reader.skip(WireType.STRUCT)],
    ["a struct that is an array", "[]", (reader) => reader.skip(WireType.STRUCT)],
  ])("%s", (_, text, what) => {
    expect(problem(() => read(text, what))).toBe("invalid_data");
  });

  it.each<[string, string, (reader: JsonReader) => unknown]>([
    ["digits", `${"1".repeat(500_000)}x`, (reader) => reader.readDouble()],
    ["digits behind a point", `1.${"1".repeat(500_000)}e`, (reader) => reader.readDouble()],
    ["base64", `"${"A".repeat(500_000)}-"`, (reader) => reader.readBinary()],
    ["escapes", `"${"\\\\".repeat(250_000)}\\x"`, (reader) => reader.readString()],
  ])("half a million bytes of %s, in the time of one pass", (_, text, what) => {
    const start = performance.now();
    expect(problem(() => read(text, what))).toBe("invalid_data");
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("a string that is not UTF-8", () => {
    const reader = new JsonReader(Buffer.from("22c08022", "hex"));
    expect(problem(() => reader.readString())).toBe("invalid_data");
  });

  it.each([
    ["something else", "{}", "bad_version"],
    ["version 2", '[2,"m",1,1,{}]', "bad_version"],
    ["message type 0", '[1,"m",0,1,{}]', "invalid_data"],
    ["message type 5", '[1,"m",5,1,{}]', "invalid_data"],
    ["a sequence id of 2^31", '[1,"m",1,2147483648,{}]', "invalid_data"],
    ["no name", "[1,2,1,1,{}]", "invalid_data"],
    ["nothing", "", "truncated"],
  ])("as an envelope: %s", (_, text, code) => {
    expect(problem(() => read(text, (reader) => reader.readMessageBegin()))).toBe(code);
  });

  it("a message with a second struct", () => {
    const reader = new JsonReader(Buffer.from('[1,"m",1,1,{},{}]'));
    reader.readMessageBegin();
    reader.skip(WireType.STRUCT);
    expect(problem(() => reader.readMessageEnd())).toBe("invalid_data");
  });
});
