import { openDialect, type Dialect } from "../protocol/dialect.ts";
import { openHeader, sealHeader } from "../protocol/header-dialect.ts";
import type { MessageReader } from "../protocol/message-input.ts";
import { readEnvelope, settleCall } from "./answer.ts";
import type { Channel } from "./channel.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { ResolvedOptions } from "./client-options.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { PendingCall, PendingCalls } from "./pending-calls.ts";
import { lostConnection, TransportError } from "./transport-error.ts";

/**
 * Messages one after the other on connections of their own, framed, unframed or in THeader. Calls are pipelined, and find
 * their answers by their numbers.
 */
export class StreamChannel implements Channel {
  readonly isFramed: boolean;
  readonly #options: ResolvedOptions;
  readonly #pending: PendingCalls;
  readonly #pool: ConnectionPool;

  constructor(options: ResolvedOptions, pending: PendingCalls) {
    this.isFramed = options.transport === "framed";
    this.#options = options;
    this.#pending = pending;
    this.#pool = new ConnectionPool({
      ...options,
      openDialect: () => this.#openDialect(),
      connectTimeoutMs: options.timeoutMs,
      onMessage: (connection, message) => this.#answer(connection, message),
      onLost: (connection, cause) => pending.reject(lostConnection(cause), connection),
    });
  }

  /** At once if there is a connection, so that calls of the same turn see each other's weight. */
  send(call: PendingCall, message: Buffer): void {
    const { transport, protocol } = this.#options;
    const bytes = transport === "theader" ? sealHeader(message, protocol, call.id) : message;
    const connection = this.#pool.pick();
    if (connection) {
      write(connection, call, bytes);
      return;
    }
    this.#pool.open().then((opened) => {
      // Settled meanwhile: a call whose deadline is over must not be sent.
      if (this.#pending.has(call)) write(this.#pool.pick() ?? opened, call, bytes);
    }, call.reject);
  }

  release({ connection }: PendingCall): void {
    if (connection) this.#pool.release(connection);
  }

  /** The peer of a connection on which no message came may have vanished; the calls on it keep their chance. */
  doubt({ connection, sentAt }: PendingCall): void {
    if (connection && connection.lastMessageAt < sentAt) this.#pool.retire(connection);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #openDialect(): Dialect {
    const { protocol, maxMessageBytes, transport } = this.#options;
    if (transport === "theader") return openHeader(maxMessageBytes);
    return openDialect(protocol, { isFramed: this.isFramed, maxMessageBytes });
  }

  /** Throws when the message answers no call: then nothing on this connection can be trusted. */
  #answer(connection: ClientConnection, reader: MessageReader): void {
    const envelope = readEnvelope(reader);
    const { sequenceId } = envelope;
    const call = this.#pending.get(sequenceId);
    if (call?.connection !== connection) {
      // A late answer to a call that gave up has a number that was ours once; any other was never ours.
      if (this.#pending.wasGiven(sequenceId)) return;
      throw new TransportError("invalid_answer", `an answer with the unknown number ${sequenceId}`);
    }
    this.#pool.answered(connection);
    settleCall(call, reader, envelope);
  }
}

function write(connection: ClientConnection, call: PendingCall, bytes: Buffer): void {
  call.connection = connection;
  call.sentAt = performance.now();
  connection.waiting += 1;
  connection.write(bytes, call.sent);
}
