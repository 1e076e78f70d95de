import { UnsupportedPathError, type Result, type Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Hono's fast router, and its general one for the paths that the fast one refuses. By itself Hono takes the general one for all
 * as soon as two paths differ only by a word where the other has a parameter. As with either, what was added first wins.
 */
export class MixedRouter<T> implements Router<T> {
  readonly name = "MixedRouter";
  readonly #fast = new RegExpRouter<T>();
  readonly #general = new TrieRouter<T>();

  add(method: string, path: string, handler: T): void {
    try {
      this.#fast.add(method, path, handler);
    } catch (error) {
      if (!(error instanceof UnsupportedPathError)) throw error;
      this.#general.add(method, path, handler);
    }
  }

  match(method: string, path: string): Result<T> {
    const found = this.#fast.match(method, path);
    return found[0].length > 0 ? found : this.#general.match(method, path);
  }
}
