import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as components from "@hathora/cloud-sdk-typescript/models/components/index.js";
import * as operations from "@hathora/cloud-sdk-typescript/models/operations/index.js";
import { startCountingUnrecognized } from "@hathora/cloud-sdk-typescript/types/unrecognized.js";
import type * as zod from "zod/v3";

/** One operation of the published SDK, read from its generated code. */
export interface SdkOperation {
  readonly operationId: string;
  /** Such as `roomsV2`. */
  readonly namespace: string;
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
  readonly query: readonly string[];
  /** It sends no token. */
  readonly isPublic: boolean;
  /** What the SDK sends, for `sdkSchema`; none without a body. */
  readonly request: string | undefined;
  /** What it reads, for `sdkSchema`; none without a body. */
  readonly success: { readonly status: number; readonly schema: string | undefined };
  /** The statuses that it turns into its `ApiError`. */
  readonly errors: readonly number[];
}

const require = createRequire(import.meta.url);
const SDK = "@hathora/cloud-sdk-typescript";
const folder = join(dirname(require.resolve(SDK)), "funcs");

/** As the SDK loads it: CommonJS, whose classes are others than those of an import. */
const { z }: typeof zod = require("zod/v3");

/** All operations of `@hathora/cloud-sdk-typescript`. */
export const SDK_OPERATIONS: readonly SdkOperation[] = readdirSync(folder)
  .filter((file) => file.endsWith(".js"))
  .map((file) => readOperation(file, onOneLine(readFileSync(join(folder, file), "utf8"))));

/** Every closed list of words that the SDK names. */
export const SDK_LISTS: readonly ReadonlySet<string>[] = Object.values(components)
  .filter(isEnum)
  .map((words) => new Set(Object.values(words)));

export function sdkOperation(operationId: string): SdkOperation | undefined {
  return SDK_OPERATIONS.find((operation) => operation.operationId === operationId);
}

/**
 * What the SDK would refuse in a body. Words outside its lists count too: it lets them pass today, older ones throw. The
 * options of a union are tried one by one, because the SDK counts words in those that do not fit, too.
 */
export function sdkRefusal(schema: zod.ZodTypeAny, body: unknown): string | undefined {
  if (schema instanceof z.ZodUnion) {
    const refusals = schema.options.map((option: zod.ZodTypeAny) => sdkRefusal(option, body));
    return refusals.includes(undefined) ? undefined : refusals.join("; ");
  }
  const unrecognized = startCountingUnrecognized();
  const parsed = schema.safeParse(body);
  const count = unrecognized.end();
  if (!parsed.success) return parsed.error.message;
  return count === 0 ? undefined : `${count} words outside the lists`;
}

function onOneLine(source: string): string {
  return source.replaceAll(/\s+(?=\.)/g, "").replaceAll(/\s+/g, " ");
}

function readOperation(file: string, source: string): SdkOperation {
  const only = (pattern: RegExp) => {
    const found = pattern.exec(source)?.[1];
    if (found === undefined) throw new Error(`${file} has no ${pattern}`);
    return found;
  };
  const body = /encodeJSON\)\("body", payload(?:\.(\w+))?/.exec(source);
  return {
    operationId: only(/operationID: "(\w+)"/),
    namespace: only(/ exports\.([a-z]+V\d)/),
    method: only(/method: "([A-Z]+)"/),
    path: only(/pathToFunc\)\("([^"]+)"\)/),
    isPublic: source.includes("resolvedSecurity: null"),
    query: [...(/encodeFormQuery\)\(\{([^}]*)\}/.exec(source)?.[1] ?? "").matchAll(/"(\w+)":/g)].map(
      ([, name]) => name ?? "",
    ),
    request: body?.[1] === undefined ? undefined : `components.${body[1].replaceAll("_", "")}$outboundSchema`,
    success: readSuccess(only(/M\.match\((.*?)\)\(response, req/)),
    errors: [...source.matchAll(/M\.jsonErr\((\[[^\]]*\]|\d+)/g)].flatMap(([, list]) =>
      [...(list ?? "").matchAll(/\d+/g)].map(Number),
    ),
  };
}

/** `M.json(201, components.X$inboundSchema), M.jsonErr(…` or `M.nil(204, z.void()), …`. */
function readSuccess(matchers: string): SdkOperation["success"] {
  const [, kind, status, schema] =
    /^M\.(\w+)\((\d+), (.*?)(?:, \{[^}]*\})?\), M\.(?:jsonErr|fail)/.exec(matchers) ?? [];
  return { status: Number(status), schema: kind === "json" ? schema : undefined };
}

/** The schema that stands in the SDK's code as `components.X$inboundSchema`, `z.array(…)` of one, or `z.string()`. */
export function sdkSchema(expression: string): zod.ZodTypeAny {
  const element = /^z\.array\((.*)\)$/.exec(expression)?.[1];
  if (element !== undefined) return z.array(sdkSchema(element));
  if (expression === "z.string()") return z.string();
  const [module = "", name = ""] = expression.split(".");
  const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { components, operations };
  const found = modules[module]?.[name];
  if (found instanceof z.ZodType) return found;
  if (expression === "z.boolean()") return z.boolean();
  throw new Error(`the SDK has no schema ${expression}`);
}

function isEnum(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof z.ZodType) &&
    Object.values(value).length > 0 &&
    Object.values(value).every((word) => typeof word === "string")
  );
}
