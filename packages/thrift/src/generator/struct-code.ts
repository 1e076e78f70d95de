import { docComment } from "./doc-comment.ts";
import { exceptionCode } from "./exception-code.ts";
import { fieldsOf } from "./fields.ts";
import type { IdlStruct } from "./idl.ts";
import { declaredName } from "./names.ts";
import type { Program } from "./program.ts";
import { readFields } from "./read-fields.ts";
import { property, toStructField, type StructField } from "./struct-field.ts";
import { unionCode } from "./union-code.ts";
import { indent, writeValue } from "./value-code.ts";
import { wireName, zeroValue } from "./value-type.ts";

export function structCode(program: Program, definition: IdlStruct): string[] {
  const { doc, isException, isUnion } = definition;
  const name = declaredName(definition.name);
  const fields = fieldsOf(program, { definition, home: undefined }).map((field) =>
    toStructField(program, definition.name, field),
  );
  if (isUnion) return unionCode(name, definition, fields);
  const codec = codecCode(name, definition, fields);
  if (isException) return [...exceptionCode(name, doc, fields), ...codec];
  return [
    ...docComment(doc),
    `export interface ${name} {`,
    ...indent(fields.flatMap(property)),
    "}",
    "",
    ...factoryCode(name, fields),
    ...codec,
  ];
}

/** For structs with defaults: whoever makes one may leave those fields out. */
function factoryCode(name: string, fields: readonly StructField[]): string[] {
  const initialised = fields.filter(({ initial }) => initial !== undefined);
  if (initialised.length === 0) return [];
  const names = initialised.map((field) => JSON.stringify(field.property)).join(" | ");
  const type = `Omit<${name}, ${names}> & Partial<Pick<${name}, ${names}>>`;
  const isFree = fields.every(({ initial, requiredness }) => initial !== undefined || requiredness === "optional");
  const defaults = initialised.map((field) => `${field.property}: fields.${field.property} ?? ${field.initial}`);
  return [
    `/** ${name} with its defaults for what is left out. */`,
    `export function create${name}(fields: ${type}${isFree ? " = {}" : ""}): ${name} {`,
    `  return { ...fields, ${defaults.join(", ")} };`,
    "}",
    "",
  ];
}

function codecCode(name: string, definition: IdlStruct, fields: readonly StructField[]): string[] {
  const properties = fields.map((field) => resultProperty(definition.name, field)).join(", ");
  const object = properties === "" ? "" : `{ ${properties} }`;
  return [
    `export const ${name}Codec: StructCodec<${name}> = {`,
    ...indent([
      "write(output, value) {",
      ...indent([
        `checkStruct("${definition.name}", value);`,
        "output.writeStructBegin();",
        ...fields.flatMap((field) => writeField(definition.name, field)),
        "output.writeStop();",
      ]),
      "},",
      "read(input) {",
      ...indent([
        ...readFields(fields),
        definition.isException ? `return new ${name}(${object});` : `return ${object || "{}"};`,
      ]),
      "},",
    ]),
    "};",
    "",
  ];
}

function writeField(struct: string, { id, name, property: own, requiredness, type }: StructField): string[] {
  const value = `value.${own}`;
  const write = [`output.writeField(${wireName(type)}, ${id});`, ...writeValue(type, value)];
  if (requiredness === "optional") return [`if (${value} !== undefined) {`, ...indent(write), "}"];
  return [`if (${value} === undefined) throw missingField("${struct}", "${name}");`, ...write];
}

function resultProperty(struct: string, field: StructField): string {
  const { name, property: own, requiredness, type, local, initial } = field;
  if (requiredness === "optional" && initial === undefined)
    return `...(${local} === undefined ? {} : { ${own}: ${local} })`;
  const absent = requiredness === "required" ? undefined : (initial ?? zeroValue(type));
  return `${own}: ${local} ?? ${absent ?? `raise(missingField("${struct}", "${name}"))`}`;
}
