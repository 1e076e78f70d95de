import { docComment } from "./doc-comment.ts";
import type { Field } from "./fields.ts";
import { defaultLiteral } from "./literal.ts";
import type { Program } from "./program.ts";
import { localName } from "./read-fields.ts";
import { typescriptName } from "./value-type.ts";

/** A field of a struct that this file declares. */
export interface StructField extends Field {
  /** The expression of its default. */
  readonly initial: string | undefined;
  /** Its variable while it is read. */
  readonly local: string;
}

export function toStructField(program: Program, struct: string, field: Field): StructField {
  const initial = defaultLiteral({ program, what: `${struct}.${field.name}` }, struct, field);
  return { ...field, initial, local: localName(program, field.name) };
}

export function property({ property: name, doc, requiredness, type }: Field): string[] {
  const isOptional = requiredness === "optional";
  return [
    ...docComment(doc),
    `readonly ${name}${isOptional ? "?" : ""}: ${typescriptName(type)}${isOptional ? " | undefined" : ""};`,
  ];
}
