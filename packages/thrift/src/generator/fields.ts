import type { IdlField, IdlStruct, IdlValue } from "./idl.ts";
import { exceptionPropertyName, propertyName, refuseDuplicates } from "./names.ts";
import type { Program } from "./program.ts";
import type { StructType, ValueType } from "./value-type.ts";

export interface Field {
  readonly id: number;
  /** In the IDL. */
  readonly name: string;
  /** In TypeScript. */
  readonly property: string;
  readonly doc: string | undefined;
  readonly requiredness: IdlField["required"];
  readonly type: ValueType;
  readonly default: IdlValue | undefined;
}

/** Throws an Error when two properties would have the same name. */
export function fieldsOf(program: Program, { definition, home }: Pick<StructType, "definition" | "home">): Field[] {
  const fields = definition.fields.map((field): Field => {
    const { key: id, name, doc, required: requiredness } = field;
    const type = program.type(field, home);
    const property = nameOf(definition, name, type);
    return { id, name, property, doc, requiredness, type, default: field.default };
  });
  refuseDuplicates(
    definition.name,
    fields.map(({ property }) => property),
  );
  return fields;
}

function nameOf({ isException }: IdlStruct, name: string, type: ValueType): string {
  if (!isException) return propertyName(name);
  // Every error has a message, and it is a text.
  return name === "message" && !isText(type) ? "message_" : exceptionPropertyName(name);
}

export function isText(type: ValueType): boolean {
  return type.kind === "base" && type.idl === "string";
}
