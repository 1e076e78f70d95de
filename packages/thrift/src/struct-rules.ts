import { ProtocolError } from "./protocol/protocol-error.ts";

// What generated code asks of values beyond the protocol.

/** Throws ProtocolError for what is no object: a struct, exception or union. */
export function checkStruct(struct: string, value: unknown): void {
  if (typeof value !== "object" || value === null) throw mismatch(struct, value);
}

/** The number of elements. A text has a length too, and would be taken apart. */
export function listSize(value: readonly unknown[]): number {
  if (!Array.isArray(value)) throw mismatch("list", value);
  return value.length;
}

export function setSize(value: ReadonlySet<unknown>): number {
  return sizeOf("set", value);
}

export function mapSize(value: ReadonlyMap<unknown, unknown>): number {
  return sizeOf("map", value);
}

function sizeOf(type: string, value: unknown): number {
  const isCounted = typeof value === "object" && value !== null && "size" in value && Symbol.iterator in value;
  if (!isCounted || typeof value.size !== "number") throw mismatch(type, value);
  return value.size;
}

/** A union that was read: exactly one field, and one that is known. */
export function checkUnion<Union>(union: string, value: Union | undefined, fields: number): Union {
  if (fields > 1) throw new ProtocolError("invalid_data", `${union} holds more than one field`);
  if (value === undefined) throw unknownUnionField(union);
  return value;
}

/** As for a missing field: the message itself is sound, its sender may have a newer IDL. */
export function unknownUnionField(union: string): ProtocolError {
  return new ProtocolError("missing_field", `${union} holds no field that is known here`);
}

/**
 * For sets whose elements JavaScript would compare by identity: the elements without repetitions, compared by content. The
 * order of the elements of a set of structs within an element counts as content.
 */
export function distinct<Element>(elements: readonly Element[]): Element[] {
  return [...new Map(elements.map((element) => [contentOf(element), element])).values()];
}

/** The same for maps: of entries with the same key the last one stays, as in a Map. */
export function distinctEntries<Key, Value>(
  entries: readonly (readonly [key: Key, value: Value])[],
): (readonly [key: Key, value: Value])[] {
  return [...new Map(entries.map((entry) => [contentOf(entry[0]), entry])).values()];
}

/** Throws ProtocolError when two elements have the same content. To be called after they were written, which ends cycles. */
export function checkDistinct(elements: readonly unknown[]): void {
  if (new Set(elements.map(contentOf)).size < elements.length)
    throw new ProtocolError("invalid_data", "a set with two equal elements, or a map with two equal keys");
}

export function checkDistinctKeys(entries: readonly (readonly [key: unknown, value: unknown])[]): void {
  checkDistinct(entries.map(([key]) => key));
}

/** A text that two values share exactly if they have the same content. */
function contentOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null) return contentOfObject(value);
  // -0 and 0 are one key in JavaScript's Map too.
  return String(value);
}

function contentOfObject(value: object): string {
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(contentOf).join()}]`;
  if (value instanceof Set) return `s${[...value].map(contentOf).toSorted().join()}s`;
  if (value instanceof Map)
    return `m${[...value]
      .map((entry) => contentOf(entry))
      .toSorted()
      .join()}m`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  // The message of an error is not enumerable.
  if (value instanceof Error) fields.push(["message", value.message]);
  return `{${fields
    .map(([name, field]) => `${name}:${contentOf(field)}`)
    .toSorted()
    .join()}}`;
}

/** Names the types only: the value may be a secret. */
function mismatch(type: string, value: unknown): ProtocolError {
  return new ProtocolError("invalid_data", `a value of JavaScript type ${typeof value} cannot be written as ${type}`);
}
