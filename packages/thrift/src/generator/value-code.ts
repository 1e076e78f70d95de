import {
  codecName,
  entryName,
  isComparable,
  typescriptName,
  wireName,
  type MapType,
  type ValueType,
} from "./value-type.ts";

/** Statements that write `value`. `depth` keeps the names of nested loops apart. */
export function writeValue(type: ValueType, value: string, depth = 0): string[] {
  const element = `element${depth || ""}`;
  const key = `key${depth || ""}`;
  switch (type.kind) {
    case "base":
      return [`output.write${type.method}(${value});`];
    case "struct":
      return [`${codecName(type)}.write(output, ${value});`];
    case "list":
    case "set": {
      const isSet = type.kind === "set";
      const size = isSet && isComparable(type.element) ? "setSize" : "listSize";
      return [
        `output.write${isSet ? "Set" : "List"}Begin(${wireName(type.element)}, ${size}(${value}));`,
        `for (const ${element} of ${value}) {`,
        ...indent(writeValue(type.element, element, depth + 1)),
        "}",
        "output.writeContainerEnd();",
        ...(isSet && !isComparable(type.element) ? [`checkDistinct(${value});`] : []),
      ];
    }
    case "map":
      return [
        `output.writeMapBegin(${wireName(type.key)}, ${wireName(type.value)}, ${isComparable(type.key) ? "mapSize" : "listSize"}(${value}));`,
        `for (const [${key}, ${element}] of ${value}) {`,
        ...indent([...writeValue(type.key, key, depth + 1), ...writeValue(type.value, element, depth + 1)]),
        "}",
        "output.writeContainerEnd();",
        ...(isComparable(type.key) ? [] : [`checkDistinctKeys(${value});`]),
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
      return [assign(`${codecName(type)}.read(input)`)];
    case "list":
    case "set": {
      const isSet = type.kind === "set";
      const isJavaScriptSet = isSet && isComparable(type.element);
      const element = typescriptName(type.element);
      const add = (expression: string) => `elements${suffix}.${isJavaScriptSet ? "add" : "push"}(${expression});`;
      return [
        `const elements${suffix}${isJavaScriptSet ? ` = new Set<${element}>()` : `: (${element})[] = []`};`,
        `const size${suffix} = input.read${isSet ? "Set" : "List"}Begin(${wireName(type.element)});`,
        ...repeat(suffix, readValue(type.element, add, depth + 1)),
        assign(isSet && !isJavaScriptSet ? `distinct(elements${suffix})` : `elements${suffix}`),
      ];
    }
    case "map":
      return readMap(type, assign, depth);
  }
}

function readMap(type: MapType, assign: (expression: string) => string, depth: number): string[] {
  const suffix = depth || "";
  const isJavaScriptMap = isComparable(type.key);
  const types = `${typescriptName(type.key)}, ${typescriptName(type.value)}`;
  const add = (expression: string) =>
    isJavaScriptMap
      ? `entries${suffix}.set(key${suffix}, ${expression});`
      : `entries${suffix}.push([key${suffix}, ${expression}]);`;
  return [
    `const entries${suffix}${isJavaScriptMap ? ` = new Map<${types}>()` : `: (${entryName(type)})[] = []`};`,
    `const size${suffix} = input.readMapBegin(${wireName(type.key)}, ${wireName(type.value)});`,
    ...repeat(suffix, [
      ...readValue(type.key, (expression) => `const key${suffix} = ${expression};`, depth + 1),
      // The variables of a key that is a container live in the same block.
      ...readValue(type.value, add, depth + 1 + nesting(type.key)),
    ]),
    assign(isJavaScriptMap ? `entries${suffix}` : `distinctEntries(entries${suffix})`),
  ];
}

function nesting(type: ValueType): number {
  if (type.kind === "base" || type.kind === "struct") return 0;
  return 1 + (type.kind === "map" ? Math.max(nesting(type.key), nesting(type.value)) : nesting(type.element));
}

/** Reads as many elements as there are, and the end of the container. */
function repeat(suffix: number | "", body: readonly string[]): string[] {
  return [
    `for (let index${suffix} = 0; index${suffix} < size${suffix}; index${suffix} += 1) {`,
    ...indent(body),
    "}",
    "input.readContainerEnd();",
  ];
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? line : `  ${line}`));
}
