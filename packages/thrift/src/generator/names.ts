/** Values of the runtime that generated code imports. */
export const RUNTIME_VALUES = [
  "checkDistinct",
  "checkDistinctKeys",
  "checkStruct",
  "checkUnion",
  "distinct",
  "distinctEntries",
  "listSize",
  "mapSize",
  "missingField",
  "missingResult",
  "raise",
  "setSize",
  "unknownUnionField",
  "WireType",
] as const;

export const RUNTIME_TYPES = [
  "CallContext",
  "CallOptions",
  "ErasedMethod",
  "MethodDefinition",
  "ServiceDefinition",
  "StructCodec",
  "ThriftClient",
] as const;

const words = (text: string) => text.trim().split(/\s+/);

/** No name of a variable. */
const RESERVED = new Set([
  ...RUNTIME_VALUES,
  ...RUNTIME_TYPES,
  ...words(`
    arguments await break case catch class const continue debugger default delete do else enum eval export extends false
    finally for function if implements import in instanceof interface let new null package private protected public return
    static super switch this throw true try typeof undefined var void while with yield`),
  ...words("Error Map Promise ReadonlyMap ReadonlySet Set Uint8Array"),
]);

/** No name of a type either; globals, because a module that imported such a type would lose its own. */
const NO_TYPE = new Set(
  words(`
    any as asserts async bigint boolean constructor declare from get global infer intrinsic is keyof module namespace never
    number object of out override readonly require satisfies set string symbol type unique unknown using
    AbortController AbortSignal AggregateError Array ArrayBuffer Atomics Awaited BigInt BigInt64Array BigUint64Array Blob
    Boolean Buffer DataView Date EvalError Event EventTarget Exclude Extract File Float32Array Float64Array Function
    Infinity Int16Array Int32Array Int8Array Intl Iterable Iterator JSON Math NaN NoInfer NonNullable Number Object Omit
    Parameters Partial Pick PromiseLike Proxy RangeError Readonly ReadonlyArray Record ReferenceError Reflect RegExp Request
    Required Response ReturnType SharedArrayBuffer String Symbol SyntaxError TextDecoder TextEncoder TypeError URIError URL
    Uint16Array Uint32Array Uint8ClampedArray WeakMap WeakRef WeakSet console crypto document fetch globalThis isFinite isNaN
    parseFloat parseInt performance process queueMicrotask self structuredClone window`),
);

/** Every object has them already, so that an absent field or method of such a name would seem to be there. */
const OF_EVERY_OBJECT = new Set(
  words(`
    __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor hasOwnProperty isPrototypeOf
    propertyIsEnumerable toLocaleString toString valueOf`),
);
const OF_EVERY_ERROR = new Set(["cause", "name", "stack"]);

const unless = (isTaken: boolean, name: string) => (isTaken ? `${name}_` : name);

/** Of a struct, enum, typedef, constant or service; the same wherever it is mentioned, so that files find each other's. */
export function declaredName(name: string): string {
  return unless(RESERVED.has(name) || NO_TYPE.has(name), name);
}

export function propertyName(name: string): string {
  return unless(OF_EVERY_OBJECT.has(name), name);
}

/** `message` is for the caller to judge: it may be the error's own. */
export function exceptionPropertyName(name: string): string {
  return unless(OF_EVERY_OBJECT.has(name) || OF_EVERY_ERROR.has(name), name);
}

/** Variables of the generated functions. */
const OWN_VARIABLES =
  /^(?:call|context|error|field|handler|input|options|output|result|(?:element|entries|index|key|size)\d*|elements\d*)$/;

/** A parameter or variable that neither is a word of the language nor hides what the code around it mentions. */
export function variableName(name: string, isMentioned: (name: string) => boolean): string {
  let variable = name;
  while (RESERVED.has(variable) || OWN_VARIABLES.test(variable) || isMentioned(variable)) variable += "_";
  return variable;
}

/** What an included file is called; no variable may hide it. */
export function moduleName(file: string, isMentioned: (name: string) => boolean): string {
  const name = file.replaceAll(/\W/g, "_").replace(/^\d/, "_$&");
  return variableName(name, (candidate) => isMentioned(candidate) || candidate === "value" || candidate === "fields");
}

/** Throws an Error when a name occurs twice after all renaming. */
export function refuseDuplicates(of: string, names: readonly string[]): void {
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) throw new Error(`${of}: two things need the name ${duplicate} in TypeScript`);
}
