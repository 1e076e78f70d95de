import { MAX_DEPTH } from "./message-input.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ProtocolWriter } from "./protocol.ts";

const EMPTY = Buffer.alloc(0);
/** What is allocated at first: as much as was needed the last time, within these bounds. */
const LEAST_BYTES = 64;
const MOST_BYTES = 65_536;

/** Writes whole messages, one after the other. */
export interface MessageWriter extends ProtocolWriter {
  /** Bytes written so far. */
  readonly length: number;
  /** Nesting of structs and containers, by default what the readers allow: a value that holds itself ends there. */
  maxDepth: number;
  /** Forgets what was written: a value that failed half-way leaves nothing. */
  reset(): void;
  /** The same behind the first `length` bytes, which are whole messages. */
  rewind(length: number): void;
  /** A copy of what was written. */
  bytes(): Buffer;
  /** What was written, and not written into any more; begins anew. */
  take(): Buffer;
  /** Bytes that are a whole message. */
  append(bytes: Uint8Array): void;
  /** Four bytes to be filled by `endFrame`. */
  beginFrame(): number;
  endFrame(start: number): void;
}

/** One growing buffer, in which the protocols write. */
export class MessageOutput {
  protected buffer: Buffer = EMPTY;
  protected end = 0;
  maxDepth = MAX_DEPTH;
  #depth = 0;
  #expected = LEAST_BYTES;

  get length(): number {
    return this.end;
  }

  reset(): void {
    this.rewind(0);
  }

  rewind(length: number): void {
    this.end = length;
    this.#depth = 0;
  }

  bytes(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.end));
  }

  take(): Buffer {
    const taken = this.buffer.subarray(0, this.end);
    this.#expected = Math.max(LEAST_BYTES, Math.min(this.end, MOST_BYTES));
    this.buffer = EMPTY;
    this.rewind(0);
    return taken;
  }

  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
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
      const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2, this.#expected));
      this.buffer.copy(grown, 0, 0, at);
      this.buffer = grown;
    }
    this.end = needed;
    return at;
  }
}
