import type { z } from "zod";
import { toJsonSchema } from "./schema-bodies.ts";

/** What a body looks like, whoever wrote its schema. */
export interface BodyShape {
  readonly kind: "any" | "object" | "array" | "union" | "words" | "string" | "date" | "integer" | "number" | "boolean";
  readonly isNullable?: boolean;
  readonly fields?: ReadonlyMap<string, { readonly shape: BodyShape; readonly isRequired: boolean }>;
  readonly element?: BodyShape;
  readonly options?: readonly BodyShape[];
  /** A closed list. */
  readonly words?: ReadonlySet<string>;
}

/** The parts of a schema of Zod 3 that the SDK uses. */
interface Zod3 {
  readonly _def: {
    readonly typeName?: string;
    readonly innerType?: Zod3;
    readonly schema?: Zod3;
    readonly type?: Zod3;
    readonly left?: Zod3;
    readonly right?: Zod3;
    readonly options?: readonly Zod3[];
    readonly value?: unknown;
    readonly values?: object;
    readonly checks?: readonly { readonly kind: string }[];
    readonly getter?: () => Zod3;
    readonly shape?: () => Readonly<Record<string, Zod3>>;
  };
}

/** The shape of a schema of ours; `io` as in `z.toJSONSchema`. */
export function ourShape(schema: z.ZodType, io: "input" | "output"): BodyShape {
  return fromJsonSchema(toJsonSchema(schema, io));
}

function fromJsonSchema(schema: z.core.JSONSchema.BaseSchema): BodyShape {
  const types =
    schema.anyOf ??
    schema.oneOf ??
    (Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : undefined);
  if (types !== undefined) {
    const options = types.filter(({ type }) => type !== "null").map(fromJsonSchema);
    return { ...oneOf(options), isNullable: options.length < types.length };
  }
  const words = schema.const === undefined ? schema.enum : [schema.const];
  if (words !== undefined) return { kind: "words", words: new Set(words.map(String)) };
  switch (schema.type) {
    case "object": {
      const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
        if (typeof field === "boolean") throw new Error(`${name} has no type`);
        return [name, { shape: fromJsonSchema(field), isRequired: schema.required?.includes(name) ?? false }] as const;
      });
      return { kind: "object", fields: new Map(fields) };
    }
    case "array":
      if (typeof schema.items !== "object" || Array.isArray(schema.items)) throw new Error("an array of no type");
      return { kind: "array", element: fromJsonSchema(schema.items) };
    case "string":
      return { kind: schema.format === "date-time" ? "date" : "string" };
    case "integer":
    case "number":
    case "boolean":
      return { kind: schema.type };
    case "null":
    case undefined:
    default:
      throw new Error(`no shape for ${JSON.stringify(schema)}`);
  }
}

function oneOf(options: readonly BodyShape[]): BodyShape {
  const [first, ...others] = options;
  return first !== undefined && others.length === 0 ? first : { kind: "union", options };
}

/** The shape of a schema of the SDK. */
export function theirShape({ _def: def }: Zod3): BodyShape {
  const inner = def.innerType ?? def.schema ?? def.getter?.();
  switch (def.typeName) {
    case "ZodNullable":
      return { ...theirShape(given(inner)), isNullable: true };
    case "ZodOptional":
    case "ZodEffects":
    case "ZodLazy":
      return theirShape(given(inner));
    case "ZodObject": {
      const fields = Object.entries(def.shape?.() ?? {}).map(
        ([name, field]) =>
          [name, { shape: theirShape(field), isRequired: field._def.typeName !== "ZodOptional" }] as const,
      );
      return { kind: "object", fields: new Map(fields) };
    }
    case "ZodIntersection": {
      const parts = [def.left, def.right].flatMap((part) => [...(theirShape(given(part)).fields ?? [])]);
      return { kind: "object", fields: new Map(parts) };
    }
    case "ZodArray":
      return { kind: "array", element: theirShape(given(def.type)) };
    case "ZodLiteral":
      return { kind: "words", words: new Set([String(def.value)]) };
    case "ZodNativeEnum":
      return { kind: "words", words: new Set(Object.values(def.values ?? {}).map(String)) };
    case "ZodUnion":
      return union(given(def.options));
    case "ZodString":
      return { kind: has(def.checks, "datetime") ? "date" : "string" };
    case "ZodNumber":
      return { kind: has(def.checks, "int") ? "integer" : "number" };
    case "ZodBoolean":
      return { kind: "boolean" };
    case undefined:
    default:
      throw new Error(`no shape for ${String(def.typeName)}`);
  }
}

/** Literals and a transformed string are a list that the SDK keeps open for words to come. */
function union(options: readonly Zod3[]): BodyShape {
  const words = options
    .filter(({ _def: { typeName } }) => typeName === "ZodLiteral")
    .map(({ _def: { value } }) => String(value));
  const others = options.filter(({ _def: { typeName } }) => typeName !== "ZodLiteral");
  if (words.length > 0 && others.every(({ _def: { typeName } }) => typeName === "ZodEffects")) {
    return { kind: "words", words: new Set(words) };
  }
  return { kind: "union", options: options.map(theirShape) };
}

function has(checks: readonly { readonly kind: string }[] | undefined, kind: string): boolean {
  return checks?.some((check) => check.kind === kind) ?? false;
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a schema of the SDK lacks a part");
  return value;
}

/** All closed lists inside. */
export function listsIn({ fields, element, options, words }: BodyShape): readonly ReadonlySet<string>[] {
  const parts = [...(fields?.values() ?? [])].map(({ shape }) => shape);
  return [...(words ? [words] : []), ...[...parts, ...(element ? [element] : []), ...(options ?? [])].flatMap(listsIn)];
}

/** Why a body that `sent` describes might be refused where `wanted` is demanded; unknown keys count. One line each. */
export function misfits(sent: BodyShape, wanted: BodyShape, at = "body"): readonly string[] {
  if (sent.isNullable && !wanted.isNullable) return [`${at} may be null`];
  if (sent.options) return sent.options.flatMap((option) => misfits(option, wanted, at));
  if (wanted.options) {
    const tries = wanted.options.map((option) => misfits(sent, option, at));
    return tries.toSorted((one, other) => one.length - other.length)[0] ?? [];
  }
  if (sent.fields && wanted.fields) return misfittingFields(sent.fields, wanted.fields, at);
  if (sent.element && wanted.element) return misfits(sent.element, wanted.element, `${at}[]`);
  if (sent.words && wanted.words) {
    const words = [...sent.words].filter((word) => !wanted.words?.has(word));
    return words.map((word) => `${at} may be ${word}`);
  }
  return sent.kind === wanted.kind || MAY_STAND_FOR[wanted.kind]?.includes(sent.kind)
    ? []
    : [`${at} is ${sent.kind}, not ${wanted.kind}`];
}

const MAY_STAND_FOR: Partial<Record<BodyShape["kind"], readonly BodyShape["kind"][]>> = {
  string: ["words", "date"],
  number: ["integer"],
};

type Fields = NonNullable<BodyShape["fields"]>;

function misfittingFields(sent: Fields, wanted: Fields, at: string): readonly string[] {
  const unknown = [...sent.keys()].filter((name) => !wanted.has(name)).map((name) => `${at}.${name} is unknown`);
  const others = [...wanted].flatMap(([name, { shape, isRequired }]) => {
    const field = sent.get(name);
    return [
      ...(isRequired && !field?.isRequired ? [`${at}.${name} may be missing`] : []),
      ...(field ? misfits(field.shape, shape, `${at}.${name}`) : []),
    ];
  });
  return [...unknown, ...others];
}
