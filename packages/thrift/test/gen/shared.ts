// Generated from shared.thrift by @roombridge/thrift. Do not edit.
import {
  type CallContext,
  type CallOptions,
  checkStruct,
  type ErasedMethod,
  type MethodDefinition,
  missingField,
  missingResult,
  raise,
  type ServiceDefinition,
  type StructCodec,
  type ThriftClient,
  WireType,
} from "../../src/index.ts";

/** What types.thrift takes from another file. */
export type Instant = bigint;

export const Shade = {
  DARK: 1,
  LIGHT: 2,
} as const;

/** Open: a peer with a newer IDL may send other numbers. */
export type Shade = number;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Point with its defaults for what is left out. */
export function createPoint(fields: Omit<Point, "y"> & Partial<Pick<Point, "y">>): Point {
  return { ...fields, y: fields.y ?? 7 };
}

export const PointCodec: StructCodec<Point> = {
  write(output, value) {
    checkStruct("Point", value);
    output.writeStructBegin();
    if (value.x === undefined) throw missingField("Point", "x");
    output.writeField(WireType.I32, 1);
    output.writeI32(value.x);
    if (value.y === undefined) throw missingField("Point", "y");
    output.writeField(WireType.I32, 2);
    output.writeI32(value.y);
    output.writeStop();
  },
  read(input) {
    let xValue: number | undefined;
    let yValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        xValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.I32) {
        yValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return { x: xValue ?? raise(missingField("Point", "x")), y: yValue ?? 7 };
  },
};

export interface Segment {
  readonly first: Point;
  readonly last: Point;
}

/** Segment with its defaults for what is left out. */
export function createSegment(fields: Omit<Segment, "last"> & Partial<Pick<Segment, "last">>): Segment {
  return { ...fields, last: fields.last ?? { x: 1, y: 7 } };
}

export const SegmentCodec: StructCodec<Segment> = {
  write(output, value) {
    checkStruct("Segment", value);
    output.writeStructBegin();
    if (value.first === undefined) throw missingField("Segment", "first");
    output.writeField(WireType.STRUCT, 1);
    PointCodec.write(output, value.first);
    if (value.last === undefined) throw missingField("Segment", "last");
    output.writeField(WireType.STRUCT, 2);
    PointCodec.write(output, value.last);
    output.writeStop();
  },
  read(input) {
    let firstValue: Point | undefined;
    let lastValue: Point | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        firstValue = PointCodec.read(input);
      } else if (input.fieldId === 2 && field === WireType.STRUCT) {
        lastValue = PointCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return { first: firstValue ?? raise(missingField("Segment", "first")), last: lastValue ?? { x: 1, y: 7 } };
  },
};

/** Has a default, a name of every error, and no text that could be its message. */
export class Closed extends Error {
  override readonly name = "Closed";
  readonly code: number;
  readonly name_?: number | undefined;

  constructor(fields: { readonly code?: number | undefined; readonly name_?: number | undefined } = {}) {
    super("Closed");
    this.code = fields.code ?? 4;
    this.name_ = fields.name_;
  }
}

export const ClosedCodec: StructCodec<Closed> = {
  write(output, value) {
    checkStruct("Closed", value);
    output.writeStructBegin();
    if (value.code === undefined) throw missingField("Closed", "code");
    output.writeField(WireType.I32, 1);
    output.writeI32(value.code);
    if (value.name_ !== undefined) {
      output.writeField(WireType.I32, 2);
      output.writeI32(value.name_);
    }
    output.writeStop();
  },
  read(input) {
    let codeValue: number | undefined;
    let nameValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        codeValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.I32) {
        nameValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return new Closed({ code: codeValue ?? 4, ...(nameValue === undefined ? {} : { name_: nameValue }) });
  },
};

export const ORIGIN: Point = { x: 0, y: 0 };

/** Parent of a service in another file. */
export interface BaseHandler {
  /**
   * Answers its argument.
   * @param x what to answer
   * @throws {Closed} when it is late
   */
  readonly ping: (x: number, call: CallContext) => number | Promise<number>;
}

const Base_ping: MethodDefinition<BaseHandler, [x: number], number> = {
  isOneway: false,
  writeArgs(output, [x]) {
    output.writeStructBegin();
    output.writeField(WireType.I32, 1);
    output.writeI32(x);
    output.writeStop();
  },
  readArgs(input) {
    let xValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        xValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [xValue ?? 3];
  },
  call: (handler, args, context) => handler.ping(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.I32, 0);
    output.writeI32(result);
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof Closed) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 1);
      ClosedCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let successValue: number | undefined;
    let exception1_Value: Closed | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.I32) {
        successValue = input.readI32();
      } else if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = ClosedCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
    return successValue ?? raise(missingResult("ping"));
  },
};

/** Parent of a service in another file. */
export const Base: ServiceDefinition<BaseHandler> = {
  name: "Base",
  methods: new Map<string, ErasedMethod<BaseHandler>>([["ping", Base_ping]]),
};

/** Parent of a service in another file. */
export class BaseClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  /**
   * Answers its argument.
   * @param x what to answer
   * @throws {Closed} when it is late
   */
  ping(x: number = 3, options?: CallOptions): Promise<number> {
    return this.#client.call("ping", Base_ping, [x], options);
  }
}
