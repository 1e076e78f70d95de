// Generated from all.thrift by @roombridge/thrift. Do not edit.
import {
  type CallContext,
  type CallOptions,
  type ErasedMethod,
  type MethodDefinition,
  missingField,
  missingResult,
  raise,
  type ServiceDefinition,
  type StructCodec,
  type ThriftClient,
  WireType,
} from "../src/index.ts";

export const Color = {
  RED: 1,
  BLUE: 2,
} as const;

/** Open: a peer with a newer IDL may send other numbers. */
export type Color = number;

export interface Inner {
  readonly a: number;
  readonly names?: readonly string[] | undefined;
}

export const InnerCodec: StructCodec<Inner> = {
  write(output, value) {
    if (value.a === undefined) throw missingField("Inner", "a");
    output.writeField(WireType.I32, 1);
    output.writeI32(value.a);
    if (value.names !== undefined) {
      output.writeField(WireType.LIST, 2);
      output.writeListBegin(WireType.STRING, value.names.length);
      for (const element of value.names) {
        output.writeString(element);
      }
    }
    output.writeStop();
  },
  read(input) {
    let aValue: number | undefined;
    let namesValue: readonly string[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        aValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.LIST) {
        const elements: string[] = [];
        const size = input.readListBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readString());
        }
        input.readContainerEnd();
        namesValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      a: aValue ?? raise(missingField("Inner", "a")),
      ...(namesValue === undefined ? {} : { names: namesValue }),
    };
  },
};

export interface All {
  readonly b: boolean;
  readonly y: number;
  readonly s: number;
  readonly i: number;
  readonly l: bigint;
  readonly d: number;
  readonly t: string;
  readonly bin: Uint8Array;
  readonly inners: readonly Inner[];
  readonly ids: ReadonlySet<number>;
  readonly m: ReadonlyMap<string, readonly bigint[]>;
  readonly color: number;
  readonly inner?: Inner | undefined;
}

export const AllCodec: StructCodec<All> = {
  write(output, value) {
    if (value.b === undefined) throw missingField("All", "b");
    output.writeField(WireType.BOOL, 1);
    output.writeBool(value.b);
    if (value.y === undefined) throw missingField("All", "y");
    output.writeField(WireType.I8, 2);
    output.writeI8(value.y);
    if (value.s === undefined) throw missingField("All", "s");
    output.writeField(WireType.I16, 3);
    output.writeI16(value.s);
    if (value.i === undefined) throw missingField("All", "i");
    output.writeField(WireType.I32, 4);
    output.writeI32(value.i);
    if (value.l === undefined) throw missingField("All", "l");
    output.writeField(WireType.I64, 5);
    output.writeI64(value.l);
    if (value.d === undefined) throw missingField("All", "d");
    output.writeField(WireType.DOUBLE, 6);
    output.writeDouble(value.d);
    if (value.t === undefined) throw missingField("All", "t");
    output.writeField(WireType.STRING, 7);
    output.writeString(value.t);
    if (value.bin === undefined) throw missingField("All", "bin");
    output.writeField(WireType.STRING, 8);
    output.writeBinary(value.bin);
    if (value.inners === undefined) throw missingField("All", "inners");
    output.writeField(WireType.LIST, 9);
    output.writeListBegin(WireType.STRUCT, value.inners.length);
    for (const element of value.inners) {
      InnerCodec.write(output, element);
    }
    if (value.ids === undefined) throw missingField("All", "ids");
    output.writeField(WireType.SET, 10);
    output.writeSetBegin(WireType.I32, value.ids.size);
    for (const element of value.ids) {
      output.writeI32(element);
    }
    if (value.m === undefined) throw missingField("All", "m");
    output.writeField(WireType.MAP, 11);
    output.writeMapBegin(WireType.STRING, WireType.LIST, value.m.size);
    for (const [key, element] of value.m) {
      output.writeString(key);
      output.writeListBegin(WireType.I64, element.length);
      for (const element1 of element) {
        output.writeI64(element1);
      }
    }
    if (value.color === undefined) throw missingField("All", "color");
    output.writeField(WireType.I32, 12);
    output.writeI32(value.color);
    if (value.inner !== undefined) {
      output.writeField(WireType.STRUCT, 13);
      InnerCodec.write(output, value.inner);
    }
    output.writeStop();
  },
  read(input) {
    let bValue: boolean | undefined;
    let yValue: number | undefined;
    let sValue: number | undefined;
    let iValue: number | undefined;
    let lValue: bigint | undefined;
    let dValue: number | undefined;
    let tValue: string | undefined;
    let binValue: Uint8Array | undefined;
    let innersValue: readonly Inner[] | undefined;
    let idsValue: ReadonlySet<number> | undefined;
    let mValue: ReadonlyMap<string, readonly bigint[]> | undefined;
    let colorValue: number | undefined;
    let innerValue: Inner | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.BOOL) {
        bValue = input.readBool();
      } else if (input.fieldId === 2 && field === WireType.I8) {
        yValue = input.readI8();
      } else if (input.fieldId === 3 && field === WireType.I16) {
        sValue = input.readI16();
      } else if (input.fieldId === 4 && field === WireType.I32) {
        iValue = input.readI32();
      } else if (input.fieldId === 5 && field === WireType.I64) {
        lValue = input.readI64();
      } else if (input.fieldId === 6 && field === WireType.DOUBLE) {
        dValue = input.readDouble();
      } else if (input.fieldId === 7 && field === WireType.STRING) {
        tValue = input.readString();
      } else if (input.fieldId === 8 && field === WireType.STRING) {
        binValue = input.readBinary();
      } else if (input.fieldId === 9 && field === WireType.LIST) {
        const elements: Inner[] = [];
        const size = input.readListBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(InnerCodec.read(input));
        }
        input.readContainerEnd();
        innersValue = elements;
      } else if (input.fieldId === 10 && field === WireType.SET) {
        const elements = new Set<number>();
        const size = input.readSetBegin(WireType.I32);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readI32());
        }
        input.readContainerEnd();
        idsValue = elements;
      } else if (input.fieldId === 11 && field === WireType.MAP) {
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
        mValue = entries;
      } else if (input.fieldId === 12 && field === WireType.I32) {
        colorValue = input.readI32();
      } else if (input.fieldId === 13 && field === WireType.STRUCT) {
        innerValue = InnerCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      b: bValue ?? false,
      y: yValue ?? 0,
      s: sValue ?? 0,
      i: iValue ?? 0,
      l: lValue ?? 0n,
      d: dValue ?? 0,
      t: tValue ?? "",
      bin: binValue ?? new Uint8Array(),
      inners: innersValue ?? [],
      ids: idsValue ?? new Set(),
      m: mValue ?? new Map(),
      color: colorValue ?? 0,
      ...(innerValue === undefined ? {} : { inner: innerValue }),
    };
  },
};

export class Oops extends Error {
  override readonly name = "Oops";
  readonly why: string;
  readonly code: number;

  constructor(fields: { readonly why: string; readonly code: number }) {
    super(fields.why);
    this.why = fields.why;
    this.code = fields.code;
  }
}

export const OopsCodec: StructCodec<Oops> = {
  write(output, value) {
    if (value.why === undefined) throw missingField("Oops", "why");
    output.writeField(WireType.STRING, 1);
    output.writeString(value.why);
    if (value.code === undefined) throw missingField("Oops", "code");
    output.writeField(WireType.I32, 2);
    output.writeI32(value.code);
    output.writeStop();
  },
  read(input) {
    let whyValue: string | undefined;
    let codeValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        whyValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.I32) {
        codeValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return new Oops({ why: whyValue ?? "", code: codeValue ?? 0 });
  },
};

export interface BaseHandler {
  ping(call: CallContext): void | Promise<void>;
}

const Base_ping: MethodDefinition<BaseHandler, [], void> = {
  isOneway: false,
  writeArgs(output) {
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
  call: (handler, [], context) => handler.ping(context),
  writeResult(output) {
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

export const Base: ServiceDefinition<BaseHandler> = {
  name: "Base",
  methods: new Map<string, ErasedMethod<BaseHandler>>([["ping", Base_ping]]),
};

export class BaseClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  ping(options?: CallOptions): Promise<void> {
    return this.#client.call("ping", Base_ping, [], options);
  }
}

export interface EveryHandler {
  echo(value: All, n: number, call: CallContext): All | Promise<All>;
  fire(what: string, call: CallContext): void | Promise<void>;
  nothing(call: CallContext): void | Promise<void>;
  names(call: CallContext): readonly string[] | Promise<readonly string[]>;
  inners(
    keys: ReadonlySet<string>,
    call: CallContext,
  ): ReadonlyMap<string, Inner> | Promise<ReadonlyMap<string, Inner>>;
  add(a: bigint, b: bigint, call: CallContext): bigint | Promise<bigint>;
}

const Every_echo: MethodDefinition<EveryHandler, [value: All, n: number], All> = {
  isOneway: false,
  writeArgs(output, [value, n]) {
    output.writeField(WireType.STRUCT, 1);
    AllCodec.write(output, value);
    output.writeField(WireType.I32, 2);
    output.writeI32(n);
    output.writeStop();
  },
  readArgs(input) {
    let valueValue: All | undefined;
    let nValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        valueValue = AllCodec.read(input);
      } else if (input.fieldId === 2 && field === WireType.I32) {
        nValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [valueValue ?? raise(missingField("echo", "value")), nValue ?? raise(missingField("echo", "n"))];
  },
  call: (handler, [value, n], context) => handler.echo(value, n, context),
  writeResult(output, result) {
    output.writeField(WireType.STRUCT, 0);
    AllCodec.write(output, result);
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof Oops) {
      output.writeField(WireType.STRUCT, 1);
      OopsCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let successValue: All | undefined;
    let exception1_Value: Oops | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = AllCodec.read(input);
      } else if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = OopsCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
    return successValue ?? raise(missingResult("echo"));
  },
};

const Every_fire: MethodDefinition<EveryHandler, [what: string], void> = {
  isOneway: true,
  writeArgs(output, [what]) {
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
  call: (handler, [what], context) => handler.fire(what, context),
  writeResult(output) {
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

const Every_nothing: MethodDefinition<EveryHandler, [], void> = {
  isOneway: false,
  writeArgs(output) {
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
  call: (handler, [], context) => handler.nothing(context),
  writeResult(output) {
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof Oops) {
      output.writeField(WireType.STRUCT, 1);
      OopsCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let exception1_Value: Oops | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = OopsCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
  },
};

const Every_names: MethodDefinition<EveryHandler, [], readonly string[]> = {
  isOneway: false,
  writeArgs(output) {
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
  call: (handler, [], context) => handler.names(context),
  writeResult(output, result) {
    output.writeField(WireType.LIST, 0);
    output.writeListBegin(WireType.STRING, result.length);
    for (const element of result) {
      output.writeString(element);
    }
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

const Every_inners: MethodDefinition<EveryHandler, [keys: ReadonlySet<string>], ReadonlyMap<string, Inner>> = {
  isOneway: false,
  writeArgs(output, [keys]) {
    output.writeField(WireType.SET, 1);
    output.writeSetBegin(WireType.STRING, keys.size);
    for (const element of keys) {
      output.writeString(element);
    }
    output.writeStop();
  },
  readArgs(input) {
    let keysValue: ReadonlySet<string> | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.SET) {
        const elements = new Set<string>();
        const size = input.readSetBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readString());
        }
        input.readContainerEnd();
        keysValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [keysValue ?? raise(missingField("inners", "keys"))];
  },
  call: (handler, [keys], context) => handler.inners(keys, context),
  writeResult(output, result) {
    output.writeField(WireType.MAP, 0);
    output.writeMapBegin(WireType.STRING, WireType.STRUCT, result.size);
    for (const [key, element] of result) {
      output.writeString(key);
      InnerCodec.write(output, element);
    }
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
    return successValue ?? raise(missingResult("inners"));
  },
};

const Every_add: MethodDefinition<EveryHandler, [a: bigint, b: bigint], bigint> = {
  isOneway: false,
  writeArgs(output, [a, b]) {
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
  call: (handler, [a, b], context) => handler.add(a, b, context),
  writeResult(output, result) {
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

export const Every: ServiceDefinition<EveryHandler> = {
  name: "Every",
  methods: new Map<string, ErasedMethod<EveryHandler>>([
    ["echo", Every_echo],
    ["fire", Every_fire],
    ["nothing", Every_nothing],
    ["names", Every_names],
    ["inners", Every_inners],
    ["add", Every_add],
  ]),
};

export class EveryClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  echo(value: All, n: number, options?: CallOptions): Promise<All> {
    return this.#client.call("echo", Every_echo, [value, n], options);
  }

  fire(what: string, options?: CallOptions): Promise<void> {
    return this.#client.call("fire", Every_fire, [what], options);
  }

  nothing(options?: CallOptions): Promise<void> {
    return this.#client.call("nothing", Every_nothing, [], options);
  }

  names(options?: CallOptions): Promise<readonly string[]> {
    return this.#client.call("names", Every_names, [], options);
  }

  inners(keys: ReadonlySet<string>, options?: CallOptions): Promise<ReadonlyMap<string, Inner>> {
    return this.#client.call("inners", Every_inners, [keys], options);
  }

  add(a: bigint, b: bigint, options?: CallOptions): Promise<bigint> {
    return this.#client.call("add", Every_add, [a, b], options);
  }
}
