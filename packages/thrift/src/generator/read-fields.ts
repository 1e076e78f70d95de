import type { Program } from "./program.ts";
import { indent, readValue } from "./value-code.ts";
import { typescriptName, wireName, type ValueType } from "./value-type.ts";

/** A field to be read into a variable of its own. */
export interface ReadableField {
  readonly id: number;
  readonly type: ValueType;
  readonly local: string;
}

/** Statements that read a struct into one variable per field; an unknown or mistyped field is passed over. */
export function readFields(fields: readonly ReadableField[]): string[] {
  return [
    ...fields.map(({ local, type }) => `let ${local}: ${typescriptName(type)} | undefined;`),
    "input.readStructBegin();",
    ...readLoop(fields, ({ local }, expression) => `${local} = ${expression};`),
    "input.readStructEnd();",
  ];
}

/** The loop over the fields of a struct; `before` runs for each, known or not. */
export function readLoop<Field extends Pick<ReadableField, "id" | "type">>(
  fields: readonly Field[],
  assign: (field: Field, expression: string) => string,
  before: readonly string[] = [],
): string[] {
  const cases = fields.flatMap((field, index) => [
    `${index === 0 ? "" : "} else "}if (input.fieldId === ${field.id} && field === ${wireName(field.type)}) {`,
    ...indent(readValue(field.type, (expression) => assign(field, expression))),
  ]);
  return [
    "for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {",
    ...indent(before),
    ...indent(cases.length === 0 ? ["input.skip(field);"] : [...cases, "} else {", "  input.skip(field);", "}"]),
    "}",
  ];
}

/** The variable of a field: the name of a field may be a reserved word, or that of another variable. */
export function localName(program: Program, name: string): string {
  return program.variable(`${name}Value`);
}
