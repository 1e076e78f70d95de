import { RoombridgeError } from "../roombridge-error.ts";

/** One JSON object of an answer. Every method throws `invalid_response` naming the field that is not as promised. */
export class JsonReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path = "answer") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(path, "an object");
    this.#fields = Object.fromEntries(Object.entries(value));
    this.#path = path;
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== "string") throw unexpected(`${this.#path}.${name}`, "a string");
    return value;
  }

  textOrNull(name: string): string | null {
    return this.has(name) ? this.text(name) : null;
  }

  integer(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== "number" || !Number.isInteger(value))
      throw unexpected(`${this.#path}.${name}`, "a whole number");
    return value;
  }

  number(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== "number") throw unexpected(`${this.#path}.${name}`, "a number");
    return value;
  }

  textOrNumber(name: string): string | number {
    const value = this.#fields[name];
    if (typeof value !== "string" && typeof value !== "number") {
      throw unexpected(`${this.#path}.${name}`, "a string or a number");
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.#fields[name];
    if (typeof value !== "boolean") throw unexpected(`${this.#path}.${name}`, "true or false");
    return value;
  }

  date(name: string): Date {
    const date = new Date(this.text(name));
    if (Number.isNaN(date.getTime())) throw unexpected(`${this.#path}.${name}`, "a date");
    return date;
  }

  dateOrNull(name: string): Date | null {
    return this.has(name) ? this.date(name) : null;
  }

  object(name: string): JsonReader {
    return new JsonReader(this.#fields[name], `${this.#path}.${name}`);
  }

  objectOrNull(name: string): JsonReader | null {
    return this.has(name) ? this.object(name) : null;
  }

  texts(name: string): string[] {
    const path = `${this.#path}.${name}`;
    return listOf(this.#fields[name], path).map((value, index) => {
      if (typeof value !== "string") throw unexpected(`${path}.${index}`, "a string");
      return value;
    });
  }

  objects(name: string): JsonReader[] {
    return JsonReader.list(this.#fields[name], `${this.#path}.${name}`);
  }

  /** Whether the field is exactly this word. */
  is(name: string, word: string): boolean {
    return this.#fields[name] === word;
  }

  /** False when the field is null or not there. */
  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  /** True for a field that is there, also as null. */
  isGiven(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  /** An answer that is a list of objects. */
  static list(value: unknown, path = "answer"): JsonReader[] {
    return listOf(value, path).map((item, index) => new JsonReader(item, `${path}.${index}`));
  }
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(path, "a list");
  return value;
}

function unexpected(path: string, expected: string): RoombridgeError {
  return new RoombridgeError("invalid_response", `${path} is not ${expected}`);
}
