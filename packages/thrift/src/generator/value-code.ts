import { typescriptName, wireName, type ValueType } from "./value-type.ts";

/** Statements that write `value`. `depth` keeps the names of nested loops apart. */
export function writeValue(type: ValueType, value: string, depth = 0): string[] {
  const element = `element${depth || ""}`;
  const key = `key${depth || ""}`;
  switch (type.kind) {
    case "base":
      return [`output.write${type.method}(${value});`];
    case "struct":
      return [`${type.name}Codec.write(output, ${value});`];
    case "list":
      return [
        `output.writeListBegin(${wireName(type.element)}, ${value}.length);`,
        `for (const ${element} of ${value}) {`,
        ...indent(writeValue(type.element, element, depth + 1)),
        "}",
        "output.writeContainerEnd();",
      ];
    case "set":
      return [
        `output.writeSetBegin(${wireName(type.element)}, ${value}.size);`,
        `for (const ${element} of ${value}) {`,
        ...indent(writeValue(type.element, element, depth + 1)),
        "}",
        "output.writeContainerEnd();",
      ];
    case "map":
      return [
        `output.writeMapBegin(${wireName(type.key)}, ${wireName(type.value)}, ${value}.size);`,
        `for (const [${key}, ${element}] of ${value}) {`,
        ...indent([...writeValue(type.key, key, depth + 1), ...writeValue(type.value, element, depth + 1)]),
        "}",
        "output.writeContainerEnd();",
      ];
  }
}

/** Statements that read a value and end with `assign(expression)`. */
export function readValue(type: ValueType, assign: (expression: string) => string, depth = 0): string[] {
  const suffix = depth || "";
  switch (type.kind) {
    case "base":
      return [assign(`input.read${type.method}()`)];
    case "struct":
      return [assign(`${type.name}Codec.read(input)`)];
    case "list":
    case "set": {
      const isList = type.kind === "list";
      const element = typescriptName(type.element);
      const add = (expression: string) => `elements${suffix}.${isList ? "push" : "add"}(${expression});`;
      return [
        `const elements${suffix}${isList ? `: (${element})[] = []` : ` = new Set<${element}>()`};`,
        `const size${suffix} = input.read${isList ? "List" : "Set"}Begin(${wireName(type.element)});`,
        `for (let index${suffix} = 0; index${suffix} < size${suffix}; index${suffix} += 1) {`,
        ...indent(readValue(type.element, add, depth + 1)),
        "}",
        "input.readContainerEnd();",
        assign(`elements${suffix}`),
      ];
    }
    case "map": {
      const types = `${typescriptName(type.key)}, ${typescriptName(type.value)}`;
      return [
        `const entries${suffix} = new Map<${types}>();`,
        `const size${suffix} = input.readMapBegin(${wireName(type.key)}, ${wireName(type.value)});`,
        `for (let index${suffix} = 0; index${suffix} < size${suffix}; index${suffix} += 1) {`,
        ...indent(readValue(type.key, (expression) => `const key${suffix} = ${expression};`, depth + 1)),
        ...indent(
          readValue(type.value, (expression) => `entries${suffix}.set(key${suffix}, ${expression});`, depth + 1),
        ),
        "}",
        "input.readContainerEnd();",
        assign(`entries${suffix}`),
      ];
    }
  }
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? line : `  ${line}`));
}

/** A documentation comment, or nothing. */
export function docComment(doc: string | undefined): string[] {
  const lines = doc?.trim().split("\n") ?? [];
  if (lines.length === 0 || lines[0] === "") return [];
  const [only] = lines;
  if (lines.length === 1) return [`/** ${only?.replaceAll("*/", "* /")} */`];
  return ["/**", ...lines.map((line) => ` * ${line.replaceAll("*/", "* /")}`.trimEnd()), " */"];
}
