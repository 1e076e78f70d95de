import { ProtocolError } from "./protocol-error.ts";
import { minimumSize, WireType } from "./wire-types.ts";

const MAX_DEPTH = 64;
const STRICT_HEADER_BYTES = 8;

/**
 * `types` are those of one round: an element, or a key and its value. `roundSize` is 0 unless all rounds have the same size.
 * `left` counts values, not rounds.
 */
type Open =
  | { readonly kind: "struct" }
  | {
      readonly kind: "elements";
      readonly types: readonly number[];
      readonly roundSize: number;
      left: number;
    };

/**
 * Finds the end of an unframed binary message that arrives in pieces. It remembers where it stopped, so that each byte is
 * looked at once, however small the pieces are.
 */
export class MessageScanner {
  readonly #open: Open[] = [];
  #at = 0;
  #phase: "header" | "sequence" | "body" = "header";

  /**
   * Goes on from where the last call stopped. `bytes` begins with the message and may be longer than at the last call.
   * Answers the length of the message, or undefined when its end has not come yet. Throws ProtocolError.
   */
  scan(bytes: Buffer): number | undefined {
    if (this.#phase === "header" && !this.#scanHeader(bytes)) return undefined;
    if (this.#phase === "sequence") {
      this.#at += 4;
      this.#phase = "body";
      this.#open.push({ kind: "struct" });
    }
    while (this.#open.length > 0) if (!this.#scanNext(bytes)) return undefined;
    return this.#at <= bytes.length ? this.#at : undefined;
  }

  /** How many bytes the message has at least, as far as is known. */
  get atLeast(): number {
    return this.#at;
  }

  #scanHeader(bytes: Buffer): boolean {
    if (bytes.length < STRICT_HEADER_BYTES) return false;
    this.#at = STRICT_HEADER_BYTES + readSize(bytes, 4);
    this.#phase = "sequence";
    return true;
  }

  /** One step of the innermost open value; false when its next header has not arrived. */
  #scanNext(bytes: Buffer): boolean {
    const open = this.#open.at(-1);
    if (open === undefined) return true;
    if (open.kind === "struct") return this.#scanField(bytes);
    if (open.left === 0) {
      this.#open.pop();
      return true;
    }
    if (open.roundSize > 0) {
      // In one step: how many there are is the sender's word, and they need not have arrived.
      this.#at += open.roundSize * (open.left / open.types.length);
      open.left = 0;
      return true;
    }
    const type = open.types[open.left % open.types.length] ?? WireType.STOP;
    if (!this.#scanValue(bytes, type, this.#at)) return false;
    open.left -= 1;
    return true;
  }

  #scanField(bytes: Buffer): boolean {
    const type = bytes[this.#at];
    if (type === undefined) return false;
    if (type === WireType.STOP) {
      this.#at += 1;
      this.#open.pop();
      return true;
    }
    return this.#scanValue(bytes, type, this.#at + 3);
  }

  /** Passes over a value that begins at `start`, or opens it; nothing changes when its header has not arrived. */
  #scanValue(bytes: Buffer, type: number, start: number): boolean {
    const fixed = fixedSize(type);
    if (fixed > 0) {
      this.#at = start + fixed;
      return true;
    }
    switch (type) {
      case WireType.STRING:
        if (bytes.length < start + 4) return false;
        this.#at = start + 4 + readSize(bytes, start);
        return true;
      case WireType.STRUCT:
        this.#descend({ kind: "struct" }, start);
        return true;
      case WireType.LIST:
      case WireType.SET:
        if (bytes.length < start + 5) return false;
        this.#openContainer([typeAt(bytes, start)], readSize(bytes, start + 1), start + 5);
        return true;
      case WireType.MAP:
        if (bytes.length < start + 6) return false;
        // Counting down, a key is met at an even number of values left, and a value at an odd one.
        this.#openContainer([typeAt(bytes, start), typeAt(bytes, start + 1)], readSize(bytes, start + 2), start + 6);
        return true;
      default:
        throw new ProtocolError("invalid_data", `type ${type} does not exist`);
    }
  }

  #openContainer(types: readonly number[], rounds: number, at: number): void {
    const unknown = types.find((type) => minimumSize(type) === 0);
    if (rounds > 0 && unknown !== undefined) throw new ProtocolError("invalid_data", `type ${unknown} does not exist`);
    const sizes = types.map(fixedSize);
    const roundSize = sizes.includes(0) ? 0 : sizes.reduce((sum, size) => sum + size, 0);
    this.#descend({ kind: "elements", types, roundSize, left: rounds * types.length }, at);
  }

  #descend(open: Open, at: number): void {
    if (this.#open.length >= MAX_DEPTH) throw new ProtocolError("depth_limit", `nested deeper than ${MAX_DEPTH}`);
    this.#open.push(open);
    this.#at = at;
  }
}

/** The size of a type whose values all have the same; 0 for the others. */
function fixedSize(type: number): number {
  const isVariable = type === WireType.STRING || (type >= WireType.STRUCT && type <= WireType.LIST);
  return isVariable ? 0 : minimumSize(type);
}

function typeAt(bytes: Buffer, at: number): number {
  return bytes.readUInt8(at);
}

function readSize(bytes: Buffer, at: number): number {
  const size = bytes.readInt32BE(at);
  if (size < 0) throw new ProtocolError("invalid_data", "a negative size");
  return size;
}
