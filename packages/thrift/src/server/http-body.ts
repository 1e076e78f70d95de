import { detectDialect, type Dialect } from "../protocol/dialect.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";

/** The dialect of a body, which is one message; `protocol` is what the content type announces, or "". Throws ProtocolError. */
export function dialectOfBody(
  body: Buffer,
  { protocol, maxMessageBytes }: { readonly protocol: string; readonly maxMessageBytes: number },
): Dialect {
  const dialect = detectDialect(body, maxMessageBytes);
  if (!dialect) throw new ProtocolError("truncated", "the body holds no message");
  if (!dialect.name.startsWith("unframed")) throw new ProtocolError("invalid_data", "a frame in place of a message");
  if (!dialect.name.endsWith(protocol)) throw new ProtocolError("bad_version", `the body is not ${protocol}`);
  return dialect;
}
