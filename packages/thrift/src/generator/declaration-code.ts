import { docComment } from "./doc-comment.ts";
import type { IdlConstant, IdlEnum, IdlTypedef } from "./idl.ts";
import { literal } from "./literal.ts";
import { declaredName, propertyName, refuseDuplicates } from "./names.ts";
import type { Program } from "./program.ts";
import { indent } from "./value-code.ts";
import { typescriptName } from "./value-type.ts";

export function enumCode({ name, doc, members }: IdlEnum): string[] {
  const names = members.map((member) => propertyName(member.name));
  refuseDuplicates(name, names);
  return [
    ...docComment(doc),
    `export const ${declaredName(name)} = {`,
    ...indent(members.flatMap((member, index) => [...docComment(member.doc), `${names[index]}: ${member.value},`])),
    "} as const;",
    "",
    "/** Open: a peer with a newer IDL may send other numbers. */",
    `export type ${declaredName(name)} = number;`,
    "",
  ];
}

/** For the reader and for hand-written code: fields name the type itself, as the compiler's JSON does. */
export function typedefCode(program: Program, typedef: IdlTypedef): string[] {
  const type = typescriptName(program.type(typedef));
  return [...docComment(typedef.doc), `export type ${declaredName(typedef.name)} = ${type};`, ""];
}

export function constantCode(program: Program, constant: IdlConstant): string[] {
  const type = program.type(constant);
  const value = literal({ program, what: `const ${constant.name}` }, type, constant.value);
  const isPlain = type.kind === "base" && type.idl !== "binary";
  const annotation = isPlain ? "" : `: ${typescriptName(type)}`;
  return [...docComment(constant.doc), `export const ${declaredName(constant.name)}${annotation} = ${value};`, ""];
}
