import { isUtf8 } from "node:buffer";
import { ProtocolError } from "./protocol-error.ts";

const LONGEST_VARINT = 5;

/** Reads the header of a THeader frame. Throws ProtocolError and nothing else. */
export class VarintCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** At most 32 bits, never negative. */
  readVarint(): number {
    let value = 0;
    for (let index = 0; index < LONGEST_VARINT; index += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new ProtocolError("truncated", "the header ends too early");
      this.#at += 1;
      value += (byte % 128) * 128 ** index;
      if (byte < 128) return value;
    }
    throw new ProtocolError("invalid_data", "a number in the header is too long");
  }

  readText(): string {
    const size = this.readVarint();
    if (size > this.left) throw new ProtocolError("truncated", "the header ends too early");
    const bytes = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    if (!isUtf8(bytes)) throw new ProtocolError("invalid_data", "a header is not UTF-8");
    return bytes.toString("utf8");
  }
}
