import { TrieRouter } from "hono/router/trie-router";

/** Answers for a path which methods it has, for `Allow`; none when there is no such path. GET brings HEAD with it. */
export function allowedMethods(
  routes: readonly { readonly method: string; readonly path: string }[],
): (path: string) => readonly string[] {
  const router = new TrieRouter<string>();
  for (const { method, path } of routes) {
    router.add("ALL", path, method);
    if (method === "GET") router.add("ALL", path, "HEAD");
  }
  return (path) => [...new Set(router.match("ALL", path)[0].map(([method]) => method))].sort();
}
