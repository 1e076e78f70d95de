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
  /** One decoded call has been answered (or, oneway, handled). */
  | {
      readonly type: "call";
      readonly remoteAddress: string;
      /** `(unknown)` for what the services do not have: a client cannot write into logs. */
      readonly method: string;
      readonly outcome: CallOutcome;
      readonly durationMs: number;
    };

export type TimeoutKind = "first_byte" | "handshake" | "message" | "idle" | "send" | "handler";

export type CallOutcome = "success" | "exception" | "application_exception";

/** May throw: then Node prints a warning and the server goes on. */
export type OnServerEvent = (event: ServerEvent) => void;
