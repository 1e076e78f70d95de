import { docComment } from "./doc-comment.ts";
import { isText } from "./fields.ts";
import { property, type StructField } from "./struct-field.ts";
import { indent } from "./value-code.ts";
import { typescriptName } from "./value-type.ts";

/**
 * A class, so that it can be thrown with a stack and told apart. Its message is the field of that name, else its first
 * text, else the name of the class.
 */
export function exceptionCode(name: string, doc: string | undefined, fields: readonly StructField[]): string[] {
  const own = fields.filter((field) => field.property !== "message");
  const texts = fields.filter((field) => isText(field.type));
  const message = texts.find((field) => field.property === "message") ?? texts[0];
  return [
    ...docComment(doc),
    `export class ${name} extends Error {`,
    ...indent([
      `override readonly name = "${name}";`,
      ...own.flatMap(property),
      "",
      ...(fields.length > 0 ? [`constructor(${parameter(fields)}) {`] : ["constructor() {"]),
      ...indent([
        `super(${message ? `${initialised(message)}${mayLack(message) ? ` ?? "${name}"` : ""}` : `"${name}"`});`,
        ...own.map((field) => `this.${field.property} = ${initialised(field)};`),
      ]),
      "}",
    ]),
    "}",
    "",
  ];
}

const mayLack = ({ requiredness, initial }: StructField) => requiredness === "optional" && initial === undefined;
const mayBeLeftOut = ({ requiredness, initial }: StructField) => requiredness === "optional" || initial !== undefined;

function initialised({ property: own, initial }: StructField): string {
  return initial === undefined ? `fields.${own}` : `fields.${own} ?? ${initial}`;
}

function parameter(fields: readonly StructField[]): string {
  const types = fields.map((field) => {
    const type = typescriptName(field.type);
    return mayBeLeftOut(field)
      ? `readonly ${field.property}?: ${type} | undefined`
      : `readonly ${field.property}: ${type}`;
  });
  return `fields: { ${types.join("; ")} }${fields.every(mayBeLeftOut) ? " = {}" : ""}`;
}
