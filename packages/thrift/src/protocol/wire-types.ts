/** Field and element types of the binary protocol (thrift-binary-protocol.md). */
export const WireType = {
  STOP: 0,
  BOOL: 2,
  I8: 3,
  DOUBLE: 4,
  I16: 6,
  I32: 8,
  I64: 10,
  /** Strings and binaries. */
  STRING: 11,
  STRUCT: 12,
  MAP: 13,
  SET: 14,
  LIST: 15,
  UUID: 16,
} as const;

export type WireType = (typeof WireType)[keyof typeof WireType];

export const MessageType = { CALL: 1, REPLY: 2, EXCEPTION: 3, ONEWAY: 4 } as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Fewest bytes that a value of a type takes; 0 for types that do not exist. Bounds a container by the bytes left. */
export function minimumSize(type: number): number {
  return MINIMUM_SIZES[type] ?? 0;
}

const MINIMUM_SIZES: readonly number[] = [0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 4, 1, 6, 5, 5, 16];
