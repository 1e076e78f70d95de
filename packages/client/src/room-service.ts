import { RoomNotFoundException, RoomServiceClient, type RoomInfo } from "@roombridge/models/thrift";
import {
  ApplicationException,
  ApplicationExceptionType,
  ProtocolError,
  ThriftClient,
  TransportError,
  type CallOptions,
  type ClientTlsOptions,
  type TransportErrorCode,
} from "@roombridge/thrift";
import { RoombridgeError, type RoombridgeErrorCode } from "./roombridge-error.ts";

export type { CallOptions, ClientTlsOptions } from "@roombridge/thrift";
export type { RoomInfo } from "@roombridge/models/thrift";
export { RoombridgeError } from "./roombridge-error.ts";
export type { RoombridgeErrorCode } from "./roombridge-error.ts";

export interface RoomServiceOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 9090. */
  readonly port?: number;
  /** Certificates in PEM; without it the connection is not encrypted. */
  readonly tls?: ClientTlsOptions;
  /** Deadline of a call, with the connection it may need. Default 10,000. */
  readonly timeoutMs?: number;
  /** Default true; rtc understands both. */
  readonly isFramed?: boolean;
}

/**
 * RoomService over one TCP connection, opened by the first call and again after it was lost. Every method throws
 * RoombridgeError and nothing else; no call is ever repeated by itself. Node only.
 */
export class RoomService {
  readonly #transport: ThriftClient;
  readonly #service: RoomServiceClient;

  constructor({ port = 9090, ...options }: RoomServiceOptions = {}) {
    this.#transport = new ThriftClient({ port, ...options });
    this.#service = new RoomServiceClient(this.#transport);
  }

  /** A new room of the application that rtc serves, with its TURN credential. */
  create(options?: CallOptions): Promise<RoomInfo> {
    return translated(this.#service.create(options));
  }

  /** A live room with its TURN credential, renewed when half of its life is over. Throws `room_not_found`. */
  get(id: string, options?: CallOptions): Promise<RoomInfo> {
    return translated(this.#service.get(id, options));
  }

  /** The live rooms of the application, newest first, without passwords. */
  lists(options?: CallOptions): Promise<readonly RoomInfo[]> {
    return translated(this.#service.lists(options));
  }

  /** Answers its argument; tells whether the service is there. */
  pppbool(id: boolean, options?: CallOptions): Promise<boolean> {
    return translated(this.#service.pppbool(id, options));
  }

  /** Calls that wait for an answer fail with `aborted`. */
  close(): Promise<void> {
    return this.#transport.close();
  }
}

const TRANSPORT_CODES = {
  unreachable: "network",
  disconnected: "network",
  timeout: "timeout",
  aborted: "aborted",
  closed: "aborted",
  invalid_answer: "invalid_response",
  overload: "invalid_argument",
} as const satisfies Record<TransportErrorCode, RoombridgeErrorCode>;

async function translated<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw toRoombridgeError(error);
  }
}

function toRoombridgeError(error: unknown): RoombridgeError {
  const cause = error;
  if (error instanceof RoomNotFoundException) return new RoombridgeError("room_not_found", error.reason, { cause });
  if (error instanceof TransportError) {
    const mayHaveBeenDone = error.code === "unreachable" ? false : undefined;
    return new RoombridgeError(TRANSPORT_CODES[error.code], error.message, { cause, mayHaveBeenDone });
  }
  if (error instanceof ApplicationException) {
    const isMissing = error.type === ApplicationExceptionType.MISSING_RESULT;
    return new RoombridgeError(isMissing ? "invalid_response" : "api", error.message, { cause });
  }
  if (error instanceof ProtocolError) {
    return new RoombridgeError("invalid_response", `the answer could not be understood: ${error.message}`, { cause });
  }
  return new RoombridgeError("invalid_argument", error instanceof Error ? error.message : "the call failed", { cause });
}
