import type { PendingCall } from "./pending-calls.ts";

/** How calls go to a server and their answers come back. It settles each call that it is given, once it can. */
export interface Channel {
  /** Whether messages must have their length before them. */
  readonly isFramed: boolean;
  /** Sends a call, unless it is settled before it can be sent. */
  send(call: PendingCall, message: Buffer): void;
  /** To be called when a call is settled, however. */
  release(call: PendingCall): void;
  /** To be called when a call was not answered in time. */
  doubt(call: PendingCall): void;
  /** Ends all connections, and resolves when they are gone. To be called when no call waits. */
  close(): Promise<void>;
}
