import { docComment } from "./doc-comment.ts";
import type { IdlStruct } from "./idl.ts";
import { readLoop } from "./read-fields.ts";
import type { StructField } from "./struct-field.ts";
import { indent, writeValue } from "./value-code.ts";
import { typescriptName, wireName } from "./value-type.ts";

/** One of several objects, told apart by `kind`. Throws an Error for unions that no value fits, or that have defaults. */
export function unionCode(name: string, { doc, name: idlName }: IdlStruct, fields: readonly StructField[]): string[] {
  if (fields.length === 0) throw new Error(`union ${idlName}: it has no fields, so there is no value of it`);
  for (const field of fields) {
    if (field.default !== undefined) throw new Error(`${idlName}.${field.name}: a field of a union has no default`);
  }
  return [...typeCode(name, doc, fields), ...codecCode(name, idlName, fields)];
}

const tag = (field: StructField) => `kind: ${JSON.stringify(field.name)}`;

function typeCode(name: string, doc: string | undefined, fields: readonly StructField[]): string[] {
  const members = fields.flatMap((field) => [
    ...docComment(field.doc),
    `| { readonly ${tag(field)}; readonly value: ${typescriptName(field.type)} }`,
  ]);
  return [...docComment(doc), `export type ${name} =`, ...indent(members), "  ;", ""];
}

function codecCode(name: string, idlName: string, fields: readonly StructField[]): string[] {
  const cases = fields.flatMap((field) => [
    `case ${JSON.stringify(field.name)}: {`,
    ...indent([
      `output.writeField(${wireName(field.type)}, ${field.id});`,
      ...writeValue(field.type, "value.value"),
      "break;",
    ]),
    "}",
  ]);
  return [
    `export const ${name}Codec: StructCodec<${name}> = {`,
    ...indent([
      "write(output, value) {",
      ...indent([
        `checkStruct("${idlName}", value);`,
        "output.writeStructBegin();",
        "switch (value.kind) {",
        ...indent([...cases, "default:", `  throw unknownUnionField("${idlName}");`]),
        "}",
        "output.writeStop();",
      ]),
      "},",
      "read(input) {",
      ...indent([
        `let value: ${name} | undefined;`,
        "let fields = 0;",
        "input.readStructBegin();",
        ...readLoop(fields, (field, expression) => `value = { ${tag(field)}, value: ${expression} };`, [
          "fields += 1;",
        ]),
        "input.readStructEnd();",
        `return checkUnion("${idlName}", value, fields);`,
      ]),
      "},",
    ]),
    "};",
    "",
  ];
}
