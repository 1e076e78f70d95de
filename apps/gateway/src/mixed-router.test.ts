import fc from "fast-check";
import type { Result } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";
import { expect, test } from "vitest";
import { MixedRouter } from "./mixed-router.ts";
import { OPERATIONS } from "./operations.ts";

const PATHS = OPERATIONS.map(({ route }) => [route.method, route.path.replaceAll(/\{(\w+)\}/g, ":$1")] as const);
const WORDS = [...new Set(PATHS.flatMap(([, path]) => path.split("/")).filter((word) => !word.startsWith(":")))];

const mixed = new MixedRouter<string>();
const general = new TrieRouter<string>();
for (const [method, path] of PATHS) {
  mixed.add(method, path, path);
  general.add(method, path, path);
}

/** Who is asked, and with which values for its parameters. */
function firstOf([handlers, values]: Result<string>): unknown {
  const [first] = handlers;
  if (!first) return undefined;
  const [path, params] = first;
  const valued = Object.entries(params).map(([name, at]) => [name, values ? values[at as number] : at]);
  return { path, params: Object.fromEntries(valued) };
}

const segment = fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom("", "app-1", "a%2Fb", "ü", ":appId", "latest"));
/** Paths that are there, with any values, and ones that nearly are. */
const path = fc.oneof(
  fc.tuple(fc.constantFrom(...PATHS.map(([, known]) => known)), fc.array(segment)).map(([known, values]) => {
    const left = [...values];
    return known.replaceAll(/:\w+/g, () => left.pop() ?? "value");
  }),
  fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.join("/")}`),
);

test("every path leads where Hono's general router leads", () => {
  fc.assert(
    fc.property(fc.constantFrom("get", "post", "delete", "put"), path, (method, asked) => {
      expect(firstOf(mixed.match(method, asked))).toEqual(firstOf(general.match(method, asked)));
    }),
    { numRuns: 3_000 },
  );
});

test("every operation is found by its own path", () => {
  for (const [method, known] of PATHS) {
    const asked = known.replaceAll(/:(\w+)/g, "value-of-$1");
    expect(firstOf(mixed.match(method, asked))).toMatchObject({ path: known });
  }
});
