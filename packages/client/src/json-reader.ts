import { RoombridgeError } from "./roombridge-error.ts";

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

  date(name: string): Date {
    const date = new Date(this.text(name));
    if (Number.isNaN(date.getTime())) throw unexpected(`${this.#path}.${name}`, "a date");
    return date;
  }

  object(name: string): JsonReader {
    return new JsonReader(this.#fields[name], `${this.#path}.${name}`);
  }

  texts(name: string): string[] {
    return this.#list(name).map((value, index) => {
      if (typeof value !== "string") throw unexpected(`${this.#path}.${name}.${index}`, "a string");
      return value;
    });
  }

  objects(name: string): JsonReader[] {
    return this.#list(name).map((value, index) => new JsonReader(value, `${this.#path}.${name}.${index}`));
  }

  /** False when the field is null or not there. */
  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  #list(name: string): readonly unknown[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw unexpected(`${this.#path}.${name}`, "a list");
    return value;
  }
}

function unexpected(path: string, expected: string): RoombridgeError {
  return new RoombridgeError("invalid_response", `${path} is not ${expected}`);
}
