import { docComment } from "./doc-comment.ts";
import type { IdlService } from "./idl.ts";
import { methodCode } from "./method-code.ts";
import { parameters, resultName, toMethod, type Argument, type Method } from "./method.ts";
import { declaredName, refuseDuplicates } from "./names.ts";
import type { Program } from "./program.ts";
import { indent } from "./value-code.ts";
import { typescriptName } from "./value-type.ts";

interface Service {
  readonly name: string;
  readonly wireName: string;
  readonly doc: string | undefined;
  /** The name of the service that it extends, in TypeScript. */
  readonly parent: string | undefined;
  readonly methods: readonly Method[];
}

/** The handler's type, the service and its client. */
export function serviceCode(program: Program, definition: IdlService): string[] {
  const { name: wireName, doc, functions } = definition;
  const methods = functions.map((method) => toMethod(program, wireName, method));
  refuseDuplicates(
    wireName,
    methods.map(({ own }) => own),
  );
  const parent = definition.extends === undefined ? undefined : program.reference(definition.extends);
  const service = { name: declaredName(wireName), wireName, doc, parent, methods };
  return [
    ...handlerCode(service),
    ...methods.flatMap((method) => methodCode(program, `${service.name}Handler`, method)),
    ...definitionCode(service),
    ...clientCode(service),
  ];
}

/** Properties, not methods: the parameters of methods may be narrower than they should. */
function handlerCode({ name, doc, parent, methods }: Service): string[] {
  const signatures = methods.flatMap((method) => [
    ...method.comment,
    `readonly ${method.own}: (${[...parameters(method.args), "call: CallContext"].join(", ")}) => ${resultName(method)} | Promise<${resultName(method)}>;`,
  ]);
  const heritage = parent === undefined ? "" : ` extends ${parent}Handler`;
  return [...docComment(doc), `export interface ${name}Handler${heritage} {`, ...indent(signatures), "}", ""];
}

function definitionCode({ name, wireName, doc, parent, methods }: Service): string[] {
  return [
    ...docComment(doc),
    `export const ${name}: ServiceDefinition<${name}Handler> = {`,
    ...indent([
      `name: "${wireName}",`,
      `methods: new Map<string, ErasedMethod<${name}Handler>>([`,
      ...indent([
        ...(parent === undefined ? [] : [`...${parent}.methods,`]),
        ...methods.map((method) => `["${method.name}", ${method.constant}],`),
      ]),
      "]),",
    ]),
    "};",
    "",
  ];
}

function clientCode({ name, doc, parent, methods }: Service): string[] {
  const calls = methods.flatMap((method) => [
    "",
    ...method.comment,
    `${method.own}(${[...method.args.map(clientParameter), "options?: CallOptions"].join(", ")}): Promise<${resultName(method)}> {`,
    `  return this.#client.call("${method.name}", ${method.constant}, [${method.args.map((arg) => arg.variable).join(", ")}], options);`,
    "}",
  ]);
  const heritage = parent === undefined ? "" : ` extends ${parent}Client`;
  return [
    ...docComment(doc),
    `export class ${name}Client${heritage} {`,
    ...indent([
      "readonly #client: ThriftClient;",
      "",
      "constructor(client: ThriftClient) {",
      ...(parent === undefined ? [] : ["  super(client);"]),
      "  this.#client = client;",
      "}",
      ...calls,
    ]),
    "}",
    "",
  ];
}

/** An argument with a default may be left out. */
function clientParameter({ variable, type, initial }: Argument): string {
  return `${variable}: ${typescriptName(type)}${initial === undefined ? "" : ` = ${initial}`}`;
}
