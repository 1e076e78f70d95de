import { MAX_DEPTH } from "./message-input.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ProtocolWriter } from "./protocol.ts";

const INITIAL_BYTES = 512;

/** Writes whole messages, one after the other. */
export interface MessageWriter extends ProtocolWriter {
  /** Bytes written so far. */
  readonly length: number;
  /** Nesting of structs and containers, by default what the readers allow: a value that holds itself ends there. */
  maxDepth: number;
  /** Forgets what was written: a value that failed half-way leaves nothing. */
  reset(): void;
  /** A copy of what was written. */
  bytes(): Buffer;
  /** Four bytes to be filled by `endFrame`. */
  beginFrame(): number;
  endFrame(start: number): void;
}

/** One growing buffer, in which the protocols write. */
export class MessageOutput {
  protected buffer: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  protected end = 0;
  maxDepth = MAX_DEPTH;
  #depth = 0;

  get length(): number {
    return this.end;
  }

  reset(): void {
    this.end = 0;
    this.#depth = 0;
  }

  bytes(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.end));
  }

  beginFrame(): number {
    return this.reserve(4);
  }

  endFrame(start: number): void {
    this.buffer.writeUInt32BE(this.end - start - 4, start);
  }

  protected descend(): void {
    this.#depth += 1;
    if (this.#depth > this.maxDepth) throw new ProtocolError("depth_limit", `nested deeper than ${this.maxDepth}`);
  }

  protected ascend(): void {
    this.#depth -= 1;
  }

  /** To be called before `buffer` is touched: it may be another one afterwards. */
  protected reserve(size: number): number {
    const at = this.end;
    const needed = at + size;
    if (needed > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, at);
      this.buffer = grown;
    }
    this.end = needed;
    return at;
  }
}
