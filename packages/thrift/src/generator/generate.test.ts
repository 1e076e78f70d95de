import { describe, expect, it } from "vitest";
import { generate } from "./generate.ts";
import type { Idl, IdlField, IdlFunction, IdlStruct } from "./idl.ts";

const NOTHING: Idl = { name: "x", includes: [], constants: [], enums: [], typedefs: [], structs: [], services: [] };
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

describe("generate", () => {
  it.each<[string, Idl, string]>([
    ["unions", struct([text], { isUnion: true }), "union Thing: unions are not supported"],
    ["default values", struct([{ ...text, default: "x" }]), "Thing.value: default values are not supported"],
    [
      "defaults of arguments",
      service({ arguments: [{ ...text, default: 1 }] }),
      "run.value: default values are not supported",
    ],
    ["constants", { ...NOTHING, constants: [{ name: "LIMIT" }] }, "const LIMIT: constants are not supported"],
    ["includes", { ...NOTHING, includes: ["other"] }, "include is not supported"],
    ["types it does not know", struct([{ ...text, typeId: "slist" }]), "the IDL type slist is not supported"],
    ["names of its own", struct([text], { name: "Map" }), "Map: the generated code needs this name itself"],
    ["a method called constructor", service({ name: "constructor" }), "a method called constructor is not supported"],
    [
      "inheritance",
      { ...NOTHING, services: [{ name: "Child", extends: "Parent", functions: [] }] },
      "service Child: inheritance is not supported",
    ],
    [
      "an exception with a stack of its own",
      struct([{ ...text, name: "stack" }], { isException: true }),
      "Thing.stack: a property of every Error has this name",
    ],
    [
      "an exception whose message is no text",
      struct([{ ...text, name: "message", typeId: "i32" }], { isException: true }),
      "Thing.message: a property of every Error has this name",
    ],
  ])("refuses %s by name instead of leaving them out", (_, idl, problem) => {
    expect(() => generate(idl)).toThrow(problem);
  });

  it("imports what the code uses, from where it is told", () => {
    expect(generate(struct([text]))).toContain(
      'import { missingField, type StructCodec, WireType } from "@roombridge/thrift";',
    );
    expect(generate(struct([text]), { runtime: "./runtime.ts" })).toContain('from "./runtime.ts";');
  });

  it("renames arguments that would hide its own variables", () => {
    const code = generate(service({ arguments: [{ ...text, name: "output" }] }));
    expect(code).toContain("run(output_: string, call: CallContext)");
    expect(code).toContain("output.writeString(output_);");
  });

  it("cannot be made to leave a comment", () => {
    expect(generate(struct([{ ...text, doc: "ends */ here" }]))).toContain("/** ends * / here */");
  });
});
