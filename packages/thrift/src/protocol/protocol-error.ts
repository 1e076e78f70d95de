/** What is wrong with bytes, or with a value that should become bytes. */
export type ProtocolErrorCode =
  | "bad_version"
  | "invalid_data"
  | "truncated"
  | "size_limit"
  | "depth_limit"
  | "missing_field";

/** The one error of encoding and decoding. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A required field is absent. Generated code throws it on both sides. */
export function missingField(struct: string, field: string): ProtocolError {
  return new ProtocolError("missing_field", `${struct}.${field} is missing`);
}
