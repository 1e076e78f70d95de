// Generated from room.thrift by @roombridge/thrift. Do not edit.
import {
  type CallContext,
  type CallOptions,
  checkStruct,
  type ErasedMethod,
  listSize,
  type MethodDefinition,
  missingField,
  missingResult,
  raise,
  type ServiceDefinition,
  type StructCodec,
  type ThriftClient,
  WireType,
} from "../src/index.ts";

/** Unix time in microseconds */
export type Date_ = number;

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

/** rtc room service */
export const RoomService: ServiceDefinition<RoomServiceHandler> = {
  name: "RoomService",
  methods: new Map<string, ErasedMethod<RoomServiceHandler>>([
    ["create", RoomService_create],
    ["get", RoomService_get],
    ["lists", RoomService_lists],
    ["pppbool", RoomService_pppbool],
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
}
