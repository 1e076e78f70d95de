// Generated from every.thrift by @roombridge/thrift. Do not edit.
import {
  type CallContext,
  type CallOptions,
  checkStruct,
  type ErasedMethod,
  listSize,
  mapSize,
  type MethodDefinition,
  missingField,
  missingResult,
  raise,
  type ServiceDefinition,
  setSize,
  type StructCodec,
  type ThriftClient,
  WireType,
} from "../src/index.ts";

export type Instant = bigint;

/** Shades */
export const Color = {
  RED: 1,
  BLUE: 2,
} as const;

/** Open: a peer with a newer IDL may send other numbers. */
export type Color = number;

export interface Inner {
  readonly number: number;
  readonly names?: readonly string[] | undefined;
  readonly children?: readonly Inner[] | undefined;
}

export const InnerCodec: StructCodec<Inner> = {
  write(output, value) {
    checkStruct("Inner", value);
    output.writeStructBegin();
    if (value.number === undefined) throw missingField("Inner", "number");
    output.writeField(WireType.I32, 1);
    output.writeI32(value.number);
    if (value.names !== undefined) {
      output.writeField(WireType.LIST, 2);
      output.writeListBegin(WireType.STRING, listSize(value.names));
      for (const element of value.names) {
        output.writeString(element);
      }
      output.writeContainerEnd();
    }
    if (value.children !== undefined) {
      output.writeField(WireType.LIST, 3);
      output.writeListBegin(WireType.STRUCT, listSize(value.children));
      for (const element of value.children) {
        InnerCodec.write(output, element);
      }
      output.writeContainerEnd();
    }
    output.writeStop();
  },
  read(input) {
    let numberValue: number | undefined;
    let namesValue: readonly string[] | undefined;
    let childrenValue: readonly Inner[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        numberValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.LIST) {
        const elements: string[] = [];
        const size = input.readListBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readString());
        }
        input.readContainerEnd();
        namesValue = elements;
      } else if (input.fieldId === 3 && field === WireType.LIST) {
        const elements: Inner[] = [];
        const size = input.readListBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(InnerCodec.read(input));
        }
        input.readContainerEnd();
        childrenValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      number: numberValue ?? raise(missingField("Inner", "number")),
      ...(namesValue === undefined ? {} : { names: namesValue }),
      ...(childrenValue === undefined ? {} : { children: childrenValue }),
    };
  },
};

/** One field of each type. */
export interface All {
  readonly flag: boolean;
  readonly tiny: number;
  readonly small: number;
  readonly medium: number;
  readonly large: bigint;
  readonly real: number;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly color: number;
  readonly inners: readonly Inner[];
  readonly ids: ReadonlySet<number>;
  readonly times: ReadonlyMap<string, readonly bigint[]>;
  readonly ratios: ReadonlyMap<number, number>;
  readonly nested: readonly ReadonlyMap<string, ReadonlySet<boolean>>[];
  readonly inner?: Inner | undefined;
  readonly extra?: Uint8Array | undefined;
}

export const AllCodec: StructCodec<All> = {
  write(output, value) {
    checkStruct("All", value);
    output.writeStructBegin();
    if (value.flag === undefined) throw missingField("All", "flag");
    output.writeField(WireType.BOOL, 1);
    output.writeBool(value.flag);
    if (value.tiny === undefined) throw missingField("All", "tiny");
    output.writeField(WireType.I8, 2);
    output.writeI8(value.tiny);
    if (value.small === undefined) throw missingField("All", "small");
    output.writeField(WireType.I16, 3);
    output.writeI16(value.small);
    if (value.medium === undefined) throw missingField("All", "medium");
    output.writeField(WireType.I32, 4);
    output.writeI32(value.medium);
    if (value.large === undefined) throw missingField("All", "large");
    output.writeField(WireType.I64, 5);
    output.writeI64(value.large);
    if (value.real === undefined) throw missingField("All", "real");
    output.writeField(WireType.DOUBLE, 6);
    output.writeDouble(value.real);
    if (value.text === undefined) throw missingField("All", "text");
    output.writeField(WireType.STRING, 7);
    output.writeString(value.text);
    if (value.bytes === undefined) throw missingField("All", "bytes");
    output.writeField(WireType.STRING, 8);
    output.writeBinary(value.bytes);
    if (value.color === undefined) throw missingField("All", "color");
    output.writeField(WireType.I32, 9);
    output.writeI32(value.color);
    if (value.inners === undefined) throw missingField("All", "inners");
    output.writeField(WireType.LIST, 10);
    output.writeListBegin(WireType.STRUCT, listSize(value.inners));
    for (const element of value.inners) {
      InnerCodec.write(output, element);
    }
    output.writeContainerEnd();
    if (value.ids === undefined) throw missingField("All", "ids");
    output.writeField(WireType.SET, 11);
    output.writeSetBegin(WireType.I32, setSize(value.ids));
    for (const element of value.ids) {
      output.writeI32(element);
    }
    output.writeContainerEnd();
    if (value.times === undefined) throw missingField("All", "times");
    output.writeField(WireType.MAP, 12);
    output.writeMapBegin(WireType.STRING, WireType.LIST, mapSize(value.times));
    for (const [key, element] of value.times) {
      output.writeString(key);
      output.writeListBegin(WireType.I64, listSize(element));
      for (const element1 of element) {
        output.writeI64(element1);
      }
      output.writeContainerEnd();
    }
    output.writeContainerEnd();
    if (value.ratios === undefined) throw missingField("All", "ratios");
    output.writeField(WireType.MAP, 13);
    output.writeMapBegin(WireType.I8, WireType.DOUBLE, mapSize(value.ratios));
    for (const [key, element] of value.ratios) {
      output.writeI8(key);
      output.writeDouble(element);
    }
    output.writeContainerEnd();
    if (value.nested === undefined) throw missingField("All", "nested");
    output.writeField(WireType.LIST, 14);
    output.writeListBegin(WireType.MAP, listSize(value.nested));
    for (const element of value.nested) {
      output.writeMapBegin(WireType.STRING, WireType.SET, mapSize(element));
      for (const [key1, element1] of element) {
        output.writeString(key1);
        output.writeSetBegin(WireType.BOOL, setSize(element1));
        for (const element2 of element1) {
          output.writeBool(element2);
        }
        output.writeContainerEnd();
      }
      output.writeContainerEnd();
    }
    output.writeContainerEnd();
    if (value.inner !== undefined) {
      output.writeField(WireType.STRUCT, 15);
      InnerCodec.write(output, value.inner);
    }
    if (value.extra !== undefined) {
      output.writeField(WireType.STRING, 16);
      output.writeBinary(value.extra);
    }
    output.writeStop();
  },
  read(input) {
    let flagValue: boolean | undefined;
    let tinyValue: number | undefined;
    let smallValue: number | undefined;
    let mediumValue: number | undefined;
    let largeValue: bigint | undefined;
    let realValue: number | undefined;
    let textValue: string | undefined;
    let bytesValue: Uint8Array | undefined;
    let colorValue: number | undefined;
    let innersValue: readonly Inner[] | undefined;
    let idsValue: ReadonlySet<number> | undefined;
    let timesValue: ReadonlyMap<string, readonly bigint[]> | undefined;
    let ratiosValue: ReadonlyMap<number, number> | undefined;
    let nestedValue: readonly ReadonlyMap<string, ReadonlySet<boolean>>[] | undefined;
    let innerValue: Inner | undefined;
    let extraValue: Uint8Array | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.BOOL) {
        flagValue = input.readBool();
      } else if (input.fieldId === 2 && field === WireType.I8) {
        tinyValue = input.readI8();
      } else if (input.fieldId === 3 && field === WireType.I16) {
        smallValue = input.readI16();
      } else if (input.fieldId === 4 && field === WireType.I32) {
        mediumValue = input.readI32();
      } else if (input.fieldId === 5 && field === WireType.I64) {
        largeValue = input.readI64();
      } else if (input.fieldId === 6 && field === WireType.DOUBLE) {
        realValue = input.readDouble();
      } else if (input.fieldId === 7 && field === WireType.STRING) {
        textValue = input.readString();
      } else if (input.fieldId === 8 && field === WireType.STRING) {
        bytesValue = input.readBinary();
      } else if (input.fieldId === 9 && field === WireType.I32) {
        colorValue = input.readI32();
      } else if (input.fieldId === 10 && field === WireType.LIST) {
        const elements: Inner[] = [];
        const size = input.readListBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(InnerCodec.read(input));
        }
        input.readContainerEnd();
        innersValue = elements;
      } else if (input.fieldId === 11 && field === WireType.SET) {
        const elements = new Set<number>();
        const size = input.readSetBegin(WireType.I32);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readI32());
        }
        input.readContainerEnd();
        idsValue = elements;
      } else if (input.fieldId === 12 && field === WireType.MAP) {
        const entries = new Map<string, readonly bigint[]>();
        const size = input.readMapBegin(WireType.STRING, WireType.LIST);
        for (let index = 0; index < size; index += 1) {
          const key = input.readString();
          const elements1: bigint[] = [];
          const size1 = input.readListBegin(WireType.I64);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            elements1.push(input.readI64());
          }
          input.readContainerEnd();
          entries.set(key, elements1);
        }
        input.readContainerEnd();
        timesValue = entries;
      } else if (input.fieldId === 13 && field === WireType.MAP) {
        const entries = new Map<number, number>();
        const size = input.readMapBegin(WireType.I8, WireType.DOUBLE);
        for (let index = 0; index < size; index += 1) {
          const key = input.readI8();
          entries.set(key, input.readDouble());
        }
        input.readContainerEnd();
        ratiosValue = entries;
      } else if (input.fieldId === 14 && field === WireType.LIST) {
        const elements: ReadonlyMap<string, ReadonlySet<boolean>>[] = [];
        const size = input.readListBegin(WireType.MAP);
        for (let index = 0; index < size; index += 1) {
          const entries1 = new Map<string, ReadonlySet<boolean>>();
          const size1 = input.readMapBegin(WireType.STRING, WireType.SET);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            const key1 = input.readString();
            const elements2 = new Set<boolean>();
            const size2 = input.readSetBegin(WireType.BOOL);
            for (let index2 = 0; index2 < size2; index2 += 1) {
              elements2.add(input.readBool());
            }
            input.readContainerEnd();
            entries1.set(key1, elements2);
          }
          input.readContainerEnd();
          elements.push(entries1);
        }
        input.readContainerEnd();
        nestedValue = elements;
      } else if (input.fieldId === 15 && field === WireType.STRUCT) {
        innerValue = InnerCodec.read(input);
      } else if (input.fieldId === 16 && field === WireType.STRING) {
        extraValue = input.readBinary();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      flag: flagValue ?? false,
      tiny: tinyValue ?? 0,
      small: smallValue ?? 0,
      medium: mediumValue ?? 0,
      large: largeValue ?? 0n,
      real: realValue ?? 0,
      text: textValue ?? "",
      bytes: bytesValue ?? new Uint8Array(),
      color: colorValue ?? 0,
      inners: innersValue ?? [],
      ids: idsValue ?? new Set(),
      times: timesValue ?? new Map(),
      ratios: ratiosValue ?? new Map(),
      nested: nestedValue ?? [],
      ...(innerValue === undefined ? {} : { inner: innerValue }),
      ...(extraValue === undefined ? {} : { extra: extraValue }),
    };
  },
};

/** Its second field is the message of the error. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  readonly retry_after?: number | undefined;

  constructor(fields: { readonly code: string; readonly message: string; readonly retry_after?: number | undefined }) {
    super(fields.message);
    this.code = fields.code;
    this.retry_after = fields.retry_after;
  }
}

export const RefusedCodec: StructCodec<Refused> = {
  write(output, value) {
    checkStruct("Refused", value);
    output.writeStructBegin();
    if (value.code === undefined) throw missingField("Refused", "code");
    output.writeField(WireType.STRING, 1);
    output.writeString(value.code);
    if (value.message === undefined) throw missingField("Refused", "message");
    output.writeField(WireType.STRING, 2);
    output.writeString(value.message);
    if (value.retry_after !== undefined) {
      output.writeField(WireType.I32, 3);
      output.writeI32(value.retry_after);
    }
    output.writeStop();
  },
  read(input) {
    let codeValue: string | undefined;
    let messageValue: string | undefined;
    let retry_afterValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        codeValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.STRING) {
        messageValue = input.readString();
      } else if (input.fieldId === 3 && field === WireType.I32) {
        retry_afterValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return new Refused({
      code: codeValue ?? "",
      message: messageValue ?? "",
      ...(retry_afterValue === undefined ? {} : { retry_after: retry_afterValue }),
    });
  },
};

export class Gone extends Error {
  override readonly name = "Gone";
  readonly reason: string;

  constructor(fields: { readonly reason: string }) {
    super(fields.reason);
    this.reason = fields.reason;
  }
}

export const GoneCodec: StructCodec<Gone> = {
  write(output, value) {
    checkStruct("Gone", value);
    output.writeStructBegin();
    if (value.reason === undefined) throw missingField("Gone", "reason");
    output.writeField(WireType.STRING, 1);
    output.writeString(value.reason);
    output.writeStop();
  },
  read(input) {
    let reasonValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        reasonValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return new Gone({ reason: reasonValue ?? "" });
  },
};

export interface EveryHandler {
  readonly echo: (value: All, call: CallContext) => All | Promise<All>;
  readonly text: (text: string, call: CallContext) => string | Promise<string>;
  /**
   * @throws {Refused}
   * @throws {Gone}
   */
  readonly find: (number: number, call: CallContext) => Inner | Promise<Inner>;
  /** @throws {Gone} */
  readonly nothing: (call: CallContext) => void | Promise<void>;
  readonly add: (a: bigint, b: bigint, call: CallContext) => bigint | Promise<bigint>;
  readonly reverse: (bytes: Uint8Array, call: CallContext) => Uint8Array | Promise<Uint8Array>;
  readonly index: (
    element_: readonly Inner[],
    key_: ReadonlySet<string>,
    call: CallContext,
  ) => ReadonlyMap<string, Inner> | Promise<ReadonlyMap<string, Inner>>;
  /** Argument names that the generated code uses itself. */
  readonly names: (
    output_: string,
    input_: string,
    call_: string,
    options_: string,
    result_: string,
    call: CallContext,
  ) => readonly string[] | Promise<readonly string[]>;
  readonly fire: (what: string, call: CallContext) => void | Promise<void>;
}

const Every_echo: MethodDefinition<EveryHandler, [value: All], All> = {
  isOneway: false,
  writeArgs(output, [value]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    AllCodec.write(output, value);
    output.writeStop();
  },
  readArgs(input) {
    let valueValue: All | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        valueValue = AllCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [valueValue ?? raise(missingField("echo", "value"))];
  },
  call: (handler, args, context) => handler.echo(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    AllCodec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: All | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = AllCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("echo"));
  },
};

const Every_text: MethodDefinition<EveryHandler, [text: string], string> = {
  isOneway: false,
  writeArgs(output, [text]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(text);
    output.writeStop();
  },
  readArgs(input) {
    let textValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        textValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [textValue ?? raise(missingField("text", "text"))];
  },
  call: (handler, args, context) => handler.text(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 0);
    output.writeString(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRING) {
        successValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("text"));
  },
};

const Every_find: MethodDefinition<EveryHandler, [number: number], Inner> = {
  isOneway: false,
  writeArgs(output, [number]) {
    output.writeStructBegin();
    output.writeField(WireType.I32, 1);
    output.writeI32(number);
    output.writeStop();
  },
  readArgs(input) {
    let numberValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        numberValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [numberValue ?? raise(missingField("find", "number"))];
  },
  call: (handler, args, context) => handler.find(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    InnerCodec.write(output, result);
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof Refused) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 1);
      RefusedCodec.write(output, error);
      output.writeStop();
      return true;
    }
    if (error instanceof Gone) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 2);
      GoneCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let successValue: Inner | undefined;
    let exception1_Value: Refused | undefined;
    let exception2_Value: Gone | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = InnerCodec.read(input);
      } else if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = RefusedCodec.read(input);
      } else if (input.fieldId === 2 && field === WireType.STRUCT) {
        exception2_Value = GoneCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
    if (exception2_Value !== undefined) throw exception2_Value;
    return successValue ?? raise(missingResult("find"));
  },
};

const Every_nothing: MethodDefinition<EveryHandler, [], void> = {
  isOneway: false,
  writeArgs(output) {
    output.writeStructBegin();
    output.writeStop();
  },
  readArgs(input) {
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      input.skip(field);
    }
    input.readStructEnd();
    return [];
  },
  call: (handler, _, context) => handler.nothing(context),
  writeResult(output) {
    output.writeStructBegin();
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof Gone) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 1);
      GoneCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let exception1_Value: Gone | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = GoneCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
  },
};

const Every_add: MethodDefinition<EveryHandler, [a: bigint, b: bigint], bigint> = {
  isOneway: false,
  writeArgs(output, [a, b]) {
    output.writeStructBegin();
    output.writeField(WireType.I64, 1);
    output.writeI64(a);
    output.writeField(WireType.I64, 2);
    output.writeI64(b);
    output.writeStop();
  },
  readArgs(input) {
    let aValue: bigint | undefined;
    let bValue: bigint | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I64) {
        aValue = input.readI64();
      } else if (input.fieldId === 2 && field === WireType.I64) {
        bValue = input.readI64();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [aValue ?? raise(missingField("add", "a")), bValue ?? raise(missingField("add", "b"))];
  },
  call: (handler, args, context) => handler.add(args[0], args[1], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.I64, 0);
    output.writeI64(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: bigint | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.I64) {
        successValue = input.readI64();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("add"));
  },
};

const Every_reverse: MethodDefinition<EveryHandler, [bytes: Uint8Array], Uint8Array> = {
  isOneway: false,
  writeArgs(output, [bytes]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeBinary(bytes);
    output.writeStop();
  },
  readArgs(input) {
    let bytesValue: Uint8Array | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        bytesValue = input.readBinary();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [bytesValue ?? raise(missingField("reverse", "bytes"))];
  },
  call: (handler, args, context) => handler.reverse(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 0);
    output.writeBinary(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: Uint8Array | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRING) {
        successValue = input.readBinary();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("reverse"));
  },
};

const Every_index: MethodDefinition<
  EveryHandler,
  [element_: readonly Inner[], key_: ReadonlySet<string>],
  ReadonlyMap<string, Inner>
> = {
  isOneway: false,
  writeArgs(output, [element_, key_]) {
    output.writeStructBegin();
    output.writeField(WireType.LIST, 1);
    output.writeListBegin(WireType.STRUCT, listSize(element_));
    for (const element of element_) {
      InnerCodec.write(output, element);
    }
    output.writeContainerEnd();
    output.writeField(WireType.SET, 2);
    output.writeSetBegin(WireType.STRING, setSize(key_));
    for (const element of key_) {
      output.writeString(element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  readArgs(input) {
    let elementValue: readonly Inner[] | undefined;
    let keyValue: ReadonlySet<string> | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.LIST) {
        const elements: Inner[] = [];
        const size = input.readListBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(InnerCodec.read(input));
        }
        input.readContainerEnd();
        elementValue = elements;
      } else if (input.fieldId === 2 && field === WireType.SET) {
        const elements = new Set<string>();
        const size = input.readSetBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readString());
        }
        input.readContainerEnd();
        keyValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [elementValue ?? raise(missingField("index", "element")), keyValue ?? raise(missingField("index", "key"))];
  },
  call: (handler, args, context) => handler.index(args[0], args[1], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.MAP, 0);
    output.writeMapBegin(WireType.STRING, WireType.STRUCT, mapSize(result));
    for (const [key, element] of result) {
      output.writeString(key);
      InnerCodec.write(output, element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: ReadonlyMap<string, Inner> | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.MAP) {
        const entries = new Map<string, Inner>();
        const size = input.readMapBegin(WireType.STRING, WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          const key = input.readString();
          entries.set(key, InnerCodec.read(input));
        }
        input.readContainerEnd();
        successValue = entries;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("index"));
  },
};

const Every_names: MethodDefinition<
  EveryHandler,
  [output_: string, input_: string, call_: string, options_: string, result_: string],
  readonly string[]
> = {
  isOneway: false,
  writeArgs(output, [output_, input_, call_, options_, result_]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(output_);
    output.writeField(WireType.STRING, 2);
    output.writeString(input_);
    output.writeField(WireType.STRING, 3);
    output.writeString(call_);
    output.writeField(WireType.STRING, 4);
    output.writeString(options_);
    output.writeField(WireType.STRING, 5);
    output.writeString(result_);
    output.writeStop();
  },
  readArgs(input) {
    let outputValue: string | undefined;
    let inputValue: string | undefined;
    let callValue: string | undefined;
    let optionsValue: string | undefined;
    let resultValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        outputValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.STRING) {
        inputValue = input.readString();
      } else if (input.fieldId === 3 && field === WireType.STRING) {
        callValue = input.readString();
      } else if (input.fieldId === 4 && field === WireType.STRING) {
        optionsValue = input.readString();
      } else if (input.fieldId === 5 && field === WireType.STRING) {
        resultValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [
      outputValue ?? raise(missingField("names", "output")),
      inputValue ?? raise(missingField("names", "input")),
      callValue ?? raise(missingField("names", "call")),
      optionsValue ?? raise(missingField("names", "options")),
      resultValue ?? raise(missingField("names", "result")),
    ];
  },
  call: (handler, args, context) => handler.names(args[0], args[1], args[2], args[3], args[4], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.LIST, 0);
    output.writeListBegin(WireType.STRING, listSize(result));
    for (const element of result) {
      output.writeString(element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: readonly string[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.LIST) {
        const elements: string[] = [];
        const size = input.readListBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readString());
        }
        input.readContainerEnd();
        successValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("names"));
  },
};

const Every_fire: MethodDefinition<EveryHandler, [what: string], void> = {
  isOneway: true,
  writeArgs(output, [what]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(what);
    output.writeStop();
  },
  readArgs(input) {
    let whatValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        whatValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [whatValue ?? raise(missingField("fire", "what"))];
  },
  call: (handler, args, context) => handler.fire(args[0], context),
  writeResult(output) {
    output.writeStructBegin();
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      input.skip(field);
    }
    input.readStructEnd();
  },
};

export const Every: ServiceDefinition<EveryHandler> = {
  name: "Every",
  methods: new Map<string, ErasedMethod<EveryHandler>>([
    ["echo", Every_echo],
    ["text", Every_text],
    ["find", Every_find],
    ["nothing", Every_nothing],
    ["add", Every_add],
    ["reverse", Every_reverse],
    ["index", Every_index],
    ["names", Every_names],
    ["fire", Every_fire],
  ]),
};

export class EveryClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  echo(value: All, options?: CallOptions): Promise<All> {
    return this.#client.call("echo", Every_echo, [value], options);
  }

  text(text: string, options?: CallOptions): Promise<string> {
    return this.#client.call("text", Every_text, [text], options);
  }

  /**
   * @throws {Refused}
   * @throws {Gone}
   */
  find(number: number, options?: CallOptions): Promise<Inner> {
    return this.#client.call("find", Every_find, [number], options);
  }

  /** @throws {Gone} */
  nothing(options?: CallOptions): Promise<void> {
    return this.#client.call("nothing", Every_nothing, [], options);
  }

  add(a: bigint, b: bigint, options?: CallOptions): Promise<bigint> {
    return this.#client.call("add", Every_add, [a, b], options);
  }

  reverse(bytes: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    return this.#client.call("reverse", Every_reverse, [bytes], options);
  }

  index(
    element_: readonly Inner[],
    key_: ReadonlySet<string>,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Inner>> {
    return this.#client.call("index", Every_index, [element_, key_], options);
  }

  /** Argument names that the generated code uses itself. */
  names(
    output_: string,
    input_: string,
    call_: string,
    options_: string,
    result_: string,
    options?: CallOptions,
  ): Promise<readonly string[]> {
    return this.#client.call("names", Every_names, [output_, input_, call_, options_, result_], options);
  }

  fire(what: string, options?: CallOptions): Promise<void> {
    return this.#client.call("fire", Every_fire, [what], options);
  }
}

export interface OtherHandler {
  readonly text: (text: string, call: CallContext) => string | Promise<string>;
  readonly one: (call: CallContext) => number | Promise<number>;
}

const Other_text: MethodDefinition<OtherHandler, [text: string], string> = {
  isOneway: false,
  writeArgs(output, [text]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(text);
    output.writeStop();
  },
  readArgs(input) {
    let textValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        textValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [textValue ?? raise(missingField("text", "text"))];
  },
  call: (handler, args, context) => handler.text(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 0);
    output.writeString(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRING) {
        successValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("text"));
  },
};

const Other_one: MethodDefinition<OtherHandler, [], number> = {
  isOneway: false,
  writeArgs(output) {
    output.writeStructBegin();
    output.writeStop();
  },
  readArgs(input) {
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      input.skip(field);
    }
    input.readStructEnd();
    return [];
  },
  call: (handler, _, context) => handler.one(context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.I32, 0);
    output.writeI32(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.I32) {
        successValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("one"));
  },
};

export const Other: ServiceDefinition<OtherHandler> = {
  name: "Other",
  methods: new Map<string, ErasedMethod<OtherHandler>>([
    ["text", Other_text],
    ["one", Other_one],
  ]),
};

export class OtherClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  text(text: string, options?: CallOptions): Promise<string> {
    return this.#client.call("text", Other_text, [text], options);
  }

  one(options?: CallOptions): Promise<number> {
    return this.#client.call("one", Other_one, [], options);
  }
}
