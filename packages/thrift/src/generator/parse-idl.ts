import type { Idl } from "./idl.ts";

/**
 * Reads what `thrift --gen json` wrote. Throws an Error when it is no JSON, which the compiler prints for some values, or
 * holds a name that is none: names become code.
 */
export function parseIdl(bytes: Uint8Array, file: string): Idl {
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    value = JSON.parse(quoteLargeIntegers(text), (_, item: unknown) => unquote(item));
  } catch (cause) {
    throw new Error(
      `${file} is not valid JSON: the compiler prints none for constants with keys that are structs or containers, ` +
        "for control characters, and for strings that are not UTF-8",
      { cause },
    );
  }
  const isIdl = typeof value === "object" && value !== null && SECTIONS.every((key) => key in value);
  if (!isIdl) throw new Error(`${file} is no output of thrift --gen json`);
  const idl = value as Idl;
  if (!FILE_NAME.test(idl.name)) throw noName(file, idl.name);
  for (const section of SECTIONS) checkNames(idl[section], file);
  return idl;
}

const SECTIONS = ["enums", "typedefs", "structs", "constants", "services"] as const;

const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Raw, it is not valid in JSON, and the compiler does not escape it: no string of an IDL begins with it. */
const MARK = "\u0000";

/** JSON.parse would round an i64. */
function quoteLargeIntegers(json: string): string {
  return json.replaceAll(STRINGS_AND_NUMBERS, (token) => {
    const isLarge = /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
    return isLarge ? `"\\u0000${token}"` : token;
  });
}

function unquote(item: unknown): unknown {
  return typeof item === "string" && item.startsWith(MARK) ? BigInt(item.slice(1)) : item;
}

const FILE_NAME = /^[\w.-]+$/;
const NAME = /^[A-Za-z_][\w.-]*$/;
const NAME_KEYS = new Set(["name", "class", "extends", "typeId", "elemTypeId", "keyTypeId", "valueTypeId"]);
/** What lies below these declares nothing. */
const VALUE_KEYS = new Set(["value", "default", "annotations"]);

function checkNames(value: unknown, file: string): void {
  if (Array.isArray(value)) {
    for (const item of value) checkNames(item, file);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (NAME_KEYS.has(key) && !(typeof item === "string" && NAME.test(item))) throw noName(file, item);
    if (!VALUE_KEYS.has(key)) checkNames(item, file);
  }
}

function noName(file: string, name: unknown): Error {
  return new Error(`${file} is no output of thrift --gen json: ${JSON.stringify(name)} is no name`);
}
