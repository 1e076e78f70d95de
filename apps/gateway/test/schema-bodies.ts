import fc from "fast-check";
import { z } from "zod";

type Json = z.core.JSONSchema.BaseSchema;

/** A Zod schema as JSON Schema, with everything written out where it is used. */
export function toJsonSchema(schema: z.ZodType, io: "input" | "output" = "output"): Json {
  return z.toJSONSchema(schema, { io, metadata: z.registry() });
}

/** Bodies that satisfy a schema. Throws for a kind of schema that no body of ours has yet. */
export function bodiesOf(schema: Json): fc.Arbitrary<unknown> {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return fc.oneof(...options.map(bodiesOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => bodiesOf({ ...schema, type })));
  return bodiesOfType(schema);
}

function bodiesOfType(schema: Json): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case "object":
      return objectsOf(schema);
    case "array":
      return fc.array(bodiesOf(schema.items as Json), { maxLength: 3 });
    case "integer":
    case "number":
      return integersOf(schema);
    case "string":
      return stringsOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case undefined:
    default:
      throw new Error(`no bodies for ${JSON.stringify(schema)}`);
  }
}

function objectsOf({ properties = {}, required = [] }: Json): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, field]) => [name, bodiesOf(field as Json)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required, noNullPrototype: true });
}

function integersOf({ minimum, exclusiveMinimum, maximum }: Json): fc.Arbitrary<number> {
  const lowest = minimum ?? (typeof exclusiveMinimum === "number" ? exclusiveMinimum + 1 : 0);
  return fc.integer({ min: Math.ceil(Math.max(lowest, -1_000_000)), max: Math.min(maximum ?? 1_000_000, 1_000_000) });
}

function stringsOf({ format, pattern, minLength = 0, maxLength = 40 }: Json): fc.Arbitrary<string> {
  if (format === "date-time") {
    const range = { min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true };
    return fc.date(range).map((date) => date.toISOString());
  }
  if (format === "uuid") return fc.uuid();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
}

const ODD_VALUES: readonly unknown[] = [
  null,
  undefined,
  "",
  "Moon",
  "suspended",
  "2025-01-01 00:00:00+00",
  "2025-01-01T00:00:00+01:00",
  1_778_061_600,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  [],
  {},
];

/** The value with one to three of its parts left out, replaced by something odd, or joined by a key that nobody knows. */
export function spoiled(bodies: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), odd: fc.constantFrom("drop", "add", ...ODD_VALUES) });
  return fc
    .tuple(bodies, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([body, changes]) => changes.reduce<unknown>((value, { at, odd }) => spoil(value, at, odd), body));
}

interface Place {
  readonly holder: object;
  readonly key: string;
}

function spoil(body: unknown, at: number, odd: unknown): unknown {
  const root = { body: structuredClone(body) };
  const places = placesIn(root);
  const { holder, key } = places[at % places.length] ?? { holder: root, key: "body" };
  if (odd === "drop") Reflect.deleteProperty(holder, key);
  else Reflect.set(holder, odd === "add" ? "unknownKey" : key, odd === "add" ? "unknown value" : odd);
  return root.body;
}

/** Every key of every object and array inside. */
function placesIn(holder: object): Place[] {
  return Object.entries(holder).flatMap(([key, value]: [string, unknown]) => [
    { holder, key },
    ...(typeof value === "object" && value !== null ? placesIn(value) : []),
  ]);
}
