import type { Idl, IdlType, IdlTypeHolder } from "./idl.ts";
import { declaredName, moduleName, refuseDuplicates, variableName } from "./names.ts";
import { baseType, type ValueType } from "./value-type.ts";

/** One IDL file, with what it takes from others. */
export class Program {
  readonly idl: Idl;
  readonly #included: ReadonlyMap<string, Idl>;
  readonly #declared: ReadonlySet<string>;
  /** By file; all of them, so that no variable hides one that is mentioned later. */
  readonly #modules = new Map<string, string>();
  readonly #used = new Set<string>();

  /** `included` holds the files that are included, directly or not, by their names. */
  constructor(idl: Idl, included: ReadonlyMap<string, Idl>) {
    this.idl = idl;
    this.#included = included;
    const declared = declarations(idl);
    refuseDuplicates(`${idl.name}.thrift`, declared);
    this.#declared = new Set(declared);
    for (const file of included.keys()) {
      this.#modules.set(
        file,
        moduleName(file, (candidate) => this.#isMentioned(candidate)),
      );
    }
  }

  /** The modules that the code mentions: their files and their names in it. */
  get modules(): readonly (readonly [file: string, name: string])[] {
    return [...this.#modules].filter(([file]) => this.#used.has(file));
  }

  /** `home` is the file in which the type is written, if it is another. Throws an Error for a type that is not known. */
  type({ typeId, type }: IdlTypeHolder, home?: string): ValueType {
    const base = baseType(typeId);
    if (base) return base;
    switch (typeId) {
      case "struct":
      case "exception":
      case "union":
        return this.#struct(type?.class, home);
      case "list":
      case "set":
        return { kind: typeId, element: this.#inner(type?.elemTypeId, type?.elemType, home) };
      case "map":
        return {
          kind: "map",
          key: this.#inner(type?.keyTypeId, type?.keyType, home),
          value: this.#inner(type?.valueTypeId, type?.valueType, home),
        };
      default:
        throw new Error(`the IDL type ${typeId} is not supported`);
    }
  }

  /** The name in TypeScript of what this file (`Name`) or another (`file.Name`) declares. */
  reference(qualified: string): string {
    const { file, name } = split(qualified);
    return file === undefined ? declaredName(name) : `${this.#module(file)}.${declaredName(name)}`;
  }

  /** A name for a variable that hides nothing that the code mentions. */
  variable(name: string): string {
    return variableName(name, (candidate) => this.#isMentioned(candidate));
  }

  #inner(typeId: string | undefined, type: IdlType | undefined, home: string | undefined): ValueType {
    if (typeId === undefined) throw new Error("a container without the type of its elements");
    return this.type(type === undefined ? { typeId } : { typeId, type }, home);
  }

  #struct(written: string | undefined, home: string | undefined): ValueType {
    if (written === undefined) throw new Error("a type without a name");
    const qualified = home === undefined || written.includes(".") ? written : `${home}.${written}`;
    const { file, name } = split(qualified);
    const idl = file === undefined ? this.idl : this.#file(file);
    const definition = idl.structs.find((struct) => struct.name === name);
    if (!definition) throw new Error(`${idl.name}.thrift declares no struct ${name}`);
    return { kind: "struct", name: this.reference(qualified), definition, home: file };
  }

  #module(file: string): string {
    const module = this.#modules.get(file);
    if (module === undefined) throw this.#noFile(file);
    this.#used.add(file);
    return module;
  }

  #file(name: string): Idl {
    const idl = this.#included.get(name);
    if (!idl) throw this.#noFile(name);
    return idl;
  }

  #noFile(name: string): Error {
    return new Error(`${this.idl.name}.thrift mentions ${name}.thrift, whose JSON is not there`);
  }

  #isMentioned(name: string): boolean {
    return this.#declared.has(name) || [...this.#modules.values()].includes(name);
  }
}

function split(qualified: string): { readonly file: string | undefined; readonly name: string } {
  const dot = qualified.lastIndexOf(".");
  return dot < 0
    ? { file: undefined, name: qualified }
    : { file: qualified.slice(0, dot), name: qualified.slice(dot + 1) };
}

/** Every name of the module. */
function declarations({ enums, typedefs, structs, constants, services }: Idl): string[] {
  return [
    ...[...enums, ...typedefs, ...constants].map(({ name }) => declaredName(name)),
    ...structs.map(({ name }) => declaredName(name)).flatMap((name) => [name, `${name}Codec`, `create${name}`]),
    ...services.flatMap(({ name, functions }) => [
      ...["", "Handler", "Client"].map((suffix) => declaredName(name) + suffix),
      ...functions.map((method) => methodConstant(name, method.name)),
    ]),
  ];
}

/** The definition of one method, which is not exported. */
export function methodConstant(service: string, method: string): string {
  return `${declaredName(service)}_${method}`;
}
