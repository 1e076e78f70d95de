import type { IdlField, IdlFunction, IdlService } from "./idl.ts";
import { local, readFields, writeStruct } from "./struct-code.ts";
import { docComment, indent, writeValue } from "./value-code.ts";
import { toValueType, typescriptName, wireName, type ValueType } from "./value-type.ts";

interface Argument {
  readonly id: number;
  readonly name: string;
  readonly variable: string;
  readonly type: ValueType;
}

interface Method {
  readonly name: string;
  readonly doc: string | undefined;
  readonly isOneway: boolean;
  readonly args: readonly Argument[];
  /** Undefined: void. */
  readonly result: ValueType | undefined;
  readonly exceptions: readonly { readonly id: number; readonly name: string }[];
}

export function serviceCode(service: IdlService): string[] {
  if (service.extends !== undefined) throw new Error(`service ${service.name}: inheritance is not supported`);
  const methods = service.functions.map(toMethod);
  return [
    ...handlerCode(service, methods),
    ...methods.flatMap((method) => methodCode(service.name, method)),
    ...definitionCode(service, methods),
    ...clientCode(service, methods),
  ];
}

function toMethod(definition: IdlFunction): Method {
  const { name, doc, oneway, returnTypeId, returnType, exceptions } = definition;
  if (name === "constructor") throw new Error("a method called constructor is not supported");
  const args = definition.arguments.map((field) => toArgument(name, field));
  return {
    name,
    doc,
    isOneway: oneway,
    args,
    result:
      returnTypeId === "void"
        ? undefined
        : toValueType(returnType ? { typeId: returnTypeId, type: returnType } : { typeId: returnTypeId }),
    exceptions: exceptions.map((field) => {
      const type = toValueType(field);
      if (type.kind !== "struct") throw new Error(`${name} declares an exception that is none`);
      return { id: field.key, name: type.name };
    }),
  };
}

/** Variables of the generated code; an argument of such a name gets an underscore. */
const OWN_NAMES =
  /^(?:call|context|error|field|handler|input|options|output|result|(?:element|entries|index|key|size)\d*|elements\d*)$/;

function toArgument(method: string, field: IdlField): Argument {
  if (field.default !== undefined) throw new Error(`${method}.${field.name}: default values are not supported`);
  const variable = OWN_NAMES.test(field.name) ? `${field.name}_` : field.name;
  return { id: field.key, name: field.name, variable, type: toValueType(field) };
}

const parameters = (args: readonly Argument[]) =>
  args.map(({ variable, type }) => `${variable}: ${typescriptName(type)}`);
const resultName = ({ result }: Method) => (result ? typescriptName(result) : "void");

function handlerCode({ name, doc }: IdlService, methods: readonly Method[]): string[] {
  const signatures = methods.flatMap((method) => [
    ...docComment(method.doc),
    `${method.name}(${[...parameters(method.args), "call: CallContext"].join(", ")}): ${resultName(method)} | Promise<${resultName(method)}>;`,
  ]);
  return [...docComment(doc), `export interface ${name}Handler {`, ...indent(signatures), "}", ""];
}

function methodCode(service: string, method: Method): string[] {
  const tuple = `[${parameters(method.args).join(", ")}]`;
  const names = method.args.map(({ variable }) => variable);
  return [
    `const ${constant(service, method)}: MethodDefinition<${service}Handler, ${tuple}, ${resultName(method)}> = {`,
    ...indent([
      `isOneway: ${method.isOneway},`,
      `writeArgs(output${names.length > 0 ? `, [${names.join(", ")}]` : ""}) {`,
      ...indent(writeStruct(method.args.flatMap(writeArgument))),
      "},",
      "readArgs(input) {",
      ...indent([
        ...readFields(method.args),
        `return [${method.args.map((arg) => `${local(arg.name)} ?? raise(missingField("${method.name}", "${arg.name}"))`).join(", ")}];`,
      ]),
      "},",
      `call: (handler, ${names.length > 0 ? `[${names.join(", ")}]` : "_"}, context) => handler.${method.name}(${[...names, "context"].join(", ")}),`,
      ...writeResult(method),
      ...writeException(method),
      ...readResult(method),
    ]),
    "};",
    "",
  ];
}

function writeArgument({ id, variable, type }: Argument): string[] {
  return [`output.writeField(${wireName(type)}, ${id});`, ...writeValue(type, variable)];
}

function writeResult({ result }: Method): string[] {
  if (!result) return ["writeResult(output) {", ...indent(writeStruct([])), "},"];
  return [
    "writeResult(output, result) {",
    ...indent(writeStruct([`output.writeField(${wireName(result)}, 0);`, ...writeValue(result, "result")])),
    "},",
  ];
}

function writeException({ exceptions }: Method): string[] {
  if (exceptions.length === 0) return ["writeException: () => false,"];
  const cases = exceptions.flatMap(({ id, name }) => [
    `if (error instanceof ${name}) {`,
    ...indent([
      ...writeStruct([`output.writeField(WireType.STRUCT, ${id});`, `${name}Codec.write(output, error);`]),
      "return true;",
    ]),
    "}",
  ]);
  return ["writeException(output, error) {", ...indent([...cases, "return false;"]), "},"];
}

function readResult({ name, result, exceptions }: Method): string[] {
  const fields: Parameters<typeof readFields>[0] = [
    ...(result ? [{ id: 0, name: "success", type: result }] : []),
    ...exceptions.map((exception) => ({
      id: exception.id,
      name: `exception${exception.id}_`,
      type: { kind: "struct", name: exception.name } as const,
    })),
  ];
  const failures = exceptions.map(({ id }) => `if (exception${id}_Value !== undefined) throw exception${id}_Value;`);
  const success = result ? [`return successValue ?? raise(missingResult("${name}"));`] : [];
  return ["readResult(input) {", ...indent([...readFields(fields), ...failures, ...success]), "},"];
}

function definitionCode({ name, doc }: IdlService, methods: readonly Method[]): string[] {
  return [
    ...docComment(doc),
    `export const ${name}: ServiceDefinition<${name}Handler> = {`,
    ...indent([
      `name: "${name}",`,
      `methods: new Map<string, ErasedMethod<${name}Handler>>([`,
      ...indent(methods.map((method) => `["${method.name}", ${constant(name, method)}],`)),
      "]),",
    ]),
    "};",
    "",
  ];
}

function clientCode({ name, doc }: IdlService, methods: readonly Method[]): string[] {
  const calls = methods.flatMap((method) => [
    ...docComment(method.doc),
    `${method.name}(${[...parameters(method.args), "options?: CallOptions"].join(", ")}): Promise<${resultName(method)}> {`,
    `  return this.#client.call("${method.name}", ${constant(name, method)}, [${method.args.map((arg) => arg.variable).join(", ")}], options);`,
    "}",
    "",
  ]);
  return [
    ...docComment(doc),
    `export class ${name}Client {`,
    ...indent([
      "readonly #client: ThriftClient;",
      "",
      "constructor(client: ThriftClient) {",
      "  this.#client = client;",
      "}",
      "",
      ...calls.slice(0, -1),
    ]),
    "}",
    "",
  ];
}

function constant(service: string, { name }: Method): string {
  return `${service}_${name}`;
}
