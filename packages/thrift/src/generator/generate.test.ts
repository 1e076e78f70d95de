import { describe, expect, it } from "vitest";
import { generate } from "./generate.ts";
import type { Idl, IdlField, IdlFunction, IdlStruct, IdlType, IdlValue } from "./idl.ts";

const NOTHING: Idl = { name: "x", constants: [], enums: [], typedefs: [], structs: [], services: [] };
const text: IdlField = { key: 1, name: "value", typeId: "string", required: "req_out" };
const struct = (fields: readonly IdlField[], more: Partial<IdlStruct> = {}): Idl => ({
  ...NOTHING,
  structs: [{ name: "Thing", isException: false, isUnion: false, fields, ...more }],
});
const service = (method: Partial<IdlFunction>): Idl => ({
  ...NOTHING,
  services: [
    {
      name: "Service",
      functions: [{ name: "run", oneway: false, returnTypeId: "void", arguments: [], exceptions: [], ...method }],
    },
  ],
});
const constant = (typeId: string, value: IdlValue, type?: IdlType): Idl => ({
  ...NOTHING,
  constants: [{ name: "C", typeId, value, ...(type ? { type } : {}) }],
});
const own = (name: string): Pick<IdlField, "typeId" | "type"> => ({
  typeId: "struct",
  type: { typeId: "struct", class: name },
});

describe("generate refuses, in one sentence,", () => {
  it.each<[string, Idl, string]>([
    ["types it does not know", struct([{ ...text, typeId: "slist" }]), "the IDL type slist is not supported"],
    ["structs that are not there", struct([{ ...text, ...own("Other") }]), "x.thrift declares no struct Other"],
    [
      "files that are not there",
      struct([{ ...text, ...own("other.Thing") }]),
      "x.thrift mentions other.thrift, whose JSON is not there",
    ],
    [
      "parents that are not there",
      { ...NOTHING, services: [{ name: "Child", extends: "other.Parent", functions: [] }] },
      "x.thrift mentions other.thrift, whose JSON is not there",
    ],
    [
      "unions without a value",
      struct([], { isUnion: true }),
      "union Thing: it has no fields, so there is no value of it",
    ],
    [
      "defaults in unions",
      struct([{ ...text, default: "x" }], { isUnion: true }),
      "Thing.value: a field of a union has no default",
    ],
    [
      "two declarations that need one name",
      { ...struct([text]), services: [{ name: "ThingCodec", functions: [] }] },
      "x.thrift: two things need the name ThingCodec in TypeScript",
    ],
    [
      "two fields that need one name",
      struct([
        { ...text, name: "toString" },
        { ...text, key: 2, name: "toString_" },
      ]),
      "Thing: two things need the name toString_ in TypeScript",
    ],
    [
      "two arguments that need one name",
      service({
        arguments: [
          { ...text, name: "let" },
          { ...text, key: 2, name: "let_" },
        ],
      }),
      "run: two things need the name let_ in TypeScript",
    ],
    ["numbers beyond their type", struct([{ ...text, typeId: "i8", default: 128 }]), "Thing.value: 128 is no i8"],
    ["fractions of whole numbers", constant("i32", 1.5), "const C: 1.5 is no i32"],
    ["numbers beyond 64 bits", constant("i64", 2n ** 63n), "const C: 9223372036854775808 is no i64"],
    ["texts that are no number", constant("double", "1"), 'const C: "1" is no double'],
    ["UUIDs that are none", constant("uuid", "1-2"), 'const C: "1-2" is no uuid'],
    [
      "doubles that the compiler has rounded",
      constant("double", 3.14159265358979),
      "const C: the compiler rounds doubles to 15 digits, and this one may have had more",
    ],
    [
      "defaults of arguments that do not fit",
      service({ arguments: [{ ...text, default: 1 }] }),
      "run.value: 1 is no string",
    ],
    [
      "defaults without what is required",
      struct([
        { ...text, required: "required" },
        { key: 2, name: "other", required: "optional", ...own("Thing"), default: {} },
      ]),
      "Thing.other: Thing.value has no value",
    ],
    [
      "defaults with unknown fields",
      struct([{ key: 2, name: "other", required: "optional", ...own("Thing"), default: { more: 1 } }]),
      "Thing.other: Thing has no field more",
    ],
    [
      "defaults without end",
      struct([{ key: 2, name: "other", required: "req_out", ...own("Thing"), default: {} }]),
      "Thing.other: the default of Thing.other holds itself",
    ],
    [
      "constants of a union with two fields",
      {
        ...struct([text, { ...text, key: 2, name: "other" }], { isUnion: true }),
        constants: [{ name: "C", ...own("Thing"), value: { value: "a", other: "b" } }],
      },
      "const C: a union holds exactly one field",
    ],
    [
      "exceptions that are none",
      service({ exceptions: [{ ...text, name: "no" }] }),
      "Service.run declares an exception that is none",
    ],
  ])("%s", (_, idl, problem) => {
    expect(() => generate(idl)).toThrow(new Error(problem));
  });
});

describe("generate", () => {
  it("imports what the code uses, from where it is told", () => {
    const idl = struct([text], { doc: "raise is only mentioned here" });
    expect(generate(idl)).toContain(
      'import { checkStruct, missingField, type StructCodec, WireType } from "@roombridge/thrift";',
    );
    expect(generate(idl, { runtime: "./runtime.ts" })).toContain('from "./runtime.ts";');
  });

  it("imports the files that the code mentions, however they came in, and no others", () => {
    const other = { ...struct([text]), name: "other-file" };
    const unused = { ...NOTHING, name: "unused" };
    const included = new Map([other, unused].map((idl) => [idl.name, idl]));
    const idl = struct([{ ...text, ...own("other-file.Thing") }]);
    const code = generate(idl, { included, extension: ".js" });
    expect(code.match(/^import \* .*$/gm)).toEqual(['import * as other_file from "./other-file.js";']);
    expect(code).toContain("readonly value: other_file.Thing;");
  });

  it("lets no argument hide an included file", () => {
    const included = new Map([["other", { ...struct([text]), name: "other" }]]);
    const code = generate(service({ arguments: [{ ...text, name: "other", ...own("other.Thing") }] }), { included });
    expect(code).toContain("run: (other_: other.Thing, call: CallContext) => ");
  });

  it("renames arguments that would hide its own variables", () => {
    const code = generate(service({ arguments: [{ ...text, name: "output" }] }));
    expect(code).toContain("run: (output_: string, call: CallContext) => ");
    expect(code).toContain("output.writeString(output_);");
  });

  it.each<[string, Idl, string]>([
    ["i64", constant("i64", 2n ** 63n - 1n), "export const C = 9223372036854775807n;"],
    ["negative zero", constant("double", -0), "export const C = -0;"],
    ["large doubles", constant("double", 1e20), "export const C = 100000000000000000000;"],
    ["whole doubles of any size", constant("double", 12_345_678_901_234_567n), "export const C = 12345678901234568;"],
    ["texts", constant("string", '\u2028"\\`${x}'), String.raw`export const C = "${"\u2028"}\"\\${"`${x}"}";`],
    ["bool", constant("bool", 1), "export const C = true;"],
    ["bool, from another compiler", constant("bool", false), "export const C = false;"],
    ["binary", constant("binary", "é"), "export const C: Uint8Array = Uint8Array.of(195, 169);"],
    [
      "an empty map with keys that are structs",
      {
        ...struct([text]),
        ...constant(
          "map",
          {},
          { typeId: "map", keyTypeId: "list", keyType: { typeId: "list", elemTypeId: "i32" }, valueTypeId: "i8" },
        ),
      },
      "export const C: readonly (readonly [key: readonly number[], value: number])[] = [];",
    ],
  ])("writes constants: %s", (_, idl, code) => {
    expect(generate(idl)).toContain(code);
  });

  it("cannot be made to leave a comment", () => {
    const code = generate(struct([{ ...text, doc: "ends */ here\nand */\u2028 there" }]));
    expect(code).toContain("  /**\n   * ends * / here\n   * and * /\u2028 there\n   */");
    expect(generate({ ...struct([text]), doc: "file */" })).toContain("/** file * / */");
  });

  it("names its compiler's comment of the file only where no declaration has it", () => {
    const doc = "of the file, or of the struct";
    const count = (idl: Idl) => generate(idl).split(doc).length - 1;
    expect(count({ ...struct([text]), doc })).toBe(1);
    expect(count({ ...struct([text], { doc }), doc })).toBe(1);
  });
});
