import type { Socket } from "node:net";
import { InputBuffer } from "../protocol/input-buffer.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { detectTransport, type FirstBytes } from "./detect-transport.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { OnServerEvent, TimeoutKind } from "./events.ts";
import type { HttpFront } from "./http-front.ts";
import { HttpTransport } from "./http-transport.ts";
import type { ServerLimits } from "./limits.ts";
import { MessageTransport } from "./message-transport.ts";
import { PacedWriter } from "./paced-writer.ts";
import type { Link, Transport } from "./transport.ts";
import type { Postponed, TurnEnd } from "./turn-end.ts";

export interface ConnectionOptions {
  readonly isSecure: boolean;
  readonly dispatcher: Dispatcher;
  readonly limits: ServerLimits;
  readonly turnEnd: TurnEnd;
  readonly onEvent: OnServerEvent;
  /** How many more (or fewer) bytes this connection holds than at the last call. */
  readonly onBuffered: (connection: Connection, change: number) => void;
  /** Otherwise the client must begin with TLS. */
  readonly isPlainAccepted: boolean;
  /** Otherwise Thrift must be within HTTP. */
  readonly isDirectAccepted: boolean;
  /** Absent where HTTP is not spoken. */
  readonly http?: HttpFront;
  /** Takes over a socket that begins with TLS; this connection is nothing any more then. */
  readonly onTls?: (connection: Connection, socket: Socket) => void;
}

/** For the peer to close its side after we have closed ours; meanwhile late bytes are dropped, not answered by a reset. */
const LINGER_MS = 1_000;
const SMALL_CHUNK_BYTES = 4_096;

/**
 * One client's socket: when it is read, what it may hold, how long it may take, and how it ends. What the bytes mean is the
 * transport's business. Nothing that a client sends can throw out of here.
 */
export class Connection implements Link, Postponed {
  readonly remoteAddress: string;
  readonly isSecure: boolean;
  readonly input = new InputBuffer();
  readonly #socket: Socket;
  readonly #writer: PacedWriter;
  readonly #options: ConnectionOptions;
  #transport: Transport | undefined;
  /** Nothing more will arrive: the peer has ended, or its bytes were refused. */
  #isEnding = false;
  #isDraining = false;
  #isHandedOn = false;
  #isReading = true;
  #isReceiving = false;
  #isScheduled = false;
  /** In this turn. */
  #hasReceived = false;
  #reportedBytes = 0;
  #waitingFor: "first_byte" | "message" | "idle" = "first_byte";
  #waitingSince = performance.now();
  #linger: NodeJS.Timeout | undefined;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.remoteAddress = socket.remoteAddress ?? "";
    this.isSecure = options.isSecure;
    this.#writer = new PacedWriter(socket, () => this.#written());
    socket.setNoDelay(true);
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    // Resets are the peer's right; 'close' follows and cleans up.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(this.#linger);
      this.#writer.abandon();
      this.#transport?.abandon();
      this.#release();
    });
  }

  /** Answers what is under way, refuses what comes, and ends when nothing is left. */
  drain(): void {
    this.#isDraining = true;
    this.#transport?.drain();
    this.#proceed();
  }

  destroy(): void {
    this.#socket.destroy();
    // At once: the next to arrive must not suffer for what is gone.
    this.#release();
  }

  /** Ends what has waited too long; called every now and then. */
  enforceTimeouts(now: number): void {
    const { limits } = this.#options;
    this.#transport?.expireCalls(now);
    // Also what Node holds of a client that is not read from.
    this.#reportBytes();
    if (this.#writer.stalledMs(now) > limits.sendTimeoutMs) return this.#giveUp("send");
    // While calls run, or while we do not read, it is not the client that keeps us waiting.
    if (this.#transport?.isBusy || !this.#isReading || this.#isHandedOn || this.#writer.isEnded) return;
    const allowed = {
      first_byte: limits.firstByteTimeoutMs,
      message: limits.messageTimeoutMs,
      idle: limits.idleTimeoutMs,
    };
    if (now - this.#waitingSince <= allowed[this.#waitingFor]) return;
    this.#giveUp(this.#waitingFor);
  }

  get unsentBytes(): number {
    return this.#writer.unsentBytes;
  }

  write(bytes: Uint8Array, onTaken?: () => void): void {
    if (this.#writer.isEnded) onTaken?.();
    else this.#writer.write(bytes, onTaken);
  }

  end(): void {
    this.#isEnding = true;
    this.schedule();
  }

  /** Bytes that cannot be understood end the connection, after the replies that are due. */
  fail(error: unknown): void {
    this.end();
    this.input.consume(this.input.length);
    const message = error instanceof Error ? error.message : "unknown";
    this.#options.onEvent({ type: "protocol_error", remoteAddress: this.remoteAddress, message });
  }

  /** Replies that become ready in the same turn, waiting for the same answer of a database say, leave together. */
  schedule(): void {
    if (this.#isReceiving || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.turnEnd.add(this);
  }

  atTurnEnd(): void {
    this.#isScheduled = false;
    this.#proceed();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isEnding || this.#writer.isEnded) return;
    this.input.append(chunk);
    if (!this.#receive()) return;
    this.#hasReceived = true;
    // What is little is counted at the end of the turn: most of it is used and answered by then.
    if (chunk.length > SMALL_CHUNK_BYTES) this.#reportBytes();
    this.schedule();
  };

  readonly #onEnd = (): void => {
    this.#isEnding = true;
    this.#proceed();
  };

  #giveUp(what: TimeoutKind): void {
    this.#options.onEvent({ type: "timeout", remoteAddress: this.remoteAddress, what });
    this.destroy();
  }

  /** Takes as many messages as the limits allow, and decides whether to read on; false when this connection is over. */
  #receive(): boolean {
    if (this.#socket.destroyed || this.#isHandedOn) return false;
    if (!this.#transport && this.input.length > 0 && this.#handOn()) return false;
    const now = performance.now();
    const isProgress = this.#transport !== undefined && this.#receiveWith(this.#transport, now);
    this.#setReading(!this.#transport?.isHeldBack, now);
    this.#restartClock(isProgress, now);
    return true;
  }

  /** The same, unless this was done in this turn and nothing is left over, and sends what is ready. */
  #proceed(): void {
    const isDone = this.#hasReceived && this.#transport?.isReceiving === false;
    this.#hasReceived = false;
    if (isDone ? this.#socket.destroyed || this.#isHandedOn : !this.#receive()) return;
    const transport = this.#transport;
    const isHeldBack = transport?.isHeldBack ?? false;
    transport?.flush();
    // Sending has made room: the messages that are here already go on in the next turn, after those of other clients.
    if (isHeldBack && !transport?.isHeldBack) this.schedule();
    if ((this.#isEnding || this.#isDraining) && !transport?.isBusy && !isHeldBack) this.#finish();
    this.#reportBytes();
  }

  /** By the first bytes: hands a TLS client on, and then answers true, or chooses a transport if they suffice. */
  #handOn(): boolean {
    const { onTls } = this.#options;
    const kind = detectTransport(this.input.view());
    if (kind === undefined) return false;
    if (kind === "tls" && onTls) {
      this.#leave();
      onTls(this, this.#socket);
      return true;
    }
    this.#open(kind);
    return false;
  }

  #open(kind: FirstBytes): void {
    const { isPlainAccepted, isDirectAccepted, http } = this.#options;
    if (!this.isSecure && !isPlainAccepted)
      return this.fail(new ProtocolError("bad_version", "only TLS is spoken here"));
    if (kind === "http" && http) this.#transport = new HttpTransport(this, http, this.#options);
    else if (isDirectAccepted) this.#transport = new MessageTransport(this, this.#options);
    else return this.fail(new ProtocolError("bad_version", "only HTTP is spoken here"));
    if (this.#isDraining) this.#transport.drain();
  }

  /** Leaves the socket as if nothing had been read from it. */
  #leave(): void {
    const socket = this.#socket;
    this.#isHandedOn = true;
    socket.off("data", this.#onData).off("end", this.#onEnd);
    socket.pause();
    socket.unshift(Buffer.from(this.input.view()));
    this.input.consume(this.input.length);
    this.#release();
  }

  #receiveWith(transport: Transport, now: number): boolean {
    this.#isReceiving = true;
    try {
      return transport.receive(now);
    } catch (error) {
      this.fail(error);
      return true;
    } finally {
      this.#isReceiving = false;
    }
  }

  #written(): void {
    if (this.#isReading) this.#reportBytes();
    else this.#proceed();
  }

  #finish(): void {
    if (this.#writer.isEnded) return;
    // Bytes that nobody reads would turn our end into a reset, and the peer might lose its last replies.
    this.#setReading(true, performance.now());
    this.#writer.end(() => {
      this.#linger = setTimeout(() => this.destroy(), LINGER_MS);
    });
  }

  #setReading(isReading: boolean, now: number): void {
    if (this.#isReading === isReading || this.#writer.isEnded) return;
    this.#isReading = isReading;
    if (!isReading) {
      this.#socket.pause();
      return;
    }
    this.#socket.resume();
    this.#waitingSince = now;
  }

  #restartClock(isProgress: boolean, now: number): void {
    const transport = this.#transport;
    const isReceiving = transport?.isReceiving ?? this.input.length > 0;
    const waitingFor = isReceiving ? "message" : transport ? "idle" : "first_byte";
    // A message that trickles in must not restart its own clock.
    if (waitingFor === "message" && this.#waitingFor === "message" && !isProgress) return;
    this.#waitingFor = waitingFor;
    this.#waitingSince = now;
  }

  #release(): void {
    const held = this.#reportedBytes;
    this.#reportedBytes = 0;
    if (held > 0) this.#options.onBuffered(this, -held);
  }

  /** What has arrived and is not used, what waits to be sent, and what the transport holds. */
  #reportBytes(): void {
    if (this.#socket.destroyed) return;
    const held = this.input.length + this.#socket.readableLength + this.#writer.unsentBytes;
    const bytes = held + (this.#transport?.heldBytes ?? 0);
    const change = bytes - this.#reportedBytes;
    this.#reportedBytes = bytes;
    if (change !== 0) this.#options.onBuffered(this, change);
  }
}
