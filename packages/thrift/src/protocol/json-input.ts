import { JsonContext, type Place } from "./json-context.ts";
import { MessageInput } from "./message-input.ts";
import { ProtocolError } from "./protocol-error.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const WHITE = [0x20, 0x09, 0x0a, 0x0d];
const INTEGER = /^-?\d{1,20}$/;
const DOUBLE = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;
/** Quoted as Apache's C++ and Java write them, or bare as its Node (NaN, Infinity) and Python (nan, inf) libraries do. */
const NOT_FINITE = /^(-?)(nan|inf|infinity)$/i;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^]?))/g;
const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Brackets, numbers and texts of a JSON message, with the separators between them. */
export class JsonInput extends MessageInput {
  readonly #context = new JsonContext();

  protected get isInObject(): boolean {
    return this.#context.isObject;
  }

  protected open(bracket: "[" | "{"): void {
    this.#separate();
    this.#expect(bracket.charCodeAt(0));
    this.#context.open(bracket === "{");
  }

  protected close(bracket: "]" | "}"): void {
    this.#expect(bracket.charCodeAt(0));
    this.#context.close();
  }

  protected isAt(bracket: "[" | "}"): boolean {
    return this.#peek() === bracket.charCodeAt(0);
  }

  protected takeInteger(max: number): number {
    const digits = this.#takeNumber(INTEGER);
    const value = Number(digits);
    if (value > max || value < -max - 1) throw new ProtocolError("invalid_data", `a number beyond ${max}`);
    // Not -0.
    return value + 0;
  }

  protected takeI64(): bigint {
    const value = BigInt(this.#takeNumber(INTEGER));
    if (BigInt.asIntN(64, value) !== value) throw new ProtocolError("invalid_data", "a number of more than 64 bits");
    return value;
  }

  protected takeDouble(): number {
    const place = this.#separate();
    const isQuoted = this.#peek() === QUOTE;
    const text = isQuoted ? this.#takeQuoted() : this.#takeWord();
    const special = NOT_FINITE.exec(text);
    if (special) return special[2]?.toLowerCase() === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
    if (!DOUBLE.test(text) || isQuoted !== isKey(place)) throw new ProtocolError("invalid_data", "no double");
    return Number(text);
  }

  protected takeString(): string {
    this.#separate();
    return this.#takeQuoted();
  }

  protected skipString(): void {
    this.#separate();
    this.#passQuoted();
  }

  /** In quotes where it is a key. */
  #takeNumber(form: RegExp): string {
    const place = this.#separate();
    const text = isKey(place) ? this.#takeQuoted() : this.#takeWord();
    if (!form.test(text)) throw new ProtocolError("invalid_data", "no number of the right form");
    return text;
  }

  #separate(): Place {
    const place = this.#context.next();
    if (place === "value") this.#expect(COLON);
    else if (place === "next" || place === "next_key") this.#expect(COMMA);
    return place;
  }

  #expect(byte: number): void {
    if (this.#peek() !== byte)
      throw new ProtocolError("invalid_data", `no ${String.fromCharCode(byte)} where one must be`);
    this.at += 1;
  }

  /** The next byte that is not white. */
  #peek(): number {
    for (; this.at < this.end; this.at += 1) {
      const byte = this.buffer.readUInt8(this.at);
      if (!WHITE.includes(byte)) return byte;
    }
    throw new ProtocolError("truncated", "the message ends too early");
  }

  /** Letters, digits, signs and dots. */
  #takeWord(): string {
    this.#peek();
    const start = this.at;
    while (this.at < this.end && isWordByte(this.buffer.readUInt8(this.at))) this.at += 1;
    // It may go on in what is cut off.
    if (this.at === this.end && !this.#context.isOutside)
      throw new ProtocolError("truncated", "the message ends too early");
    return this.buffer.toString("latin1", start, this.at);
  }

  #takeQuoted(): string {
    this.#expect(QUOTE);
    const start = this.at;
    const hasEscapes = this.#findQuote();
    const size = this.at - start;
    this.at = start;
    const text = this.takeText(size);
    this.at += 1;
    return hasEscapes ? unescape(text) : text;
  }

  #passQuoted(): void {
    this.#expect(QUOTE);
    this.#findQuote();
    this.at += 1;
  }

  /** Moves to the quote that ends a text; answers whether there were escapes. Control characters may be there as they are. */
  #findQuote(): boolean {
    let hasEscapes = false;
    for (; this.at < this.end; this.at += 1) {
      const byte = this.buffer.readUInt8(this.at);
      if (byte === QUOTE) return hasEscapes;
      if (byte !== BACKSLASH) continue;
      hasEscapes = true;
      this.at += 1;
    }
    this.at = this.end;
    throw new ProtocolError("truncated", "the message ends too early");
  }
}

function isKey(place: Place): boolean {
  return place === "key" || place === "next_key";
}

function isWordByte(byte: number): boolean {
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

function unescape(text: string): string {
  const plain = text.replaceAll(ESCAPE, (_, hex: string | undefined, letter: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const escaped = ESCAPED[letter ?? ""];
    if (escaped === undefined) throw new ProtocolError("invalid_data", "an escape that does not exist");
    return escaped;
  });
  if (!plain.isWellFormed()) throw new ProtocolError("invalid_data", "half of a surrogate pair");
  return plain;
}
