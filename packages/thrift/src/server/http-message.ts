import { detectDialect, type Dialect } from "../protocol/dialect.ts";
import { InputBuffer } from "../protocol/input-buffer.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";

/** The one message of a body and its dialect. `protocol` is what the content type announces, or "". Throws ProtocolError. */
export function takeMessage(
  body: Buffer,
  { protocol, maxMessageBytes }: { readonly protocol: string; readonly maxMessageBytes: number },
): { readonly message: Buffer; readonly dialect: Dialect } {
  const dialect = detectDialect(body, maxMessageBytes);
  if (!dialect) throw new ProtocolError("truncated", "the body holds no message");
  if (dialect.isFramed) throw new ProtocolError("invalid_data", "a frame in place of a message");
  if (!dialect.name.endsWith(protocol)) throw new ProtocolError("bad_version", `the body is not ${protocol}`);
  const input = new InputBuffer();
  input.append(body);
  const message = dialect.next(input);
  if (!message) throw new ProtocolError("truncated", "the message is not complete");
  if (input.length > 0) throw new ProtocolError("invalid_data", "bytes behind the end of the message");
  return { message, dialect };
}
