/** Why a call got no answer. Whether the server acted on it is unknown unless the code says otherwise. */
export type TransportErrorCode =
  /** No connection could be made: the call was not sent. */
  | "unreachable"
  /** The connection ended before the answer. */
  | "disconnected"
  | "timeout"
  | "aborted"
  /** The answer could not be understood, or was no answer to this call. */
  | "invalid_answer"
  /** Too many calls are waiting: the call was not sent. */
  | "overload"
  /** `close` was called. */
  | "closed";

export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
