/** Names that were added lately: at most `limit`, and the most recent half of them for sure. */
export class RecentNames {
  readonly #limit: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(name: string): void {
    if (this.#young.has(name)) return;
    if (this.#young.size >= this.#limit / 2) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(name);
  }

  has(name: string): boolean {
    return this.#young.has(name) || this.#old.has(name);
  }
}
