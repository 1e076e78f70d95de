import { RoomNotFoundException, RoomServiceClient, type RoomInfo } from "@roombridge/models/thrift";
import {
  ApplicationException,
  ApplicationExceptionType,
  ProtocolError,
  ThriftClient,
  TransportError,
  type CallOptions,
  type ClientTlsOptions,
  type ClientTransport,
  type ProtocolName,
  type TransportErrorCode,
} from "@roombridge/thrift";
import { RoombridgeError, type RoombridgeErrorCode } from "./roombridge-error.ts";

export type { CallOptions, ClientTlsOptions, ClientTransport, ProtocolName } from "@roombridge/thrift";
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
  /** What carries the calls: "framed" (default), "unframed", "theader" or "http" (HTTPS with `tls`); rtc takes them all. */
  readonly transport?: ClientTransport;
  /** "binary" (default), "compact", "json" or "old-binary"; rtc takes them all, in THeader only the first two. */
  readonly protocol?: ProtocolName;
  /** An organisation token, for `transport: "http"`: rtc demands it where it listens beyond its own machine. */
  readonly token?: string;
  /** The most connections at once, opened as calls need them. Default 1; over HTTP, where each carries one call at a time, 8. */
  readonly connections?: number;
  /** Of each call, with the connection it may need, unless the call has a `timeoutMs` of its own. Default 10,000. */
  readonly deadlineMs?: number;
}

/**
 * RoomService over Thrift, on connections that are opened by the first calls and again after they were lost. Every method
 * throws RoombridgeError and nothing else; no call is ever repeated by itself. Node only.
 */
export class RoomService {
  readonly #transport: ThriftClient;
  readonly #service: RoomServiceClient;

  /** Throws RoombridgeError `invalid_argument` for options that make no sense. */
  constructor({ port = 9090, deadlineMs = 10_000, ...options }: RoomServiceOptions = {}) {
    try {
      this.#transport = new ThriftClient({ port, timeoutMs: deadlineMs, ...options });
    } catch (error) {
      throw toRoombridgeError(error);
    }
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
  refused: "api",
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
    return new RoombridgeError(TRANSPORT_CODES[error.code], error.message, {
      cause,
      mayHaveBeenDone,
      status: error.status,
    });
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
