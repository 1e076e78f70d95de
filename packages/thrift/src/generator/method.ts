import { docComment } from "./doc-comment.ts";
import { fieldsOf } from "./fields.ts";
import type { IdlFunction, IdlStruct } from "./idl.ts";
import { literal } from "./literal.ts";
import { propertyName, refuseDuplicates } from "./names.ts";
import { methodConstant, type Program } from "./program.ts";
import { localName } from "./read-fields.ts";
import { typescriptName, type StructType, type ValueType } from "./value-type.ts";

export interface Argument {
  readonly id: number;
  readonly name: string;
  readonly variable: string;
  readonly local: string;
  readonly doc: string | undefined;
  readonly type: ValueType;
  /** The expression of its default. */
  readonly initial: string | undefined;
}

export interface Method {
  /** On the wire. */
  readonly name: string;
  /** In TypeScript. */
  readonly own: string;
  /** The name of its definition. */
  readonly constant: string;
  readonly comment: readonly string[];
  readonly isOneway: boolean;
  readonly args: readonly Argument[];
  /** Undefined: void. */
  readonly result: ValueType | undefined;
  readonly exceptions: readonly { readonly id: number; readonly type: StructType }[];
}

export function toMethod(program: Program, service: string, definition: IdlFunction): Method {
  const { name, oneway, returnTypeId, returnType } = definition;
  const args = toArguments(program, definition);
  const exceptions = definition.exceptions.map((field) => {
    const type = program.type(field);
    if (type.kind !== "struct") throw new Error(`${service}.${name} declares an exception that is none`);
    return { id: field.key, type };
  });
  const result = returnType ? { typeId: returnTypeId, type: returnType } : { typeId: returnTypeId };
  return {
    name,
    own: propertyName(name),
    constant: methodConstant(service, name),
    comment: methodComment(definition, args, exceptions),
    isOneway: oneway,
    args,
    result: returnTypeId === "void" ? undefined : program.type(result),
    exceptions,
  };
}

function toArguments(program: Program, { name: method, arguments: fields }: IdlFunction): Argument[] {
  const definition: IdlStruct = { name: method, isException: false, isUnion: false, fields };
  const args = fieldsOf(program, { definition, home: undefined }).map(({ id, name, doc, type, default: initial }) => ({
    id,
    name,
    variable: program.variable(name),
    local: localName(program, name),
    doc,
    type,
    initial: initial === undefined ? undefined : literal({ program, what: `${method}.${name}` }, type, initial),
  }));
  refuseDuplicates(
    method,
    args.map(({ variable }) => variable),
  );
  return args;
}

function methodComment(
  { doc, exceptions: thrown }: IdlFunction,
  args: readonly Argument[],
  exceptions: Method["exceptions"],
): string[] {
  const inLine = (text: string | undefined) => text?.trim().replaceAll(/\s+/g, " ") ?? "";
  const lines = [
    ...args.filter((arg) => arg.doc !== undefined).map((arg) => `@param ${arg.variable} ${inLine(arg.doc)}`),
    ...exceptions.map(({ type }, index) => `@throws {${type.name}} ${inLine(thrown[index]?.doc)}`.trimEnd()),
  ];
  return docComment([...(doc === undefined ? [] : [doc.trim()]), ...lines].join("\n"));
}

export function resultName({ result }: Method): string {
  return result ? typescriptName(result) : "void";
}

export function parameters(args: readonly Argument[]): string[] {
  return args.map(({ variable, type }) => `${variable}: ${typescriptName(type)}`);
}
