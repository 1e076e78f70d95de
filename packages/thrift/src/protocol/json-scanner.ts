import { startsWith } from "./first-bytes.ts";
import { MAX_DEPTH } from "./message-input.ts";
import type { MessageScanner } from "./message-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";

/** A struct or map is two brackets deep, with the one around its fields or entries, and the message is one. */
const MOST_BRACKETS = 2 * MAX_DEPTH + 1;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Finds the bracket that ends an unframed JSON message. Whether all brackets fit is the reader's business. */
export class JsonScanner implements MessageScanner {
  #at = 0;
  #depth = 0;
  #isText = false;

  get atLeast(): number {
    return this.#at;
  }

  scan(bytes: Buffer): number | undefined {
    if (startsWith(bytes, [0x5b]) === false) throw new ProtocolError("bad_version", "not a JSON message");
    for (; this.#at < bytes.length; this.#at += 1) {
      const byte = bytes.readUInt8(this.#at);
      if (this.#isText) {
        // An escaped character is passed over, also when it has not arrived.
        if (byte === BACKSLASH) this.#at += 1;
        else if (byte === QUOTE) this.#isText = false;
      } else if (byte === QUOTE) {
        this.#isText = true;
      } else if (byte === 0x5b || byte === 0x7b) {
        this.#depth += 1;
        if (this.#depth > MOST_BRACKETS) throw new ProtocolError("depth_limit", `nested deeper than ${MAX_DEPTH}`);
      } else if (byte === 0x5d || byte === 0x7d) {
        this.#depth -= 1;
        if (this.#depth <= 0) return this.#at + 1;
      }
    }
    return undefined;
  }
}
