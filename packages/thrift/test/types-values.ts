import fc from "fast-check";
import type { Deep, Defaults, Shape, Tree, Wanted } from "./gen/types.ts";
import { Trouble } from "./gen/types.ts";
import type { Point } from "./gen/shared.ts";

const i8 = fc.integer({ min: -128, max: 127 });
const i16 = fc.integer({ min: -32_768, max: 32_767 });
const i32 = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: "binary", maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => new Uint8Array(array));
const point: fc.Arbitrary<Point> = fc.record({ x: i32, y: i32 });
const few = { maxLength: 3 };

const setOf = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, few).map((values) => new Set(values));
const mapOf = <Key, Value>(key: fc.Arbitrary<Key>, value: fc.Arbitrary<Value>) =>
  fc.array(fc.tuple(key, value), few).map((entries) => new Map(entries));
/** Sets of what JavaScript compares by identity; `key` tells by content. */
const distinctOf = <Value>(value: fc.Arbitrary<Value>, key: (value: Value) => string) =>
  fc.uniqueArray(value, { ...few, selector: key });
const entriesOf = <Key, Value>(of: fc.Arbitrary<Key>, key: (value: Key) => string, value: fc.Arbitrary<Value>) =>
  fc.uniqueArray(fc.tuple(of, value), { ...few, selector: ([own]) => key(own) });

const byContent = (value: unknown) => JSON.stringify(value);
const asSet = (value: ReadonlySet<string | number>) => [...value].map(String).toSorted().join("\u0000");

const { tree, shape } = fc.letrec<{ tree: Tree; shape: Shape; children: ReadonlyMap<string, Tree> }>((tie) => ({
  tree: fc.record(
    {
      value: i32,
      left: fc.option(tie("tree"), { maxDepth: 2, nil: undefined }),
      right: fc.option(tie("tree"), { maxDepth: 2, nil: undefined }),
      shape: fc.option(tie("shape"), { maxDepth: 2, nil: undefined }),
      named: fc.option(tie("children"), { maxDepth: 2, nil: undefined }),
    },
    { requiredKeys: ["value"] },
  ),
  children: mapOf(text, tie("tree")),
  shape: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant("label" as const), value: text }),
    fc.record({ kind: fc.constant("radius" as const), value: fc.double() }),
    fc.record({ kind: fc.constant("point" as const), value: point }),
    fc.record({ kind: fc.constant("ids" as const), value: setOf(i64) }),
    fc.record({ kind: fc.constant("level" as const), value: i32 }),
    fc.record({ kind: fc.constant("group" as const), value: fc.array(tie("shape"), few) }),
    fc.record({ kind: fc.constant("tree" as const), value: tie("tree") }),
  ),
}));

export const anyTree = tree;
export const anyShape = shape;

export const anyDefaults: fc.Arbitrary<Defaults> = fc.record({
  text,
  number: i32,
  large: i64,
  level: i32,
  segment: fc.record({ first: point, last: point }),
  list_: fc.array(text, few),
  levels: mapOf(i64, i32),
  tiny: setOf(i8),
  yes: fc.boolean(),
  real: fc.double(),
  bytes,
  shape,
  deep: mapOf(fc.boolean(), fc.array(mapOf(text, fc.double()), few)),
  plain: text,
});

export const anyDeep: fc.Arbitrary<Deep> = fc.record({
  points: distinctOf(point, byContent),
  names: entriesOf(point, byContent, text),
  blobs: distinctOf(bytes, String),
  sizes: entriesOf(bytes, String, i32),
  rows: distinctOf(fc.array(i32, few), byContent),
  groups: entriesOf(setOf(text), asSet, mapOf(i32, shape)),
  nested: fc.array(distinctOf(setOf(i32), asSet), few),
  large: setOf(i64),
  ratios: mapOf(fc.double(), fc.boolean()),
  flags: setOf(fc.boolean()),
});

export const anyWanted: fc.Arbitrary<Wanted> = fc.record(
  { required_: point, optional_: point, plain: point, numbers: fc.array(i32, few), negative: i16, last: i8 },
  { requiredKeys: ["required_", "plain", "numbers", "negative"] },
);

const fields = { reason: text, details: fc.array(text, few) };
export const anyTrouble: fc.Arbitrary<Trouble> = fc
  .record({ ...fields, cause_: fc.record(fields).map((inner) => new Trouble(inner)) }, { requiredKeys: ["details"] })
  .map((all) => new Trouble(all));
