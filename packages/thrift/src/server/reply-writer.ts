import { ApplicationException, writeApplicationException } from "../application-exception.ts";
import type { MessageWriter } from "../protocol/message-output.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { MessageType } from "../protocol/wire-types.ts";
import type { Call } from "./call.ts";
import type { CallOutcome } from "./events.ts";
import { LARGEST_MESSAGE } from "./limits.ts";
import type { BoundMethod } from "./processor.ts";

/**
 * Writes behind what is in the output already. Throws ProtocolError for a result that is not what the IDL says, and what the
 * result itself throws; then nothing is written.
 */
export function writeSuccess(output: MessageWriter, call: Call, method: BoundMethod, result: unknown): void {
  const start = output.length;
  try {
    begin(output, call, MessageType.REPLY);
    // What `call` of the same definition answered, unless the handler lied about its type: then a writer throws.
    method.definition.writeResult(output, result as never);
    end(output, call, start);
  } catch (error) {
    output.rewind(start);
    throw error;
  }
}

/** Undefined, and nothing written, for what the caller is not to learn, or what cannot be written. */
export function writeFailure(output: MessageWriter, call: Call, error: unknown): CallOutcome | undefined {
  const start = output.length;
  try {
    const outcome = tryFailure(output, call, error);
    if (outcome) end(output, call, start);
    else output.rewind(start);
    return outcome;
  } catch {
    output.rewind(start);
    return undefined;
  }
}

function tryFailure(output: MessageWriter, call: Call, error: unknown): CallOutcome | undefined {
  if (error instanceof ApplicationException) {
    begin(output, call, MessageType.EXCEPTION);
    writeApplicationException(output, error);
    return "application_exception";
  }
  begin(output, call, MessageType.REPLY);
  return call.method?.definition.writeException(output, error) ? "exception" : undefined;
}

function begin(output: MessageWriter, { dialect, name, sequenceId }: Call, type: MessageType): void {
  if (dialect.isFramed) output.beginFrame();
  output.writeMessageBegin({ name, type, sequenceId });
}

function end(output: MessageWriter, { dialect }: Call, start: number): void {
  output.writeMessageEnd();
  const size = output.length - start;
  if (size > LARGEST_MESSAGE)
    throw new ProtocolError("size_limit", `a reply of ${size} bytes; no client reads more than ${LARGEST_MESSAGE}`);
  if (dialect.isFramed) output.endFrame(start);
}
