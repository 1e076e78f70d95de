import type { InputBuffer } from "../protocol/input-buffer.ts";

/** What a transport uses of the connection that it serves. */
export interface Link {
  readonly remoteAddress: string;
  readonly isSecure: boolean;
  /** What has arrived and is not used yet. */
  readonly input: InputBuffer;
  /** Bytes that the peer has not taken yet. */
  readonly unsentBytes: number;
  /** `onTaken` is called when the system has taken the bytes, or never will. */
  write(bytes: Uint8Array, onTaken?: () => void): void;
  /** Has `receive` and `flush` called at the end of this turn, if they are not running now. */
  schedule(): void;
  /** Nothing more is taken; what is under way is answered. */
  end(): void;
  /** The same, because of what has arrived. */
  fail(error: unknown): void;
  destroy(): void;
}

/** A way in which calls come and replies go on a connection. */
export interface Transport {
  /**
   * Takes what is in the input as far as the limits allow; true if a message was complete. `now` is by `performance.now()`.
   * Throws ProtocolError.
   */
  receive(now: number): boolean;
  /** Sends the replies that are ready. */
  flush(): void;
  /** The limits forbid to take more now. */
  readonly isHeldBack: boolean;
  /** Part of a message is here. */
  readonly isReceiving: boolean;
  /** Calls are under way. */
  readonly isBusy: boolean;
  /** Bytes held besides the link's input and what it has not sent. */
  readonly heldBytes: number;
  /** From now on calls are refused. */
  drain(): void;
  /** Answers calls whose handlers run too long. */
  expireCalls(now: number): void;
  /** The connection is gone: forgets all calls and tells their handlers. */
  abandon(): void;
}
