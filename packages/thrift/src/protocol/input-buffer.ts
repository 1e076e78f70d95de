const EMPTY = Buffer.alloc(0);

/** Bytes that have arrived and are not yet used. Appending small pieces to a large rest costs no repeated copying. */
export class InputBuffer {
  #bytes: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  /** False while `#bytes` is the chunk of the socket itself, which must not be written into. */
  #isOwn = false;

  get length(): number {
    return this.#end - this.#start;
  }

  /** What is here begins at `start` of these bytes; both are valid until the next `append` or `consume`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get start(): number {
    return this.#start;
  }

  append(chunk: Buffer): void {
    if (this.length === 0) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#isOwn = false;
      return;
    }
    const needed = this.length + chunk.length;
    if (!this.#isOwn || this.#end + chunk.length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.length * 2));
      this.#bytes.copy(grown, 0, this.#start, this.#end);
      this.#end = this.length;
      this.#bytes = grown;
      this.#start = 0;
      this.#isOwn = true;
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  /** Everything that is here; valid until the next `append`. */
  view(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  consume(size: number): void {
    this.#start += size;
    if (this.#start < this.#end) return;
    this.#bytes = EMPTY;
    this.#start = 0;
    this.#end = 0;
    this.#isOwn = false;
  }
}
