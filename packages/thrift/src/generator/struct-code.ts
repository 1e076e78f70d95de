import type { IdlEnum, IdlField, IdlStruct, IdlTypedef } from "./idl.ts";
import { docComment, indent, readValue, writeValue } from "./value-code.ts";
import { toValueType, typescriptName, wireName, zeroValue, type ValueType } from "./value-type.ts";

interface Field {
  readonly id: number;
  readonly name: string;
  readonly doc: string | undefined;
  readonly requiredness: IdlField["required"];
  readonly type: ValueType;
}

export function enumCode({ name, doc, members }: IdlEnum): string[] {
  return [
    ...docComment(doc),
    `export const ${name} = {`,
    ...indent(members.flatMap((member) => [...docComment(member.doc), `${member.name}: ${member.value},`])),
    "} as const;",
    "",
    "/** Open: a peer with a newer IDL may send other numbers. */",
    `export type ${name} = number;`,
    "",
  ];
}

/** Typedefs live on as comments of their fields only: a type called `Date`, say, would hide the global one. */
export function typedefNote(typedefs: readonly IdlTypedef[]): string[] {
  if (typedefs.length === 0) return [];
  const notes = typedefs.map(({ name, typeId, doc }) => `typedef ${typeId} ${name}${doc ? `: ${doc.trim()}` : ""}`);
  return [...notes.map((note) => `// ${note.replaceAll("\n", " ")}`), ""];
}

export function structCode(struct: IdlStruct): string[] {
  if (struct.isUnion) throw new Error(`union ${struct.name}: unions are not supported`);
  const fields = struct.fields.map((field) => toField(struct.name, field));
  return [
    ...(struct.isException ? exceptionCode(struct, fields) : interfaceCode(struct, fields)),
    ...codecCode(struct, fields),
  ];
}

function toField(struct: string, field: IdlField): Field {
  const { key: id, name, doc, required } = field;
  if (field.default !== undefined) throw new Error(`${struct}.${name}: default values are not supported`);
  return { id, name, doc, requiredness: required, type: toValueType(field) };
}

function interfaceCode({ name, doc }: IdlStruct, fields: readonly Field[]): string[] {
  return [...docComment(doc), `export interface ${name} {`, ...indent(fields.flatMap(property)), "}", ""];
}

function property({ name, doc, requiredness, type }: Field): string[] {
  const isOptional = requiredness === "optional";
  return [
    ...docComment(doc),
    `readonly ${name}${isOptional ? "?" : ""}: ${typescriptName(type)}${isOptional ? " | undefined" : ""};`,
  ];
}

const ERROR_PROPERTIES = new Set(["name", "stack", "cause"]);

/** A class, so that it can be thrown with a stack and told apart; a `message` of its own serves as the error's. */
function exceptionCode({ name, doc }: IdlStruct, fields: readonly Field[]): string[] {
  const own = fields.filter((field) => field.name !== "message");
  const texts = fields.filter((field) => field.type.kind === "base" && field.type.typescript === "string");
  const message = texts.find((field) => field.name === "message") ?? texts[0];
  for (const field of fields) {
    const isTaken = field.name === "message" ? field !== message : ERROR_PROPERTIES.has(field.name);
    if (isTaken) throw new Error(`${name}.${field.name}: a property of every Error has this name`);
  }
  const parameters = fields.map((field) =>
    property({ ...field, doc: undefined })
      .join(" ")
      .replace("readonly ", "")
      .replace(";", ""),
  );
  return [
    ...docComment(doc),
    `export class ${name} extends Error {`,
    ...indent([
      `override readonly name = "${name}";`,
      ...own.flatMap(property),
      "",
      `constructor(fields: { ${parameters.map((parameter) => `readonly ${parameter}`).join("; ")} }) {`,
      ...indent([
        message ? `super(fields.${message.name});` : `super("${name}");`,
        ...own.map((field) => `this.${field.name} = fields.${field.name};`),
      ]),
      "}",
    ]),
    "}",
    "",
  ];
}

function codecCode({ name, isException }: IdlStruct, fields: readonly Field[]): string[] {
  const result = `{ ${fields.map((field) => resultProperty(name, field)).join(", ")} }`;
  return [
    `export const ${name}Codec: StructCodec<${name}> = {`,
    ...indent([
      "write(output, value) {",
      ...indent(writeStruct(fields.flatMap((field) => writeField(name, field)))),
      "},",
      "read(input) {",
      ...indent([...readFields(fields), `return ${isException ? `new ${name}(${result})` : result};`]),
      "},",
    ]),
    "};",
    "",
  ];
}

/** Statements around those that write the fields. */
export function writeStruct(fields: readonly string[]): string[] {
  return ["output.writeStructBegin();", ...fields, "output.writeStop();"];
}

function writeField(struct: string, { id, name, requiredness, type }: Field): string[] {
  const value = `value.${name}`;
  const write = [`output.writeField(${wireName(type)}, ${id});`, ...writeValue(type, value)];
  if (requiredness === "optional") return [`if (${value} !== undefined) {`, ...indent(write), "}"];
  return [`if (${value} === undefined) throw missingField("${struct}", "${name}");`, ...write];
}

/** Statements that read a struct into one variable per field; an unknown or mistyped field is passed over. */
export function readFields(
  fields: readonly { readonly id: number; readonly name: string; readonly type: ValueType }[],
): string[] {
  const cases = fields.flatMap(({ id, name, type }, index) => [
    `${index === 0 ? "" : "} else "}if (input.fieldId === ${id} && field === ${wireName(type)}) {`,
    ...indent(readValue(type, (expression) => `${local(name)} = ${expression};`)),
  ]);
  return [
    ...fields.map(({ name, type }) => `let ${local(name)}: ${typescriptName(type)} | undefined;`),
    "input.readStructBegin();",
    "for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {",
    ...indent(cases.length === 0 ? ["input.skip(field);"] : [...cases, "} else {", "  input.skip(field);", "}"]),
    "}",
    "input.readStructEnd();",
  ];
}

/** Field names may be reserved words or clash with ours. */
export function local(name: string): string {
  return `${name}Value`;
}

function resultProperty(struct: string, { name, requiredness, type }: Field): string {
  if (requiredness === "optional") return `...(${local(name)} === undefined ? {} : { ${name}: ${local(name)} })`;
  const zero = requiredness === "req_out" ? zeroValue(type) : undefined;
  return `${name}: ${local(name)} ?? ${zero ?? `raise(missingField("${struct}", "${name}"))`}`;
}
