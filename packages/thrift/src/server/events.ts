/** What an operator should know. Never holds arguments or results. */
export type ServerEvent =
  /** The bytes of a client were refused; its connection ends. */
  | { readonly type: "protocol_error"; readonly remoteAddress: string; readonly message: string }
  /** A handler failed with something its IDL does not declare; the caller reads a fixed sentence. */
  | {
      readonly type: "handler_error";
      readonly remoteAddress: string;
      readonly method: string;
      readonly error: unknown;
    }
  /** A request over HTTP was answered with a status other than 200. */
  | {
      readonly type: "http_refusal";
      readonly remoteAddress: string;
      readonly status: number;
      readonly message: string;
    }
  | { readonly type: "timeout"; readonly remoteAddress: string; readonly what: TimeoutKind }
  /** Too many connections or too many buffered bytes. */
  | {
      readonly type: "overload";
      readonly remoteAddress: string;
      readonly what: "connections" | "bytes";
    }
  | CallEvent;

/** One decoded call has been answered (or, oneway, handled). */
export interface CallEvent {
  readonly type: "call";
  readonly remoteAddress: string;
  /** Service and method as the IDL names them; `(unknown)` for what is not in it: a client cannot write into logs. */
  readonly service: string;
  readonly method: string;
  /** Such as `framed compact`. */
  readonly dialect: string;
  readonly transport: TransportName;
  readonly outcome: CallOutcome;
  /** From the last byte of the call to its encoded reply. */
  readonly durationSeconds: number;
}

/** What carries the messages; the last letter of `tls` and `https` stands for TLS. */
export type TransportName = "tcp" | "tls" | "http" | "https";

export type TimeoutKind = "first_byte" | "handshake" | "message" | "idle" | "send" | "handler";

/** An answer, an exception that the IDL declares, or an ApplicationException, of the handler or of the server. */
export type CallOutcome = "success" | "exception" | "application_exception";

/** May throw: then Node prints a warning and the server goes on. */
export type OnServerEvent = (event: ServerEvent) => void;

/** Tells nobody; events of single calls are not even made for it. */
export const nobody: OnServerEvent = () => {};
