import { missingField } from "./protocol/protocol-error.ts";
import type { ProtocolReader, ProtocolWriter } from "./protocol/protocol.ts";
import { WireType } from "./protocol/wire-types.ts";

/** TApplicationException types (thrift-rpc.md). */
export const ApplicationExceptionType = {
  UNKNOWN: 0,
  UNKNOWN_METHOD: 1,
  INVALID_MESSAGE_TYPE: 2,
  WRONG_METHOD_NAME: 3,
  BAD_SEQUENCE_ID: 4,
  MISSING_RESULT: 5,
  INTERNAL_ERROR: 6,
  PROTOCOL_ERROR: 7,
} as const;

/** An error that the service's IDL does not declare. A handler may throw it to choose what the caller reads. */
export class ApplicationException extends Error {
  override readonly name = "ApplicationException";
  readonly type: number;

  constructor(type: number, message: string) {
    super(message);
    this.type = type;
  }
}

export function writeApplicationException(output: ProtocolWriter, { message, type }: ApplicationException): void {
  output.writeStructBegin();
  output.writeField(WireType.STRING, 1);
  output.writeString(message.toWellFormed());
  output.writeField(WireType.I32, 2);
  output.writeI32(type);
  output.writeStop();
}

export function readApplicationException(input: ProtocolReader): ApplicationException {
  let message: string | undefined;
  let type: number = ApplicationExceptionType.UNKNOWN;
  input.readStructBegin();
  for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
    if (input.fieldId === 1 && field === WireType.STRING) message = input.readString();
    else if (input.fieldId === 2 && field === WireType.I32) type = input.readI32();
    else input.skip(field);
  }
  input.readStructEnd();
  return new ApplicationException(type, message ?? missingField("TApplicationException", "message").message);
}

/** What a client throws when an answer holds neither a result nor a declared exception. */
export function missingResult(method: string): ApplicationException {
  return new ApplicationException(ApplicationExceptionType.MISSING_RESULT, `${method} failed: unknown result`);
}

/** `throw` where an expression is needed. */
export function raise(error: Error): never {
  throw error;
}
