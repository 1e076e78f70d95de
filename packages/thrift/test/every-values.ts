import fc from "fast-check";
import type { All, Inner } from "./every.ts";

const i8 = fc.integer({ min: -128, max: 127 });
const i16 = fc.integer({ min: -32_768, max: 32_767 });
const i32 = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: "binary", maxLength: 20 });
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => new Uint8Array(array));

function innerOf(depth: number): fc.Arbitrary<Inner> {
  const own = { number: i32, names: fc.array(text, { maxLength: 3 }) };
  const children = {
    children: fc.array(
      fc.constant(0).chain(() => innerOf(depth - 1)),
      { maxLength: 2 },
    ),
  };
  return fc.record(depth > 0 ? { ...own, ...children } : own, { requiredKeys: ["number"] });
}

const inner = innerOf(3);

function setOf<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<ReadonlySet<Value>> {
  return fc.array(value, { maxLength: 4 }).map((values) => new Set(values));
}

function mapOf<Key, Value>(key: fc.Arbitrary<Key>, value: fc.Arbitrary<Value>): fc.Arbitrary<ReadonlyMap<Key, Value>> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((entries) => new Map(entries));
}

/** Any value of the struct that has a field of each type. */
export const anyAll: fc.Arbitrary<All> = fc.record(
  {
    flag: fc.boolean(),
    tiny: i8,
    small: i16,
    medium: i32,
    large: i64,
    real: fc.double(),
    text,
    bytes,
    color: i32,
    inners: fc.array(inner, { maxLength: 3 }),
    ids: setOf(i32),
    times: mapOf(text, fc.array(i64, { maxLength: 3 })),
    ratios: mapOf(i8, fc.double()),
    nested: fc.array(mapOf(text, setOf(fc.boolean())), { maxLength: 3 }),
    inner,
    extra: bytes,
  },
  {
    requiredKeys: [
      "flag",
      "tiny",
      "small",
      "medium",
      "large",
      "real",
      "text",
      "bytes",
      "color",
      "inners",
      "ids",
      "times",
      "ratios",
      "nested",
    ],
  },
);

export const SAMPLE: All = {
  flag: true,
  tiny: -5,
  small: 300,
  medium: -70_000,
  large: 2n ** 40n,
  real: 1.5,
  text: "räum ☃ 🎲",
  bytes: Uint8Array.of(0, 255, 7),
  color: 2,
  inners: [{ number: 1 }, { number: 2, names: ["a", ""], children: [{ number: 3 }] }],
  ids: new Set([1, -1]),
  times: new Map([["t", [1n, -2n]]]),
  ratios: new Map([[3, 0.25]]),
  nested: [new Map([["n", new Set([true, false])]])],
  inner: { number: 9 },
};
