// Generated from room.thrift by @roombridge/thrift. Do not edit.
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
} from "../../../src/index.ts";

/** Unix time in microseconds */
export type Date_ = number;

export const Color = {
  RED: 1,
  BLUE: 2,
} as const;

/** Open: a peer with a newer IDL may send other numbers. */
export type Color = number;

/** rtc room info */
export interface RoomInfo {
  /** id of room */
  readonly id: string;
  /** expire time in epoch seconds */
  readonly expires: number;
  /** COTURN username */
  readonly username: string;
  /** COTURN password */
  readonly password?: string | undefined;
}

export const RoomInfoCodec: StructCodec<RoomInfo> = {
  write(output, value) {
    checkStruct("RoomInfo", value);
    output.writeStructBegin();
    if (value.id === undefined) throw missingField("RoomInfo", "id");
    output.writeField(WireType.STRING, 1);
    output.writeString(value.id);
    if (value.expires === undefined) throw missingField("RoomInfo", "expires");
    output.writeField(WireType.DOUBLE, 2);
    output.writeDouble(value.expires);
    if (value.username === undefined) throw missingField("RoomInfo", "username");
    output.writeField(WireType.STRING, 3);
    output.writeString(value.username);
    if (value.password !== undefined) {
      output.writeField(WireType.STRING, 4);
      output.writeString(value.password);
    }
    output.writeStop();
  },
  read(input) {
    let idValue: string | undefined;
    let expiresValue: number | undefined;
    let usernameValue: string | undefined;
    let passwordValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        idValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.DOUBLE) {
        expiresValue = input.readDouble();
      } else if (input.fieldId === 3 && field === WireType.STRING) {
        usernameValue = input.readString();
      } else if (input.fieldId === 4 && field === WireType.STRING) {
        passwordValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      id: idValue ?? "",
      expires: expiresValue ?? 0,
      username: usernameValue ?? raise(missingField("RoomInfo", "username")),
      ...(passwordValue === undefined ? {} : { password: passwordValue }),
    };
  },
};

export class RoomNotFoundException extends Error {
  override readonly name = "RoomNotFoundException";
  readonly reason: string;

  constructor(fields: { readonly reason: string }) {
    super(fields.reason);
    this.reason = fields.reason;
  }
}

export const RoomNotFoundExceptionCodec: StructCodec<RoomNotFoundException> = {
  write(output, value) {
    checkStruct("RoomNotFoundException", value);
    output.writeStructBegin();
    if (value.reason === undefined) throw missingField("RoomNotFoundException", "reason");
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
    return new RoomNotFoundException({ reason: reasonValue ?? "" });
  },
};

/** One entry per container: no language may choose an order. */
export interface Sample {
  readonly flag?: boolean | undefined;
  readonly tiny?: number | undefined;
  readonly small?: number | undefined;
  readonly medium?: number | undefined;
  readonly large?: bigint | undefined;
  readonly real?: number | undefined;
  readonly text?: string | undefined;
  readonly bytes?: Uint8Array | undefined;
  readonly color?: number | undefined;
  readonly numbers?: readonly number[] | undefined;
  readonly words?: ReadonlySet<string> | undefined;
  readonly times?: ReadonlyMap<string, bigint> | undefined;
  readonly flags?: readonly boolean[] | undefined;
  readonly rooms?: ReadonlyMap<number, readonly RoomInfo[]> | undefined;
  readonly far?: string | undefined;
}

export const SampleCodec: StructCodec<Sample> = {
  write(output, value) {
    checkStruct("Sample", value);
    output.writeStructBegin();
    if (value.flag !== undefined) {
      output.writeField(WireType.BOOL, 1);
      output.writeBool(value.flag);
    }
    if (value.tiny !== undefined) {
      output.writeField(WireType.I8, 2);
      output.writeI8(value.tiny);
    }
    if (value.small !== undefined) {
      output.writeField(WireType.I16, 3);
      output.writeI16(value.small);
    }
    if (value.medium !== undefined) {
      output.writeField(WireType.I32, 4);
      output.writeI32(value.medium);
    }
    if (value.large !== undefined) {
      output.writeField(WireType.I64, 5);
      output.writeI64(value.large);
    }
    if (value.real !== undefined) {
      output.writeField(WireType.DOUBLE, 6);
      output.writeDouble(value.real);
    }
    if (value.text !== undefined) {
      output.writeField(WireType.STRING, 7);
      output.writeString(value.text);
    }
    if (value.bytes !== undefined) {
      output.writeField(WireType.STRING, 8);
      output.writeBinary(value.bytes);
    }
    if (value.color !== undefined) {
      output.writeField(WireType.I32, 9);
      output.writeI32(value.color);
    }
    if (value.numbers !== undefined) {
      output.writeField(WireType.LIST, 10);
      output.writeListBegin(WireType.I32, listSize(value.numbers));
      for (const element of value.numbers) {
        output.writeI32(element);
      }
      output.writeContainerEnd();
    }
    if (value.words !== undefined) {
      output.writeField(WireType.SET, 11);
      output.writeSetBegin(WireType.STRING, setSize(value.words));
      for (const element of value.words) {
        output.writeString(element);
      }
      output.writeContainerEnd();
    }
    if (value.times !== undefined) {
      output.writeField(WireType.MAP, 12);
      output.writeMapBegin(WireType.STRING, WireType.I64, mapSize(value.times));
      for (const [key, element] of value.times) {
        output.writeString(key);
        output.writeI64(element);
      }
      output.writeContainerEnd();
    }
    if (value.flags !== undefined) {
      output.writeField(WireType.LIST, 13);
      output.writeListBegin(WireType.BOOL, listSize(value.flags));
      for (const element of value.flags) {
        output.writeBool(element);
      }
      output.writeContainerEnd();
    }
    if (value.rooms !== undefined) {
      output.writeField(WireType.MAP, 14);
      output.writeMapBegin(WireType.I32, WireType.LIST, mapSize(value.rooms));
      for (const [key, element] of value.rooms) {
        output.writeI32(key);
        output.writeListBegin(WireType.STRUCT, listSize(element));
        for (const element1 of element) {
          RoomInfoCodec.write(output, element1);
        }
        output.writeContainerEnd();
      }
      output.writeContainerEnd();
    }
    if (value.far !== undefined) {
      output.writeField(WireType.STRING, 200);
      output.writeString(value.far);
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
    let numbersValue: readonly number[] | undefined;
    let wordsValue: ReadonlySet<string> | undefined;
    let timesValue: ReadonlyMap<string, bigint> | undefined;
    let flagsValue: readonly boolean[] | undefined;
    let roomsValue: ReadonlyMap<number, readonly RoomInfo[]> | undefined;
    let farValue: string | undefined;
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
        const elements: number[] = [];
        const size = input.readListBegin(WireType.I32);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readI32());
        }
        input.readContainerEnd();
        numbersValue = elements;
      } else if (input.fieldId === 11 && field === WireType.SET) {
        const elements = new Set<string>();
        const size = input.readSetBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readString());
        }
        input.readContainerEnd();
        wordsValue = elements;
      } else if (input.fieldId === 12 && field === WireType.MAP) {
        const entries = new Map<string, bigint>();
        const size = input.readMapBegin(WireType.STRING, WireType.I64);
        for (let index = 0; index < size; index += 1) {
          const key = input.readString();
          entries.set(key, input.readI64());
        }
        input.readContainerEnd();
        timesValue = entries;
      } else if (input.fieldId === 13 && field === WireType.LIST) {
        const elements: boolean[] = [];
        const size = input.readListBegin(WireType.BOOL);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readBool());
        }
        input.readContainerEnd();
        flagsValue = elements;
      } else if (input.fieldId === 14 && field === WireType.MAP) {
        const entries = new Map<number, readonly RoomInfo[]>();
        const size = input.readMapBegin(WireType.I32, WireType.LIST);
        for (let index = 0; index < size; index += 1) {
          const key = input.readI32();
          const elements1: RoomInfo[] = [];
          const size1 = input.readListBegin(WireType.STRUCT);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            elements1.push(RoomInfoCodec.read(input));
          }
          input.readContainerEnd();
          entries.set(key, elements1);
        }
        input.readContainerEnd();
        roomsValue = entries;
      } else if (input.fieldId === 200 && field === WireType.STRING) {
        farValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      ...(flagValue === undefined ? {} : { flag: flagValue }),
      ...(tinyValue === undefined ? {} : { tiny: tinyValue }),
      ...(smallValue === undefined ? {} : { small: smallValue }),
      ...(mediumValue === undefined ? {} : { medium: mediumValue }),
      ...(largeValue === undefined ? {} : { large: largeValue }),
      ...(realValue === undefined ? {} : { real: realValue }),
      ...(textValue === undefined ? {} : { text: textValue }),
      ...(bytesValue === undefined ? {} : { bytes: bytesValue }),
      ...(colorValue === undefined ? {} : { color: colorValue }),
      ...(numbersValue === undefined ? {} : { numbers: numbersValue }),
      ...(wordsValue === undefined ? {} : { words: wordsValue }),
      ...(timesValue === undefined ? {} : { times: timesValue }),
      ...(flagsValue === undefined ? {} : { flags: flagsValue }),
      ...(roomsValue === undefined ? {} : { rooms: roomsValue }),
      ...(farValue === undefined ? {} : { far: farValue }),
    };
  },
};

/** rtc room service */
export interface RoomServiceHandler {
  /** create a new room */
  readonly create: (call: CallContext) => RoomInfo | Promise<RoomInfo>;
  /**
   * find existing room
   * @throws {RoomNotFoundException}
   */
  readonly get: (id: string, call: CallContext) => RoomInfo | Promise<RoomInfo>;
  /** find existing room */
  readonly lists: (call: CallContext) => readonly RoomInfo[] | Promise<readonly RoomInfo[]>;
  readonly pppbool: (id: boolean, call: CallContext) => boolean | Promise<boolean>;
  /** answers a full one to an empty one, and any other as it came */
  readonly fill: (sample: Sample, call: CallContext) => Sample | Promise<Sample>;
  readonly nobody: (call: CallContext) => readonly RoomInfo[] | Promise<readonly RoomInfo[]>;
  readonly tell: (what: string, call: CallContext) => void | Promise<void>;
}

const RoomService_create: MethodDefinition<RoomServiceHandler, [], RoomInfo> = {
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
  call: (handler, _, context) => handler.create(context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    RoomInfoCodec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: RoomInfo | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = RoomInfoCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("create"));
  },
};

const RoomService_get: MethodDefinition<RoomServiceHandler, [id: string], RoomInfo> = {
  isOneway: false,
  writeArgs(output, [id]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(id);
    output.writeStop();
  },
  readArgs(input) {
    let idValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        idValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [idValue ?? raise(missingField("get", "id"))];
  },
  call: (handler, args, context) => handler.get(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    RoomInfoCodec.write(output, result);
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof RoomNotFoundException) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 1);
      RoomNotFoundExceptionCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let successValue: RoomInfo | undefined;
    let exception1_Value: RoomNotFoundException | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = RoomInfoCodec.read(input);
      } else if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = RoomNotFoundExceptionCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
    return successValue ?? raise(missingResult("get"));
  },
};

const RoomService_lists: MethodDefinition<RoomServiceHandler, [], readonly RoomInfo[]> = {
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
  call: (handler, _, context) => handler.lists(context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.LIST, 0);
    output.writeListBegin(WireType.STRUCT, listSize(result));
    for (const element of result) {
      RoomInfoCodec.write(output, element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: readonly RoomInfo[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.LIST) {
        const elements: RoomInfo[] = [];
        const size = input.readListBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(RoomInfoCodec.read(input));
        }
        input.readContainerEnd();
        successValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("lists"));
  },
};

const RoomService_pppbool: MethodDefinition<RoomServiceHandler, [id: boolean], boolean> = {
  isOneway: false,
  writeArgs(output, [id]) {
    output.writeStructBegin();
    output.writeField(WireType.BOOL, 1);
    output.writeBool(id);
    output.writeStop();
  },
  readArgs(input) {
    let idValue: boolean | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.BOOL) {
        idValue = input.readBool();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [idValue ?? raise(missingField("pppbool", "id"))];
  },
  call: (handler, args, context) => handler.pppbool(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.BOOL, 0);
    output.writeBool(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: boolean | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.BOOL) {
        successValue = input.readBool();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("pppbool"));
  },
};

const RoomService_fill: MethodDefinition<RoomServiceHandler, [sample: Sample], Sample> = {
  isOneway: false,
  writeArgs(output, [sample]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    SampleCodec.write(output, sample);
    output.writeStop();
  },
  readArgs(input) {
    let sampleValue: Sample | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        sampleValue = SampleCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [sampleValue ?? raise(missingField("fill", "sample"))];
  },
  call: (handler, args, context) => handler.fill(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    SampleCodec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: Sample | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = SampleCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("fill"));
  },
};

const RoomService_nobody: MethodDefinition<RoomServiceHandler, [], readonly RoomInfo[]> = {
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
  call: (handler, _, context) => handler.nobody(context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.LIST, 0);
    output.writeListBegin(WireType.STRUCT, listSize(result));
    for (const element of result) {
      RoomInfoCodec.write(output, element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: readonly RoomInfo[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.LIST) {
        const elements: RoomInfo[] = [];
        const size = input.readListBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(RoomInfoCodec.read(input));
        }
        input.readContainerEnd();
        successValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("nobody"));
  },
};

const RoomService_tell: MethodDefinition<RoomServiceHandler, [what: string], void> = {
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
    return [whatValue ?? raise(missingField("tell", "what"))];
  },
  call: (handler, args, context) => handler.tell(args[0], context),
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

/** rtc room service */
export const RoomService: ServiceDefinition<RoomServiceHandler> = {
  name: "RoomService",
  methods: new Map<string, ErasedMethod<RoomServiceHandler>>([
    ["create", RoomService_create],
    ["get", RoomService_get],
    ["lists", RoomService_lists],
    ["pppbool", RoomService_pppbool],
    ["fill", RoomService_fill],
    ["nobody", RoomService_nobody],
    ["tell", RoomService_tell],
  ]),
};

/** rtc room service */
export class RoomServiceClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  /** create a new room */
  create(options?: CallOptions): Promise<RoomInfo> {
    return this.#client.call("create", RoomService_create, [], options);
  }

  /**
   * find existing room
   * @throws {RoomNotFoundException}
   */
  get(id: string, options?: CallOptions): Promise<RoomInfo> {
    return this.#client.call("get", RoomService_get, [id], options);
  }

  /** find existing room */
  lists(options?: CallOptions): Promise<readonly RoomInfo[]> {
    return this.#client.call("lists", RoomService_lists, [], options);
  }

  pppbool(id: boolean, options?: CallOptions): Promise<boolean> {
    return this.#client.call("pppbool", RoomService_pppbool, [id], options);
  }

  /** answers a full one to an empty one, and any other as it came */
  fill(sample: Sample, options?: CallOptions): Promise<Sample> {
    return this.#client.call("fill", RoomService_fill, [sample], options);
  }

  nobody(options?: CallOptions): Promise<readonly RoomInfo[]> {
    return this.#client.call("nobody", RoomService_nobody, [], options);
  }

  tell(what: string, options?: CallOptions): Promise<void> {
    return this.#client.call("tell", RoomService_tell, [what], options);
  }
}

/** No server has it. */
export interface StrangerHandler {
  readonly absent: (id: boolean, call: CallContext) => boolean | Promise<boolean>;
}

const Stranger_absent: MethodDefinition<StrangerHandler, [id: boolean], boolean> = {
  isOneway: false,
  writeArgs(output, [id]) {
    output.writeStructBegin();
    output.writeField(WireType.BOOL, 1);
    output.writeBool(id);
    output.writeStop();
  },
  readArgs(input) {
    let idValue: boolean | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.BOOL) {
        idValue = input.readBool();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [idValue ?? raise(missingField("absent", "id"))];
  },
  call: (handler, args, context) => handler.absent(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.BOOL, 0);
    output.writeBool(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: boolean | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.BOOL) {
        successValue = input.readBool();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("absent"));
  },
};

/** No server has it. */
export const Stranger: ServiceDefinition<StrangerHandler> = {
  name: "Stranger",
  methods: new Map<string, ErasedMethod<StrangerHandler>>([["absent", Stranger_absent]]),
};

/** No server has it. */
export class StrangerClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  absent(id: boolean, options?: CallOptions): Promise<boolean> {
    return this.#client.call("absent", Stranger_absent, [id], options);
  }
}
