import { ProtocolError } from "./protocol-error.ts";
import { minimumSize, WireType } from "./wire-types.ts";

const MAX_DEPTH = 64;
const STRICT_HEADER_BYTES = 8;

type Open =
  | { readonly kind: "struct" }
  | { readonly kind: "elements"; readonly first: number; readonly second: number; left: number };

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
    const type = open.second !== 0 && open.left % 2 === 1 ? open.second : open.first;
    const fixed = fixedSize(type);
    if (fixed > 0 && open.second === 0) {
      this.#at += fixed * open.left;
      open.left = 0;
      return true;
    }
    const before = this.#at;
    if (!this.#scanValue(bytes, type, before)) return false;
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
        this.#descend(
          { kind: "elements", first: typeAt(bytes, start), second: 0, left: readSize(bytes, start + 1) },
          start + 5,
        );
        return true;
      case WireType.MAP:
        if (bytes.length < start + 6) return false;
        this.#descend(
          {
            kind: "elements",
            first: typeAt(bytes, start),
            second: typeAt(bytes, start + 1),
            left: 2 * readSize(bytes, start + 2),
          },
          start + 6,
        );
        return true;
      default:
        throw new ProtocolError("invalid_data", `type ${type} does not exist`);
    }
  }

  #descend(open: Open, at: number): void {
    if (this.#open.length >= MAX_DEPTH) throw new ProtocolError("depth_limit", `nested deeper than ${MAX_DEPTH}`);
    if (open.kind === "elements" && open.left > 0 && minimumSize(open.first) === 0) {
      throw new ProtocolError("invalid_data", `type ${open.first} does not exist`);
    }
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
