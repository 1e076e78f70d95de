/** What `thrift --gen json` prints; only what the generator reads. */
export interface Idl {
  readonly name: string;
  readonly doc?: string;
  /** The names of files. */
  readonly includes?: readonly string[];
  readonly enums: readonly IdlEnum[];
  readonly typedefs: readonly IdlTypedef[];
  readonly structs: readonly IdlStruct[];
  readonly constants: readonly IdlConstant[];
  readonly services: readonly IdlService[];
}

export interface IdlEnum {
  readonly name: string;
  readonly doc?: string;
  readonly members: readonly {
    readonly name: string;
    readonly value: number;
    readonly doc?: string;
  }[];
}

export interface IdlTypedef extends IdlTypeHolder {
  readonly name: string;
  readonly doc?: string;
}

/** `typeId` names a base type, a container, or a kind whose details are in `type`. Typedefs are resolved. */
export interface IdlTypeHolder {
  readonly typeId: string;
  readonly type?: IdlType;
}

export interface IdlType {
  readonly typeId: string;
  /** `Name`, or `file.Name` for what another file declares. */
  readonly class?: string;
  readonly elemTypeId?: string;
  readonly elemType?: IdlType;
  readonly keyTypeId?: string;
  readonly keyType?: IdlType;
  readonly valueTypeId?: string;
  readonly valueType?: IdlType;
}

/** Whole numbers that a JavaScript number cannot hold are bigint; maps and structs are objects. */
export type IdlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly IdlValue[]
  | { readonly [key: string]: IdlValue };

export interface IdlConstant extends IdlTypeHolder {
  readonly name: string;
  readonly doc?: string;
  readonly value: IdlValue;
}

export interface IdlField extends IdlTypeHolder {
  readonly key: number;
  readonly name: string;
  readonly doc?: string;
  readonly required: "required" | "optional" | "req_out";
  readonly default?: IdlValue;
}

export interface IdlStruct {
  readonly name: string;
  readonly doc?: string;
  readonly isException: boolean;
  readonly isUnion: boolean;
  readonly fields: readonly IdlField[];
}

export interface IdlFunction {
  readonly name: string;
  readonly doc?: string;
  readonly oneway: boolean;
  readonly returnTypeId: string;
  readonly returnType?: IdlType;
  readonly arguments: readonly IdlField[];
  readonly exceptions: readonly IdlField[];
}

export interface IdlService {
  readonly name: string;
  readonly doc?: string;
  /** `Name`, or `file.Name` for a service of another file. */
  readonly extends?: string;
  readonly functions: readonly IdlFunction[];
}
