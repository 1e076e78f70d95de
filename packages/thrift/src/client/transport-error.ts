import { ProtocolError } from "../protocol/protocol-error.ts";

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
  /** Over HTTP: a status other than 200; see `status`. */
  | "refused"
  /** Too many calls are waiting: the call was not sent. */
  | "overload"
  /** `close` was called. */
  | "closed";

export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportErrorCode;
  /** Of the HTTP response, with the code `refused`. */
  readonly status: number | undefined;

  constructor(code: TransportErrorCode, message: string, cause?: unknown, status?: number) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
  }
}

/** What the calls on a connection end with when it is gone, by what it ended with. */
export function lostConnection(cause: unknown): TransportError {
  const isInvalid = cause instanceof ProtocolError || cause instanceof TransportError;
  return isInvalid
    ? new TransportError("invalid_answer", "the server's answer could not be understood", cause)
    : new TransportError("disconnected", "the connection ended before the answer", cause);
}
