import type { IdlType, IdlTypeHolder } from "./idl.ts";

/** A type of the IDL with its names in TypeScript and on the wire. Typedefs are gone: Thrift has none on the wire. */
export type ValueType =
  | {
      readonly kind: "base";
      readonly typescript: string;
      readonly wire: string;
      readonly method: string;
      readonly zero: string;
    }
  | { readonly kind: "struct"; readonly name: string }
  | { readonly kind: "list" | "set"; readonly element: ValueType }
  | { readonly kind: "map"; readonly key: ValueType; readonly value: ValueType };

const base = (typescript: string, wire: string, method: string, zero: string): ValueType => ({
  kind: "base",
  typescript,
  wire,
  method,
  zero,
});

const BASE_TYPES: Readonly<Record<string, ValueType>> = {
  bool: base("boolean", "BOOL", "Bool", "false"),
  byte: base("number", "I8", "I8", "0"),
  i8: base("number", "I8", "I8", "0"),
  i16: base("number", "I16", "I16", "0"),
  i32: base("number", "I32", "I32", "0"),
  i64: base("bigint", "I64", "I64", "0n"),
  double: base("number", "DOUBLE", "Double", "0"),
  string: base("string", "STRING", "String", '""'),
  binary: base("Uint8Array", "STRING", "Binary", "new Uint8Array()"),
  uuid: base("string", "UUID", "Uuid", '"00000000-0000-0000-0000-000000000000"'),
};

/** Throws an Error for a type that the generator does not know. The compiler prints enums as i32. */
export function toValueType({ typeId, type }: IdlTypeHolder): ValueType {
  const known = BASE_TYPES[typeId];
  if (known) return known;
  switch (typeId) {
    case "struct":
    case "exception":
      return { kind: "struct", name: className(type) };
    case "list":
    case "set":
      return { kind: typeId, element: inner(type?.elemTypeId, type?.elemType) };
    case "map":
      return {
        kind: "map",
        key: inner(type?.keyTypeId, type?.keyType),
        value: inner(type?.valueTypeId, type?.valueType),
      };
    default:
      throw new Error(`the IDL type ${typeId} is not supported`);
  }
}

function inner(typeId: string | undefined, type: IdlType | undefined): ValueType {
  if (typeId === undefined) throw new Error("a container without the type of its elements");
  return toValueType(type === undefined ? { typeId } : { typeId, type });
}

function className(type: IdlType | undefined): string {
  if (type?.class === undefined) throw new Error("a type without a name");
  return type.class;
}

export function typescriptName(type: ValueType): string {
  switch (type.kind) {
    case "base":
      return type.typescript;
    case "struct":
      return type.name;
    case "list":
      return `readonly ${arrayElement(type.element)}[]`;
    case "set":
      return `ReadonlySet<${typescriptName(type.element)}>`;
    case "map":
      return `ReadonlyMap<${typescriptName(type.key)}, ${typescriptName(type.value)}>`;
  }
}

function arrayElement(type: ValueType): string {
  return type.kind === "list" ? `(${typescriptName(type)})` : typescriptName(type);
}

export function wireName(type: ValueType): string {
  return `WireType.${type.kind === "base" ? type.wire : type.kind.toUpperCase()}`;
}

/** What a field of default requiredness is when a peer leaves it out; undefined for structs, which have no zero. */
export function zeroValue(type: ValueType): string | undefined {
  switch (type.kind) {
    case "base":
      return type.zero;
    case "list":
      return "[]";
    case "set":
      return "new Set()";
    case "map":
      return "new Map()";
    case "struct":
      return undefined;
  }
}
