import { describe, expect, it } from "vitest";
import { parseIdl } from "./parse-idl.ts";

const parse = (json: string | Uint8Array) =>
  parseIdl(typeof json === "string" ? new TextEncoder().encode(json) : json, "x.json");
const idl = (more: string) =>
  `{ "name": "x-y", "doc": "1 \\" 9223372036854775807", "enums": [], "typedefs": [], "structs": [], "services": [], ${more} }`;
const constants = (...values: readonly string[]) =>
  idl(`"constants": [${values.map((value) => `{ "name": "C", "typeId": "i64", "value": ${value} }`).join()}]`);

describe("parseIdl", () => {
  it("keeps whole numbers of 64 bits, and leaves texts and fractions alone", () => {
    const { doc, constants: all } = parse(
      constants(
        "9223372036854775807",
        "-9223372036854775808",
        "9007199254740991",
        '"9223372036854775807"',
        "1e+20",
        "-0",
      ),
    );
    expect(doc).toBe('1 " 9223372036854775807');
    const values = [
      9223372036854775807n,
      -9223372036854775808n,
      9_007_199_254_740_991,
      "9223372036854775807",
      1e20,
      -0,
    ];
    expect(all.map(({ value }) => value)).toEqual(values);
  });

  it("keeps keys of constants that no name could be", () => {
    const [constant] = parse(constants('{ "a b": 1, "name": "x y" }')).constants;
    expect(constant?.value).toEqual({ "a b": 1, name: "x y" });
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    [
      "keys that are structs",
      constants('{ { "x": 1 }: 2 }'),
      /^x.json is not valid JSON: the compiler prints none for /,
    ],
    ["control characters", constants('"\u0001"'), /^x.json is not valid JSON/],
    ["what is not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), /^x.json is not valid JSON/],
    ["another document", '{ "name": "x" }', /^x.json is no output of thrift --gen json$/],
    ["null", "null", /^x.json is no output of thrift --gen json$/],
    [
      "names that are code",
      idl('"constants": [{ "name": "x = 1; evil()", "typeId": "i32", "value": 1 }]'),
      /"x = 1; evil\(\)" is no name$/,
    ],
    [
      "names that are code, deep inside",
      idl(
        '"constants": [{ "name": "x", "typeId": "list", "type": { "typeId": "list", "elemTypeId": "a b" }, "value": 1 }]',
      ),
      /"a b" is no name$/,
    ],
    ["a file name with a line break", idl('"constants": []').replace("x-y", "x\\nevil()"), /is no name$/],
  ])("refuses %s", (_, json, problem) => {
    expect(() => parse(json)).toThrow(problem);
  });
});
