import { MAX_DEPTH } from "./message-input.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WireType } from "./wire-types.ts";

/**
 * Finds the end of an unframed message that arrives in pieces. It remembers where it stopped, so that each byte is looked
 * at once, however small the pieces are.
 */
export interface MessageScanner {
  /**
   * Goes on from where the last call stopped. `bytes` begins with the message and may be longer than at the last call.
   * Answers the length of the message, or undefined when its end has not come yet. Throws ProtocolError.
   */
  scan(bytes: Buffer): number | undefined;
  /** How many bytes the message has at least, as far as is known. */
  readonly atLeast: number;
}

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

/** What the scanners of length-prefixed protocols have in common: a stack of open structs and containers. */
export abstract class ValueScanner implements MessageScanner {
  protected at = 0;
  readonly #open: Open[] = [];
  #isBody = false;

  scan(bytes: Buffer): number | undefined {
    if (!this.#isBody) {
      if (!this.scanHeader(bytes)) return undefined;
      this.#isBody = true;
      this.#open.push({ kind: "struct" });
    }
    while (this.#open.length > 0) if (!this.#scanNext(bytes)) return undefined;
    return this.at <= bytes.length ? this.at : undefined;
  }

  get atLeast(): number {
    return this.at;
  }

  /** Moves behind the message's header; false, and may be called again, when it has not arrived. */
  protected abstract scanHeader(bytes: Buffer): boolean;

  /** Passes over a field, or its header if the value opens, or closes the struct; false when nothing was done. */
  protected abstract scanField(bytes: Buffer): boolean;

  /** Passes over a value that begins at `start`, or opens it; nothing changes when its header has not arrived. */
  protected abstract scanValue(bytes: Buffer, type: number, start: number): boolean;

  /** The size of an element of a type whose values all have the same; 0 for the others. */
  protected abstract fixedSize(type: number): number;

  protected openStruct(at: number): void {
    this.#descend({ kind: "struct" }, at);
  }

  protected openElements(types: readonly number[], rounds: number, at: number): void {
    const sizes = types.map((type) => this.fixedSize(type));
    const roundSize = sizes.includes(0) ? 0 : sizes.reduce((sum, size) => sum + size, 0);
    this.#descend({ kind: "elements", types, roundSize, left: rounds * types.length }, at);
  }

  protected closeStruct(at: number): void {
    this.#open.pop();
    this.at = at;
  }

  /** One step of the innermost open value; false when its next header has not arrived. */
  #scanNext(bytes: Buffer): boolean {
    const open = this.#open.at(-1);
    if (open === undefined) return true;
    if (open.kind === "struct") return this.scanField(bytes);
    if (open.left === 0) {
      this.#open.pop();
      return true;
    }
    if (open.roundSize > 0) {
      // In one step: how many there are is the sender's word, and they need not have arrived.
      this.at += open.roundSize * (open.left / open.types.length);
      open.left = 0;
      return true;
    }
    // Counting down, a key is met at an even number of values left, and a value at an odd one.
    const type = open.types[open.left % open.types.length] ?? WireType.STOP;
    if (!this.scanValue(bytes, type, this.at)) return false;
    open.left -= 1;
    return true;
  }

  #descend(open: Open, at: number): void {
    if (this.#open.length >= MAX_DEPTH) throw new ProtocolError("depth_limit", `nested deeper than ${MAX_DEPTH}`);
    this.#open.push(open);
    this.at = at;
  }
}
