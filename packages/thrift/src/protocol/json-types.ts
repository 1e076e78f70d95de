import { WireType } from "./wire-types.ts";

/** Names of types in the JSON protocol, as Apache's TJSONProtocol of every language has them. */
const NAMES: ReadonlyMap<WireType, string> = new Map<WireType, string>([
  [WireType.BOOL, "tf"],
  [WireType.I8, "i8"],
  [WireType.I16, "i16"],
  [WireType.I32, "i32"],
  [WireType.I64, "i64"],
  [WireType.DOUBLE, "dbl"],
  // Binaries as well.
  [WireType.STRING, "str"],
  [WireType.STRUCT, "rec"],
  [WireType.MAP, "map"],
  [WireType.SET, "set"],
  [WireType.LIST, "lst"],
  [WireType.UUID, "uid"],
]);

const TYPES = new Map([...NAMES].map(([type, name]) => [name, type]));

export function toJsonType(type: WireType): string {
  return NAMES.get(type) ?? "";
}

/** STOP for what does not exist. */
export function fromJsonType(name: string): WireType {
  return TYPES.get(name) ?? WireType.STOP;
}
