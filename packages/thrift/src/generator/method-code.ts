import { parameters, resultName, type Argument, type Method } from "./method.ts";
import type { Program } from "./program.ts";
import { localName, readFields } from "./read-fields.ts";
import { indent, writeValue } from "./value-code.ts";
import { codecName, wireName } from "./value-type.ts";

/** How the arguments, the result and the exceptions of a method go over the wire. */
export function methodCode(program: Program, handler: string, method: Method): string[] {
  const { args, constant, isOneway, own } = method;
  return [
    `const ${constant}: MethodDefinition<${handler}, [${parameters(args).join(", ")}], ${resultName(method)}> = {`,
    ...indent([
      `isOneway: ${isOneway},`,
      ...writeArgs(args),
      "readArgs(input) {",
      ...indent([...readFields(args), `return [${args.map((arg) => readArgument(method, arg)).join(", ")}];`]),
      "},",
      `call: (handler, ${args.length > 0 ? "args" : "_"}, context) => handler.${own}(${[...args.map((_, index) => `args[${index}]`), "context"].join(", ")}),`,
      ...writeResult(method),
      ...writeException(method),
      ...readResult(program, method),
    ]),
    "};",
    "",
  ];
}

function struct(fields: readonly string[]): string[] {
  return indent(["output.writeStructBegin();", ...fields, "output.writeStop();"]);
}

function writeArgs(args: readonly Argument[]): string[] {
  const fields = args.flatMap(({ id, type, variable }) => [
    `output.writeField(${wireName(type)}, ${id});`,
    ...writeValue(type, variable),
  ]);
  const tuple = args.length > 0 ? `, [${args.map(({ variable }) => variable).join(", ")}]` : "";
  return [`writeArgs(output${tuple}) {`, ...struct(fields), "},"];
}

/** An argument without a default must be there, whatever its type: a handler is not called with zeroes instead. */
function readArgument({ name }: Method, { name: argument, local, initial }: Argument): string {
  return `${local} ?? ${initial ?? `raise(missingField("${name}", "${argument}"))`}`;
}

function writeResult({ result }: Method): string[] {
  if (!result) return ["writeResult(output) {", ...struct([]), "},"];
  const field = [`output.writeField(${wireName(result)}, 0);`, ...writeValue(result, "result")];
  return ["writeResult(output, result) {", ...struct(field), "},"];
}

function writeException({ exceptions }: Method): string[] {
  if (exceptions.length === 0) return ["writeException: () => false,"];
  const cases = exceptions.flatMap(({ id, type }) => [
    `if (error instanceof ${type.name}) {`,
    ...struct([`output.writeField(WireType.STRUCT, ${id});`, `${codecName(type)}.write(output, error);`]),
    "  return true;",
    "}",
  ]);
  return ["writeException(output, error) {", ...indent([...cases, "return false;"]), "},"];
}

function readResult(program: Program, { name, result, exceptions }: Method): string[] {
  const failures = exceptions.map(({ id, type }) => ({ id, type, local: localName(program, `exception${id}_`) }));
  const success = localName(program, "success");
  const statements = [
    ...readFields([...(result ? [{ id: 0, type: result, local: success }] : []), ...failures]),
    ...failures.map(({ local }) => `if (${local} !== undefined) throw ${local};`),
    ...(result ? [`return ${success} ?? raise(missingResult("${name}"));`] : []),
  ];
  return ["readResult(input) {", ...indent(statements), "},"];
}
