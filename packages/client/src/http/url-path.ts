import { RoombridgeError } from "../roombridge-error.ts";

/**
 * A template of a path whose values are percent-encoded. Throws `invalid_argument` for a value that no path can hold: an empty
 * one, a lone surrogate, and `.` and `..`, which URLs resolve in every spelling.
 */
export function urlPath(literals: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: literals }, ...values.map(encodeSegment));
}

type QueryValue = string | number | Date | readonly string[] | undefined;

/** With its question mark, or empty. A list repeats its name; undefined is left out. Throws `invalid_argument`. */
export function urlQuery(values: Readonly<Record<string, QueryValue>>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    toTexts(name, value).map((text) => `${name}=${encodeText(text)}`),
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function encodeSegment(value: string): string {
  if (["", ".", ".."].includes(value))
    throw new RoombridgeError("invalid_argument", `${JSON.stringify(value)} is no id`);
  return encodeText(value);
}

function encodeText(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (cause) {
    throw new RoombridgeError("invalid_argument", "a text contains a lone surrogate", { cause });
  }
}

function toTexts(name: string, value: QueryValue): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (value instanceof Date) return [toEpochMs(name, value)];
  // Left out it would mean all of them, which is rarely what a list that came out empty is meant to say.
  if (value.length === 0) throw new RoombridgeError("invalid_argument", `${name}: the list of the filter is empty`);
  return value;
}

function toEpochMs(name: string, date: Date): string {
  if (Number.isNaN(date.getTime())) throw new RoombridgeError("invalid_argument", `${name}: not a valid date`);
  return String(date.getTime());
}
