import { isNotUnderstood } from "./attributes.ts";
import { decodeMessage, encodeMessage, StunFormatError, type Message, type ReceivedMessage } from "./message.ts";
import { isChannelData, openTransport, type TlsSettings, type Transport, type TransportName } from "./transport.ts";

export interface ExchangeOptions {
  readonly host: string;
  readonly port: number;
  readonly transport: TransportName;
  readonly tls?: TlsSettings | undefined;
  /** How long any one request may take. */
  readonly timeoutMs: number;
  readonly onIndication: (message: ReceivedMessage) => void;
  readonly onChannelData: (packet: Buffer) => void;
}

interface Waiting {
  readonly method: number;
  readonly resolve: (answer: ReceivedMessage) => void;
  readonly reject: (error: Error) => void;
}

/** RFC 8489 section 6.2.1 starts with 500 ms; loopback needs less. */
const FIRST_RETRANSMISSION_MS = 250;

/** Requests and their answers over one local port. */
export class Exchange {
  readonly closed: Promise<Error | undefined>;
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #waiting: Map<string, Waiting>;
  #end: Error | undefined;

  private constructor(transport: Transport, waiting: Map<string, Waiting>, timeoutMs: number) {
    this.#transport = transport;
    this.#waiting = waiting;
    this.#timeoutMs = timeoutMs;
    this.closed = transport.closed.then((failure) => {
      this.#end = failure ?? new Error("the connection to the TURN server is closed");
      failAll(waiting, this.#end);
      return failure;
    });
  }

  static async open(options: ExchangeOptions): Promise<Exchange> {
    const waiting = new Map<string, Waiting>();
    const transport = await openTransport(options.transport, {
      host: options.host,
      port: options.port,
      timeoutMs: options.timeoutMs,
      tls: options.tls,
      onPacket: (packet) => {
        try {
          receive(packet, waiting, options);
        } catch (error) {
          failAll(waiting, error instanceof Error ? error : new Error(String(error)));
        }
      },
    });
    return new Exchange(transport, waiting, options.timeoutMs);
  }

  /** The success or error answer to a request. Rejects at the deadline, when the connection ends, or on a malformed answer. */
  async request(message: Message, key?: Buffer): Promise<ReceivedMessage> {
    if (this.#end) throw this.#end;
    const packet = encodeMessage(message, key ? { key, fingerprint: true } : { fingerprint: true });
    const id = message.transactionId.toString("hex");
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<ReceivedMessage>((resolve, reject) => {
        this.#waiting.set(id, { method: message.method, resolve, reject });
        const deadline = Date.now() + this.#timeoutMs;
        const transmit = (delayMs: number): void => {
          const leftMs = deadline - Date.now();
          if (leftMs <= 0) return reject(new Error(`no answer from the TURN server in ${this.#timeoutMs} ms`));
          this.#transport.send(packet);
          const nextMs = this.#transport.isReliable ? leftMs : Math.min(delayMs, leftMs);
          timer = setTimeout(transmit, nextMs + 1, delayMs * 2);
        };
        transmit(FIRST_RETRANSMISSION_MS);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Sends something that has no answer: an indication or ChannelData. */
  send(packet: Buffer): void {
    this.#transport.send(packet);
  }

  close(): void {
    this.#transport.close();
  }
}

function receive(packet: Buffer, waiting: Map<string, Waiting>, options: ExchangeOptions): void {
  if (isChannelData(packet)) return options.onChannelData(packet);
  const message = decodeMessage(packet);
  const strange = message.attributes.find(({ type }) => isNotUnderstood(type));
  if (strange)
    throw new StunFormatError(`the server sent an attribute 0x${strange.type.toString(16)} that must be understood`);
  if (message.class === "indication") return options.onIndication(message);
  const request = waiting.get(message.transactionId.toString("hex"));
  if (message.class === "request" || request?.method === undefined) return;
  if (message.method !== request.method) throw new StunFormatError("the answer is for another method");
  request.resolve(message);
}

function failAll(waiting: Map<string, Waiting>, error: Error): void {
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}
