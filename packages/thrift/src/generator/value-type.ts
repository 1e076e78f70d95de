import type { IdlStruct } from "./idl.ts";

/** A type of the IDL with its names in TypeScript and on the wire. Typedefs are gone: Thrift has none on the wire. */
export type ValueType = BaseType | StructType | ListType | MapType;

export interface BaseType {
  readonly kind: "base";
  readonly idl: string;
  readonly typescript: string;
  readonly wire: string;
  readonly method: string;
  readonly zero: string;
}

/** Also unions and exceptions. */
export interface StructType {
  readonly kind: "struct";
  /** In TypeScript. */
  readonly name: string;
  readonly definition: IdlStruct;
  /** The file that declares it, if it is another. */
  readonly home: string | undefined;
}

export interface ListType {
  readonly kind: "list" | "set";
  readonly element: ValueType;
}

export interface MapType {
  readonly kind: "map";
  readonly key: ValueType;
  readonly value: ValueType;
}

const base = (idl: string, typescript: string, wire: string, zero: string, method?: string): [string, BaseType] => [
  idl,
  { kind: "base", idl, typescript, wire, zero, method: method ?? wire.charAt(0) + wire.slice(1).toLowerCase() },
];

const BASE_TYPES: ReadonlyMap<string, BaseType> = new Map([
  base("bool", "boolean", "BOOL", "false"),
  base("byte", "number", "I8", "0"),
  base("i8", "number", "I8", "0"),
  base("i16", "number", "I16", "0"),
  base("i32", "number", "I32", "0"),
  // The compiler 0.17 prints i32 here. Open in either case: a peer with a newer IDL may send other numbers.
  base("enum", "number", "I32", "0"),
  base("i64", "bigint", "I64", "0n"),
  base("double", "number", "DOUBLE", "0"),
  base("string", "string", "STRING", '""'),
  base("binary", "Uint8Array", "STRING", "new Uint8Array()", "Binary"),
  base("uuid", "string", "UUID", '"00000000-0000-0000-0000-000000000000"'),
]);

export function baseType(typeId: string): BaseType | undefined {
  return BASE_TYPES.get(typeId);
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
      return isComparable(type.element)
        ? `ReadonlySet<${typescriptName(type.element)}>`
        : `readonly ${arrayElement(type.element)}[]`;
    case "map":
      return isComparable(type.key)
        ? `ReadonlyMap<${typescriptName(type.key)}, ${typescriptName(type.value)}>`
        : `readonly (${entryName(type)})[]`;
  }
}

/** Of a map whose keys are not comparable. */
export function entryName({ key, value }: MapType): string {
  return `readonly [key: ${typescriptName(key)}, value: ${typescriptName(value)}]`;
}

function arrayElement(type: ValueType): string {
  const name = typescriptName(type);
  return name.startsWith("readonly ") ? `(${name})` : name;
}

/**
 * Whether JavaScript's Set and Map find a value of this type again. They compare objects by identity, so that sets of
 * structs, containers and binaries are arrays, and maps with such keys arrays of entries.
 */
export function isComparable(type: ValueType): boolean {
  return type.kind === "base" && type.idl !== "binary";
}

export function wireName(type: ValueType): string {
  return `WireType.${type.kind === "base" ? type.wire : type.kind.toUpperCase()}`;
}

/** The name of the codec of a struct, in the module of the struct. */
export function codecName({ name }: StructType): string {
  return `${name}Codec`;
}

/** What a field of default requiredness is when a peer leaves it out; undefined for structs, which have no zero. */
export function zeroValue(type: ValueType): string | undefined {
  switch (type.kind) {
    case "base":
      return type.zero;
    case "list":
      return "[]";
    case "set":
      return isComparable(type.element) ? "new Set()" : "[]";
    case "map":
      return isComparable(type.key) ? "new Map()" : "[]";
    case "struct":
      return undefined;
  }
}
