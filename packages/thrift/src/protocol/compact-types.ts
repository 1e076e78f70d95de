import { startsWith } from "./first-bytes.ts";
import { WireType } from "./wire-types.ts";

/** Types within a byte (thrift-compact-protocol.md). A field's header says by its type whether a bool is true. */
export const COMPACT_TRUE = 1;
export const COMPACT_FALSE = 2;

const { STOP, BOOL, I8, I16, I32, I64, DOUBLE, STRING, LIST, SET, MAP, STRUCT, UUID } = WireType;
const WIRE_TYPES: readonly WireType[] = [
  STOP,
  BOOL,
  BOOL,
  I8,
  I16,
  I32,
  I64,
  DOUBLE,
  STRING,
  LIST,
  SET,
  MAP,
  STRUCT,
  UUID,
];

/** STOP for what does not exist. As elements, bools are 1 or 2: the specification says 2, Apache's libraries write 1. */
export function fromCompactType(compact: number): WireType {
  return WIRE_TYPES[compact] ?? STOP;
}

const COMPACT_TYPES: readonly number[] = Array.from({ length: UUID + 1 }, (_, type) =>
  Math.max(
    0,
    WIRE_TYPES.findIndex((each) => each === type),
  ),
);

export function toCompactType(type: WireType): number {
  return COMPACT_TYPES[type] ?? 0;
}

/** Fewest bytes that an element takes; 0 for types that do not exist. */
export function minimumCompactSize(type: WireType): number {
  if (type === STOP) return 0;
  if (type === DOUBLE) return 8;
  return type === UUID ? 16 : 1;
}

/** Whether these bytes begin a message; undefined: too few to tell. */
export function beginsCompact(bytes: Buffer): boolean | undefined {
  return startsWith(bytes, [0x82]) && (bytes.length < 2 ? undefined : bytes.readUInt8(1) % 32 === 1);
}
