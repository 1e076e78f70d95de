import { constantCode, enumCode, typedefCode } from "./declaration-code.ts";
import { docComment } from "./doc-comment.ts";
import type { Idl } from "./idl.ts";
import { RUNTIME_TYPES, RUNTIME_VALUES } from "./names.ts";
import { Program } from "./program.ts";
import { serviceCode } from "./service-code.ts";
import { structCode } from "./struct-code.ts";

export interface GenerateOptions {
  /** What the generated file imports the runtime from. */
  readonly runtime?: string;
  /** The files that are included, directly or not, by their names. */
  readonly included?: ReadonlyMap<string, Idl>;
  /** How the generated file imports theirs: `.ts` or `.js`. */
  readonly extension?: string;
}

/**
 * TypeScript for one IDL file: interfaces, codecs, the handler's type, the service and its client. `idl` is the output of
 * Apache's `thrift --gen json`. Throws an Error that names what is not supported.
 */
export function generate(idl: Idl, options: GenerateOptions = {}): string {
  const { runtime = "@roombridge/thrift", included = new Map(), extension = ".ts" } = options;
  const program = new Program(idl, included);
  const body = [
    ...idl.typedefs.flatMap((typedef) => typedefCode(program, typedef)),
    ...idl.enums.flatMap(enumCode),
    ...idl.structs.flatMap((struct) => structCode(program, struct)),
    // Behind the structs: a constant may be an exception, which is a class.
    ...idl.constants.flatMap((constant) => constantCode(program, constant)),
    ...idl.services.flatMap((service) => serviceCode(program, service)),
  ].join("\n");
  const modules = program.modules.map(([file, name]) => `import * as ${name} from "./${file}${extension}";`);
  const head = [`// Generated from ${idl.name}.thrift by @roombridge/thrift. Do not edit.`, ...programDoc(idl)];
  return `${[...head, ...runtimeImport(runtime, body), ...modules, "", body.trimEnd()].join("\n")}\n`;
}

const COMMENTS_AND_STRINGS = /\/\*\*.*?\*\/|"(?:[^"\\]|\\.)*"/gs;

function runtimeImport(runtime: string, body: string): string[] {
  const code = body.replaceAll(COMMENTS_AND_STRINGS, "");
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
  const names = [...RUNTIME_VALUES.filter(uses), ...RUNTIME_TYPES.filter(uses).map((name) => `type ${name}`)];
  if (names.length === 0) return [];
  const sorted = names.toSorted((a, b) => a.replace("type ", "").localeCompare(b.replace("type ", "")));
  return [`import { ${sorted.join(", ")} } from "${runtime}";`];
}

/** The compiler takes the first comment of a file for the file's, although it may belong to the declaration behind it. */
function programDoc({ doc, enums, typedefs, structs, constants, services }: Idl): string[] {
  const declarations = [...enums, ...typedefs, ...structs, ...constants, ...services];
  return declarations.some((declaration) => declaration.doc === doc) ? [] : [...docComment(doc), ""];
}
