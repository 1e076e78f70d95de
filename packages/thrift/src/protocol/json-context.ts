/** What stands before the next value: nothing, a comma, a colon, or a comma before a key. */
export type Place = "first" | "next" | "key" | "next_key" | "value";

/** Where a reader or writer is within arrays and objects. Outside of them values follow each other without separators. */
export class JsonContext {
  readonly #outer: { readonly isObject: boolean; readonly count: number }[] = [];
  #isObject = false;
  #count = 0;

  get isOutside(): boolean {
    return this.#outer.length === 0;
  }

  /** Of the innermost array or object. */
  get isObject(): boolean {
    return this.#isObject;
  }

  open(isObject: boolean): void {
    this.#outer.push({ isObject: this.#isObject, count: this.#count });
    this.#isObject = isObject;
    this.#count = 0;
  }

  close(): void {
    const outer = this.#outer.pop();
    this.#isObject = outer?.isObject ?? false;
    this.#count = outer?.count ?? 0;
  }

  /** Counts a value that begins here. */
  next(): Place {
    if (this.isOutside) return "first";
    const count = this.#count;
    this.#count += 1;
    if (!this.#isObject) return count === 0 ? "first" : "next";
    if (count % 2 === 1) return "value";
    return count === 0 ? "key" : "next_key";
  }
}
