// Generated from names.thrift by @roombridge/thrift. Do not edit.
import {
  type CallContext,
  type CallOptions,
  checkStruct,
  checkUnion,
  type ErasedMethod,
  mapSize,
  type MethodDefinition,
  missingField,
  missingResult,
  raise,
  type ServiceDefinition,
  setSize,
  type StructCodec,
  type ThriftClient,
  unknownUnionField,
  WireType,
} from "../../src/index.ts";

export type Promise_ = number;

export type string_ = string;

export const Set_ = {
  constructor_: 1,
  __proto___: 2,
  toString_: 3,
  default_: 4,
} as const;

/** Open: a peer with a newer IDL may send other numbers. */
export type Set_ = number;

export interface Date_ {
  readonly constructor_?: number | undefined;
  readonly __proto___?: number | undefined;
  readonly toString_?: string | undefined;
  readonly hasOwnProperty_?: number | undefined;
  readonly await: boolean;
  readonly let: number;
  readonly valueOf_?: Date_ | undefined;
  readonly input: string;
  readonly output: string;
  readonly value: string;
  readonly field: number;
  readonly inputValue: number;
}

export const Date_Codec: StructCodec<Date_> = {
  write(output, value) {
    checkStruct("Date", value);
    output.writeStructBegin();
    if (value.constructor_ !== undefined) {
      output.writeField(WireType.I32, 1);
      output.writeI32(value.constructor_);
    }
    if (value.__proto___ !== undefined) {
      output.writeField(WireType.I32, 2);
      output.writeI32(value.__proto___);
    }
    if (value.toString_ !== undefined) {
      output.writeField(WireType.STRING, 3);
      output.writeString(value.toString_);
    }
    if (value.hasOwnProperty_ !== undefined) {
      output.writeField(WireType.I32, 4);
      output.writeI32(value.hasOwnProperty_);
    }
    if (value.await === undefined) throw missingField("Date", "await");
    output.writeField(WireType.BOOL, 5);
    output.writeBool(value.await);
    if (value.let === undefined) throw missingField("Date", "let");
    output.writeField(WireType.I32, 6);
    output.writeI32(value.let);
    if (value.valueOf_ !== undefined) {
      output.writeField(WireType.STRUCT, 7);
      Date_Codec.write(output, value.valueOf_);
    }
    if (value.input === undefined) throw missingField("Date", "input");
    output.writeField(WireType.STRING, 8);
    output.writeString(value.input);
    if (value.output === undefined) throw missingField("Date", "output");
    output.writeField(WireType.STRING, 9);
    output.writeString(value.output);
    if (value.value === undefined) throw missingField("Date", "value");
    output.writeField(WireType.STRING, 10);
    output.writeString(value.value);
    if (value.field === undefined) throw missingField("Date", "field");
    output.writeField(WireType.I32, 11);
    output.writeI32(value.field);
    if (value.inputValue === undefined) throw missingField("Date", "inputValue");
    output.writeField(WireType.I32, 12);
    output.writeI32(value.inputValue);
    output.writeStop();
  },
  read(input) {
    let constructorValue: number | undefined;
    let __proto__Value: number | undefined;
    let toStringValue: string | undefined;
    let hasOwnPropertyValue: number | undefined;
    let awaitValue: boolean | undefined;
    let letValue: number | undefined;
    let valueOfValue: Date_ | undefined;
    let inputValue: string | undefined;
    let outputValue: string | undefined;
    let valueValue: string | undefined;
    let fieldValue: number | undefined;
    let inputValueValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        constructorValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.I32) {
        __proto__Value = input.readI32();
      } else if (input.fieldId === 3 && field === WireType.STRING) {
        toStringValue = input.readString();
      } else if (input.fieldId === 4 && field === WireType.I32) {
        hasOwnPropertyValue = input.readI32();
      } else if (input.fieldId === 5 && field === WireType.BOOL) {
        awaitValue = input.readBool();
      } else if (input.fieldId === 6 && field === WireType.I32) {
        letValue = input.readI32();
      } else if (input.fieldId === 7 && field === WireType.STRUCT) {
        valueOfValue = Date_Codec.read(input);
      } else if (input.fieldId === 8 && field === WireType.STRING) {
        inputValue = input.readString();
      } else if (input.fieldId === 9 && field === WireType.STRING) {
        outputValue = input.readString();
      } else if (input.fieldId === 10 && field === WireType.STRING) {
        valueValue = input.readString();
      } else if (input.fieldId === 11 && field === WireType.I32) {
        fieldValue = input.readI32();
      } else if (input.fieldId === 12 && field === WireType.I32) {
        inputValueValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      ...(constructorValue === undefined ? {} : { constructor_: constructorValue }),
      ...(__proto__Value === undefined ? {} : { __proto___: __proto__Value }),
      ...(toStringValue === undefined ? {} : { toString_: toStringValue }),
      ...(hasOwnPropertyValue === undefined ? {} : { hasOwnProperty_: hasOwnPropertyValue }),
      await: awaitValue ?? raise(missingField("Date", "await")),
      let: letValue ?? 0,
      ...(valueOfValue === undefined ? {} : { valueOf_: valueOfValue }),
      input: inputValue ?? "",
      output: outputValue ?? "",
      value: valueValue ?? "",
      field: fieldValue ?? 0,
      inputValue: inputValueValue ?? 0,
    };
  },
};

export type Map_ =
  | { readonly kind: "kind"; readonly value: number }
  | { readonly kind: "value"; readonly value: string }
  | { readonly kind: "Date"; readonly value: Date_ }
  | { readonly kind: "__proto__"; readonly value: string };

export const Map_Codec: StructCodec<Map_> = {
  write(output, value) {
    checkStruct("Map", value);
    output.writeStructBegin();
    switch (value.kind) {
      case "kind": {
        output.writeField(WireType.I32, 1);
        output.writeI32(value.value);
        break;
      }
      case "value": {
        output.writeField(WireType.STRING, 2);
        output.writeString(value.value);
        break;
      }
      case "Date": {
        output.writeField(WireType.STRUCT, 3);
        Date_Codec.write(output, value.value);
        break;
      }
      case "__proto__": {
        output.writeField(WireType.STRING, 4);
        output.writeString(value.value);
        break;
      }
      default:
        throw unknownUnionField("Map");
    }
    output.writeStop();
  },
  read(input) {
    let value: Map_ | undefined;
    let fields = 0;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      fields += 1;
      if (input.fieldId === 1 && field === WireType.I32) {
        value = { kind: "kind", value: input.readI32() };
      } else if (input.fieldId === 2 && field === WireType.STRING) {
        value = { kind: "value", value: input.readString() };
      } else if (input.fieldId === 3 && field === WireType.STRUCT) {
        value = { kind: "Date", value: Date_Codec.read(input) };
      } else if (input.fieldId === 4 && field === WireType.STRING) {
        value = { kind: "__proto__", value: input.readString() };
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return checkUnion("Map", value, fields);
  },
};

export class Error_ extends Error {
  override readonly name = "Error_";
  readonly message_: number;
  readonly name_: string;
  readonly stack_: string;
  readonly constructor_: string;

  constructor(fields: {
    readonly message_: number;
    readonly name_: string;
    readonly stack_: string;
    readonly constructor_: string;
  }) {
    super(fields.name_);
    this.message_ = fields.message_;
    this.name_ = fields.name_;
    this.stack_ = fields.stack_;
    this.constructor_ = fields.constructor_;
  }
}

export const Error_Codec: StructCodec<Error_> = {
  write(output, value) {
    checkStruct("Error", value);
    output.writeStructBegin();
    if (value.message_ === undefined) throw missingField("Error", "message");
    output.writeField(WireType.I32, 1);
    output.writeI32(value.message_);
    if (value.name_ === undefined) throw missingField("Error", "name");
    output.writeField(WireType.STRING, 2);
    output.writeString(value.name_);
    if (value.stack_ === undefined) throw missingField("Error", "stack");
    output.writeField(WireType.STRING, 3);
    output.writeString(value.stack_);
    if (value.constructor_ === undefined) throw missingField("Error", "constructor");
    output.writeField(WireType.STRING, 4);
    output.writeString(value.constructor_);
    output.writeStop();
  },
  read(input) {
    let messageValue: number | undefined;
    let nameValue: string | undefined;
    let stackValue: string | undefined;
    let constructorValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        messageValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.STRING) {
        nameValue = input.readString();
      } else if (input.fieldId === 3 && field === WireType.STRING) {
        stackValue = input.readString();
      } else if (input.fieldId === 4 && field === WireType.STRING) {
        constructorValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return new Error_({
      message_: messageValue ?? 0,
      name_: nameValue ?? "",
      stack_: stackValue ?? "",
      constructor_: constructorValue ?? "",
    });
  },
};

export interface StructCodec_ {
  readonly WireType: ReadonlyMap<string, Date_>;
}

export const StructCodec_Codec: StructCodec<StructCodec_> = {
  write(output, value) {
    checkStruct("StructCodec", value);
    output.writeStructBegin();
    if (value.WireType === undefined) throw missingField("StructCodec", "WireType");
    output.writeField(WireType.MAP, 1);
    output.writeMapBegin(WireType.STRING, WireType.STRUCT, mapSize(value.WireType));
    for (const [key, element] of value.WireType) {
      output.writeString(key);
      Date_Codec.write(output, element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  read(input) {
    let WireTypeValue: ReadonlyMap<string, Date_> | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.MAP) {
        const entries = new Map<string, Date_>();
        const size = input.readMapBegin(WireType.STRING, WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          const key = input.readString();
          entries.set(key, Date_Codec.read(input));
        }
        input.readContainerEnd();
        WireTypeValue = entries;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return { WireType: WireTypeValue ?? new Map() };
  },
};

/** A class, and so a name that a variable could hide. */
export class kindValue extends Error {
  override readonly name = "kindValue";
  readonly kind: string;

  constructor(fields: { readonly kind: string }) {
    super(fields.kind);
    this.kind = fields.kind;
  }
}

export const kindValueCodec: StructCodec<kindValue> = {
  write(output, value) {
    checkStruct("kindValue", value);
    output.writeStructBegin();
    if (value.kind === undefined) throw missingField("kindValue", "kind");
    output.writeField(WireType.STRING, 1);
    output.writeString(value.kind);
    output.writeStop();
  },
  read(input) {
    let kindValue_: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        kindValue_ = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return new kindValue({ kind: kindValue_ ?? "" });
  },
};

export const undefined_ = 1;

export const Object_: Date_ = { await: true, let: 0, input: "", output: "", value: "", field: 0, inputValue: 0 };

export interface Function_Handler {
  readonly constructor_: (
    call_: number,
    options_: number,
    context_: number,
    handler_: number,
    call: CallContext,
  ) => number | Promise<number>;
  readonly toString_: (
    arguments_: string,
    eval_: string,
    let_: string,
    WireType_: string,
    call: CallContext,
  ) => string | Promise<string>;
  readonly other: (
    Function_other: string,
    DateCodec: string,
    Object: string,
    call: CallContext,
  ) => string | Promise<string>;
  /**
   * @throws {Error_}
   * @throws {kindValue}
   */
  readonly hasOwnProperty_: (Date: Date_, Set__: ReadonlySet<string>, call: CallContext) => Date_ | Promise<Date_>;
  readonly __proto___: (which: Map_, input_: StructCodec_, output_: Map_, call: CallContext) => Map_ | Promise<Map_>;
}

const Function__constructor: MethodDefinition<
  Function_Handler,
  [call_: number, options_: number, context_: number, handler_: number],
  number
> = {
  isOneway: false,
  writeArgs(output, [call_, options_, context_, handler_]) {
    output.writeStructBegin();
    output.writeField(WireType.I32, 1);
    output.writeI32(call_);
    output.writeField(WireType.I32, 2);
    output.writeI32(options_);
    output.writeField(WireType.I32, 3);
    output.writeI32(context_);
    output.writeField(WireType.I32, 4);
    output.writeI32(handler_);
    output.writeStop();
  },
  readArgs(input) {
    let callValue: number | undefined;
    let optionsValue: number | undefined;
    let contextValue: number | undefined;
    let handlerValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        callValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.I32) {
        optionsValue = input.readI32();
      } else if (input.fieldId === 3 && field === WireType.I32) {
        contextValue = input.readI32();
      } else if (input.fieldId === 4 && field === WireType.I32) {
        handlerValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [
      callValue ?? raise(missingField("constructor", "call")),
      optionsValue ?? raise(missingField("constructor", "options")),
      contextValue ?? raise(missingField("constructor", "context")),
      handlerValue ?? raise(missingField("constructor", "handler")),
    ];
  },
  call: (handler, args, context) => handler.constructor_(args[0], args[1], args[2], args[3], context),
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
    return successValue ?? raise(missingResult("constructor"));
  },
};

const Function__toString: MethodDefinition<
  Function_Handler,
  [arguments_: string, eval_: string, let_: string, WireType_: string],
  string
> = {
  isOneway: false,
  writeArgs(output, [arguments_, eval_, let_, WireType_]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(arguments_);
    output.writeField(WireType.STRING, 2);
    output.writeString(eval_);
    output.writeField(WireType.STRING, 3);
    output.writeString(let_);
    output.writeField(WireType.STRING, 4);
    output.writeString(WireType_);
    output.writeStop();
  },
  readArgs(input) {
    let argumentsValue: string | undefined;
    let evalValue: string | undefined;
    let letValue: string | undefined;
    let WireTypeValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        argumentsValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.STRING) {
        evalValue = input.readString();
      } else if (input.fieldId === 3 && field === WireType.STRING) {
        letValue = input.readString();
      } else if (input.fieldId === 4 && field === WireType.STRING) {
        WireTypeValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [
      argumentsValue ?? raise(missingField("toString", "arguments")),
      evalValue ?? raise(missingField("toString", "eval")),
      letValue ?? raise(missingField("toString", "let")),
      WireTypeValue ?? raise(missingField("toString", "WireType")),
    ];
  },
  call: (handler, args, context) => handler.toString_(args[0], args[1], args[2], args[3], context),
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
    return successValue ?? raise(missingResult("toString"));
  },
};

const Function__other: MethodDefinition<
  Function_Handler,
  [Function_other: string, DateCodec: string, Object: string],
  string
> = {
  isOneway: false,
  writeArgs(output, [Function_other, DateCodec, Object]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(Function_other);
    output.writeField(WireType.STRING, 2);
    output.writeString(DateCodec);
    output.writeField(WireType.STRING, 3);
    output.writeString(Object);
    output.writeStop();
  },
  readArgs(input) {
    let Function_otherValue: string | undefined;
    let DateCodecValue: string | undefined;
    let ObjectValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        Function_otherValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.STRING) {
        DateCodecValue = input.readString();
      } else if (input.fieldId === 3 && field === WireType.STRING) {
        ObjectValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [
      Function_otherValue ?? raise(missingField("other", "Function_other")),
      DateCodecValue ?? raise(missingField("other", "DateCodec")),
      ObjectValue ?? raise(missingField("other", "Object")),
    ];
  },
  call: (handler, args, context) => handler.other(args[0], args[1], args[2], context),
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
    return successValue ?? raise(missingResult("other"));
  },
};

const Function__hasOwnProperty: MethodDefinition<Function_Handler, [Date: Date_, Set__: ReadonlySet<string>], Date_> = {
  isOneway: false,
  writeArgs(output, [Date, Set__]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    Date_Codec.write(output, Date);
    output.writeField(WireType.SET, 2);
    output.writeSetBegin(WireType.STRING, setSize(Set__));
    for (const element of Set__) {
      output.writeString(element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  readArgs(input) {
    let DateValue: Date_ | undefined;
    let SetValue: ReadonlySet<string> | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        DateValue = Date_Codec.read(input);
      } else if (input.fieldId === 2 && field === WireType.SET) {
        const elements = new Set<string>();
        const size = input.readSetBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readString());
        }
        input.readContainerEnd();
        SetValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [DateValue ?? raise(missingField("hasOwnProperty", "Date")), SetValue ?? new Set<string>(["a"])];
  },
  call: (handler, args, context) => handler.hasOwnProperty_(args[0], args[1], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    Date_Codec.write(output, result);
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof Error_) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 1);
      Error_Codec.write(output, error);
      output.writeStop();
      return true;
    }
    if (error instanceof kindValue) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 2);
      kindValueCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let successValue: Date_ | undefined;
    let exception1_Value: Error_ | undefined;
    let exception2_Value: kindValue | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = Date_Codec.read(input);
      } else if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = Error_Codec.read(input);
      } else if (input.fieldId === 2 && field === WireType.STRUCT) {
        exception2_Value = kindValueCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
    if (exception2_Value !== undefined) throw exception2_Value;
    return successValue ?? raise(missingResult("hasOwnProperty"));
  },
};

const Function____proto__: MethodDefinition<
  Function_Handler,
  [which: Map_, input_: StructCodec_, output_: Map_],
  Map_
> = {
  isOneway: false,
  writeArgs(output, [which, input_, output_]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    Map_Codec.write(output, which);
    output.writeField(WireType.STRUCT, 2);
    StructCodec_Codec.write(output, input_);
    output.writeField(WireType.STRUCT, 3);
    Map_Codec.write(output, output_);
    output.writeStop();
  },
  readArgs(input) {
    let whichValue: Map_ | undefined;
    let inputValue: StructCodec_ | undefined;
    let outputValue: Map_ | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        whichValue = Map_Codec.read(input);
      } else if (input.fieldId === 2 && field === WireType.STRUCT) {
        inputValue = StructCodec_Codec.read(input);
      } else if (input.fieldId === 3 && field === WireType.STRUCT) {
        outputValue = Map_Codec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [
      whichValue ?? raise(missingField("__proto__", "which")),
      inputValue ?? raise(missingField("__proto__", "input")),
      outputValue ?? raise(missingField("__proto__", "output")),
    ];
  },
  call: (handler, args, context) => handler.__proto___(args[0], args[1], args[2], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    Map_Codec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: Map_ | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = Map_Codec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("__proto__"));
  },
};

export const Function_: ServiceDefinition<Function_Handler> = {
  name: "Function",
  methods: new Map<string, ErasedMethod<Function_Handler>>([
    ["constructor", Function__constructor],
    ["toString", Function__toString],
    ["other", Function__other],
    ["hasOwnProperty", Function__hasOwnProperty],
    ["__proto__", Function____proto__],
  ]),
};

export class Function_Client {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  constructor_(
    call_: number,
    options_: number,
    context_: number,
    handler_: number,
    options?: CallOptions,
  ): Promise<number> {
    return this.#client.call("constructor", Function__constructor, [call_, options_, context_, handler_], options);
  }

  toString_(
    arguments_: string,
    eval_: string,
    let_: string,
    WireType_: string,
    options?: CallOptions,
  ): Promise<string> {
    return this.#client.call("toString", Function__toString, [arguments_, eval_, let_, WireType_], options);
  }

  other(Function_other: string, DateCodec: string, Object: string, options?: CallOptions): Promise<string> {
    return this.#client.call("other", Function__other, [Function_other, DateCodec, Object], options);
  }

  /**
   * @throws {Error_}
   * @throws {kindValue}
   */
  hasOwnProperty_(
    Date: Date_,
    Set__: ReadonlySet<string> = new Set<string>(["a"]),
    options?: CallOptions,
  ): Promise<Date_> {
    return this.#client.call("hasOwnProperty", Function__hasOwnProperty, [Date, Set__], options);
  }

  __proto___(which: Map_, input_: StructCodec_, output_: Map_, options?: CallOptions): Promise<Map_> {
    return this.#client.call("__proto__", Function____proto__, [which, input_, output_], options);
  }
}
