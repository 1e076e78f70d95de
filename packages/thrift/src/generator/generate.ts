import type { Idl } from "./idl.ts";
import { serviceCode } from "./service-code.ts";
import { enumCode, structCode, typedefNote } from "./struct-code.ts";

export interface GenerateOptions {
  /** What the generated file imports the runtime from. */
  readonly runtime?: string;
}

/**
 * TypeScript for one IDL file: interfaces, codecs, the handler's type, the service and its client. `idl` is the output of
 * Apache's `thrift --gen json`. Throws an Error that names what is not supported.
 */
export function generate(idl: Idl, { runtime = "@roombridge/thrift" }: GenerateOptions = {}): string {
  refuseUnsupported(idl);
  const body = [
    ...typedefNote(idl.typedefs),
    ...idl.enums.flatMap(enumCode),
    ...idl.structs.flatMap(structCode),
    ...idl.services.flatMap(serviceCode),
  ].join("\n");
  return `${header(idl, runtime, body)}\n${body.trimEnd()}\n`;
}

const RUNTIME_VALUES = ["missingField", "missingResult", "raise", "WireType"] as const;
const RUNTIME_TYPES = [
  "CallContext",
  "CallOptions",
  "ErasedMethod",
  "MethodDefinition",
  "ServiceDefinition",
  "StructCodec",
  "ThriftClient",
] as const;

function header(idl: Idl, runtime: string, body: string): string {
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(body);
  const names = [...RUNTIME_VALUES.filter(uses), ...RUNTIME_TYPES.filter(uses).map((name) => `type ${name}`)];
  const sorted = names.toSorted((a, b) => a.replace("type ", "").localeCompare(b.replace("type ", "")));
  return [
    `// Generated from ${idl.name}.thrift by @roombridge/thrift. Do not edit.`,
    `import { ${sorted.join(", ")} } from "${runtime}";`,
    "",
  ].join("\n");
}

/** Better no code than code that leaves something out. */
function refuseUnsupported({ includes, constants, structs, services }: Idl): void {
  const taken = new Set<string>([...RUNTIME_VALUES, ...RUNTIME_TYPES, "Error", "Map", "Promise", "Set", "Uint8Array"]);
  for (const { name } of [...structs, ...services]) {
    if (taken.has(name)) throw new Error(`${name}: the generated code needs this name itself`);
  }
  if (includes.length > 0) throw new Error("include is not supported");
  const [constant] = constants;
  if (constant) throw new Error(`const ${constant.name}: constants are not supported`);
}
