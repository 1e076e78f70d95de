import { ProtocolError } from "./protocol-error.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What is about to be written, unless its type cannot hold it: then these throw ProtocolError. */
export function checkedInteger(type: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value > max || value < -max - 1) throw mismatch(type, value);
  return value;
}

export function checkedI64(value: bigint): bigint {
  if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) throw mismatch("i64", value);
  return value;
}

export function checkedBool(value: boolean): boolean {
  if (typeof value !== "boolean") throw mismatch("bool", value);
  return value;
}

export function checkedDouble(value: number): number {
  if (typeof value !== "number") throw mismatch("double", value);
  return value;
}

export function checkedString(value: string): string {
  if (typeof value !== "string" || !value.isWellFormed()) throw mismatch("string", value);
  return value;
}

export function checkedBinary(value: Uint8Array): Uint8Array {
  if (!(value instanceof Uint8Array)) throw mismatch("binary", value);
  return value;
}

export function checkedUuid(value: string): string {
  if (typeof value !== "string" || !isUuid(value)) throw mismatch("uuid", value);
  return value;
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The number of elements, which is absent when the value is no container at all. */
export function checkedCount(type: string, size: number): number {
  if (!Number.isInteger(size) || size < 0 || size > 0x7fff_ffff)
    throw new ProtocolError("invalid_data", `a value that is no ${type}`);
  return size;
}

/** Names the types only: the value may be a secret. */
function mismatch(type: string, value: unknown): ProtocolError {
  return new ProtocolError("invalid_data", `a value of JavaScript type ${typeof value} cannot be written as ${type}`);
}
