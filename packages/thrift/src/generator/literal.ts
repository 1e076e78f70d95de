import { fieldsOf, type Field } from "./fields.ts";
import type { IdlValue } from "./idl.ts";
import type { Program } from "./program.ts";
import {
  isComparable,
  typescriptName,
  zeroValue,
  type BaseType,
  type MapType,
  type StructType,
  type ValueType,
} from "./value-type.ts";

export interface LiteralContext {
  readonly program: Program;
  /** What the value is for. */
  readonly what: string;
  /** The fields within whose defaults it lies. */
  readonly open?: readonly string[];
}

/** The expression for a constant or default. Throws an Error for a value that its type cannot hold. */
export function literal(context: LiteralContext, type: ValueType, value: IdlValue): string {
  switch (type.kind) {
    case "base":
      return baseLiteral(context, type, value);
    case "struct":
      return structLiteral(context, type, value);
    case "map":
      return mapLiteral(context, type, value);
    case "list":
    case "set": {
      if (!Array.isArray(value)) throw mismatch(context, type.kind, value);
      const elements = `[${value.map((element: IdlValue) => literal(context, type.element, element)).join(", ")}]`;
      if (type.kind === "list" || !isComparable(type.element)) return elements;
      return `new Set<${typescriptName(type.element)}>(${value.length > 0 ? elements : ""})`;
    }
  }
}

const LARGEST: ReadonlyMap<string, number> = new Map([
  ["byte", 0x7f],
  ["i8", 0x7f],
  ["i16", 0x7fff],
  ["i32", 0x7fff_ffff],
  ["enum", 0x7fff_ffff],
]);
const UUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

function baseLiteral(context: LiteralContext, { idl }: BaseType, value: IdlValue): string {
  switch (idl) {
    case "bool":
      if (value === 1 || value === true) return "true";
      if (value === 0 || value === false) return "false";
      break;
    case "i64":
      if (isWhole(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)) return `${BigInt(value)}n`;
      break;
    case "double":
      if (typeof value === "bigint") return String(Number(value));
      if (typeof value === "number") return doubleLiteral(context, value);
      break;
    case "string":
      if (typeof value === "string") return JSON.stringify(value);
      break;
    case "binary":
      if (typeof value !== "string") break;
      return value === "" ? "new Uint8Array()" : `Uint8Array.of(${new TextEncoder().encode(value).join(", ")})`;
    case "uuid": {
      const uuid = typeof value === "string" ? UUID.exec(value)?.[1] : undefined;
      if (uuid !== undefined) return JSON.stringify(uuid.toLowerCase());
      break;
    }
    default: {
      const largest = LARGEST.get(idl) ?? 0;
      if (typeof value === "number" && isWhole(value) && value <= largest && value >= -largest - 1)
        return String(value);
    }
  }
  throw mismatch(context, idl, value);
}

function isWhole(value: IdlValue): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/** The compiler's JSON keeps 15 digits of a double. */
function doubleLiteral({ what }: LiteralContext, value: number): string {
  const digits = String(Math.abs(value)).replace(/e.*$/, "").replace(".", "").replace(/^0+/, "").replace(/0+$/, "");
  if (digits.length >= 15 && !(Number.isInteger(value) && Math.abs(value) < 1e15))
    throw new Error(`${what}: the compiler rounds doubles to 15 digits, and this one may have had more`);
  return Object.is(value, -0) ? "-0" : String(value);
}

function mapLiteral(context: LiteralContext, type: MapType, value: IdlValue): string {
  if (!isObject(value)) throw mismatch(context, "map", value);
  const entries = Object.entries(value).map(
    ([key, item]) => `[${literal(context, type.key, keyOf(type.key, key))}, ${literal(context, type.value, item)}]`,
  );
  if (!isComparable(type.key)) return `[${entries.join(", ")}]`;
  const types = `${typescriptName(type.key)}, ${typescriptName(type.value)}`;
  return `new Map<${types}>(${entries.length > 0 ? `[${entries.join(", ")}]` : ""})`;
}

/** Every key is a string in JSON. */
function keyOf(type: ValueType, key: string): IdlValue {
  if (type.kind !== "base" || type.typescript === "string" || type.idl === "binary") return key;
  return /^-?\d+$/.test(key) && !Number.isSafeInteger(Number(key)) ? BigInt(key) : Number(key);
}

function structLiteral(context: LiteralContext, type: StructType, value: IdlValue): string {
  const { definition, name } = type;
  if (!isObject(value)) throw mismatch(context, definition.name, value);
  const { what } = context;
  const fields = fieldsOf(context.program, type);
  const unknown = Object.keys(value).find((key) => !fields.some((field) => field.name === key));
  if (unknown !== undefined) throw new Error(`${what}: ${definition.name} has no field ${unknown}`);
  if (definition.isUnion) {
    const [key, item, ...more] = Object.entries(value).flat();
    const field = fields.find((candidate) => candidate.name === key);
    if (!field || item === undefined || more.length > 0) throw new Error(`${what}: a union holds exactly one field`);
    return `{ kind: ${JSON.stringify(field.name)}, value: ${literal(context, field.type, item)} }`;
  }
  const properties = fields.flatMap((field) => {
    const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (given !== undefined) return [`${field.property}: ${literal(context, field.type, given)}`];
    const initial = defaultLiteral(context, definition.name, field);
    if (initial !== undefined) return [`${field.property}: ${initial}`];
    if (field.requiredness === "optional") return [];
    const zero = field.requiredness === "req_out" ? zeroValue(field.type) : undefined;
    if (zero === undefined) throw new Error(`${what}: ${definition.name}.${field.name} has no value`);
    return [`${field.property}: ${zero}`];
  });
  const object = properties.length > 0 ? `{ ${properties.join(", ")} }` : "{}";
  if (!definition.isException) return object;
  return `new ${name}(${fields.length > 0 ? object : ""})`;
}

/** The expression for the default of a field, if it has one. Throws an Error when it would hold itself. */
export function defaultLiteral(context: LiteralContext, struct: string, field: Field): string | undefined {
  if (field.default === undefined) return undefined;
  const { what, open = [] } = context;
  const path = `${struct}.${field.name}`;
  if (open.includes(path)) throw new Error(`${what}: the default of ${path} holds itself`);
  return literal({ ...context, open: [...open, path] }, field.type, field.default);
}

function isObject(value: IdlValue): value is { readonly [key: string]: IdlValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mismatch({ what }: LiteralContext, type: string, value: IdlValue): Error {
  const shown = typeof value === "bigint" ? String(value) : JSON.stringify(value);
  return new Error(`${what}: ${shown} is no ${type}`);
}
