import { ApplicationException, ApplicationExceptionType } from "../application-exception.ts";
import type { MessageReader } from "../protocol/message-input.ts";
import type { MessageHeader } from "../protocol/protocol.ts";
import { MessageType } from "../protocol/wire-types.ts";
import type { PendingCall } from "./pending-calls.ts";
import { TransportError } from "./transport-error.ts";

/** The envelope of an answer. Throws ProtocolError, and TransportError for a message that is none. */
export function readEnvelope(reader: MessageReader): MessageHeader {
  const envelope = reader.readMessageBegin();
  if (envelope.type !== MessageType.REPLY && envelope.type !== MessageType.EXCEPTION)
    throw new TransportError("invalid_answer", `a message of type ${envelope.type} instead of an answer`);
  return envelope;
}

/** Settles a call by the answer with its number. */
export function settleCall(call: PendingCall, reader: MessageReader, { name, type }: MessageHeader): void {
  if (type === MessageType.REPLY && name !== call.method && name !== call.name) {
    const message = `an answer to ${name.slice(0, 200)}`;
    call.reject(new ApplicationException(ApplicationExceptionType.WRONG_METHOD_NAME, message));
    return;
  }
  try {
    call.settle(reader, type);
  } catch (error) {
    call.reject(error);
  }
}
