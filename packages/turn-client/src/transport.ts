import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { HEADER_BYTES, StunFormatError } from "./message.ts";

/** `tls` is TLS over TCP, what a `turns:` URI means (RFC 7065). */
export type TransportName = "udp" | "tcp" | "tls";

/** How the server is verified, and which versions of TLS are offered; default: Node's authorities and versions. */
export type TlsSettings = Pick<ConnectionOptions, "ca" | "servername" | "minVersion" | "maxVersion" | "ciphers">;

export interface Transport {
  /** UDP loses packets, so requests are repeated on it. */
  readonly isReliable: boolean;
  /** Sends one STUN message or one ChannelData message; padding for TCP is added here (RFC 8656 section 12.5). */
  send(packet: Buffer): void;
  close(): void;
  /** Settles when nothing can arrive any more; with the error if one was the reason. */
  readonly closed: Promise<Error | undefined>;
}

export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly tls?: TlsSettings | undefined;
  readonly onPacket: (packet: Buffer) => void;
}

/** Opens a new local port, so that no two allocations share a 5-tuple. */
export function openTransport(name: TransportName, options: TransportOptions): Promise<Transport> {
  if (name === "udp") return openUdp(options);
  const { host, port } = options;
  return name === "tcp"
    ? openStream(options, connect({ host, port }), "connect")
    : openStream(options, connectTls({ host, port, ...options.tls }), "secureConnect");
}

async function openUdp({ host, port, onPacket }: TransportOptions): Promise<Transport> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  let failure: Error | undefined;
  const closed = new Promise<Error | undefined>((resolve) => {
    socket.on("close", () => {
      resolve(failure);
    });
  });
  socket.on("message", onPacket);
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    socket.close();
  };
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      failure = error;
      close();
      reject(error);
    };
    socket.on("error", fail);
    // A name that cannot be looked up is told to the callback alone.
    socket.connect(port, host, (error?: Error | null) => (error ? fail(error) : resolve()));
  });
  const send = (packet: Buffer): void => {
    if (!isClosed) socket.send(packet);
  };
  return { isReliable: false, send, close, closed };
}

/** `ready` is the event with which the socket can be written to and its peer is who it should be. */
async function openStream(
  { host, port, timeoutMs, onPacket }: TransportOptions,
  socket: Socket,
  ready: "connect" | "secureConnect",
): Promise<Transport> {
  let failure: Error | undefined;
  const closed = new Promise<Error | undefined>((resolve) => {
    socket.on("close", () => {
      resolve(failure);
    });
  });
  const split = new StreamSplitter(onPacket);
  socket.on("data", (chunk: Buffer) => {
    try {
      split.push(chunk);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(new Error(`no connection to ${host}:${port} in ${timeoutMs} ms`)),
    );
    socket.on("error", (error) => {
      failure = error;
      reject(error);
    });
    socket.on(ready, () => {
      socket.setTimeout(0);
      resolve();
    });
  });
  const send = (packet: Buffer): void => {
    if (!socket.writable) return;
    socket.write(Buffer.concat([packet, Buffer.alloc((4 - (packet.length % 4)) % 4)]));
  };
  return { isReliable: true, send, close: () => socket.destroy(), closed };
}

/** Cuts a TCP stream into STUN and ChannelData messages (RFC 8656 sections 7 and 12.5). */
export class StreamSplitter {
  readonly #onPacket: (packet: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onPacket: (packet: Buffer) => void) {
    this.#onPacket = onPacket;
  }

  /** Throws StunFormatError when the stream is neither. */
  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4) {
      const { length, padded } = measure(this.#rest);
      if (this.#rest.length < padded) return;
      const packet = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(padded);
      this.#onPacket(packet);
    }
  }
}

/** True for ChannelData, false for STUN: the first two bits tell (RFC 8656 section 12). */
export function isChannelData(packet: Buffer): boolean {
  return packet.length >= 4 && packet.readUInt8(0) >> 6 === 1;
}

function measure(bytes: Buffer): { length: number; padded: number } {
  const body = bytes.readUInt16BE(2);
  if (isChannelData(bytes)) return { length: 4 + body, padded: 4 + body + ((4 - (body % 4)) % 4) };
  if (bytes.readUInt8(0) >> 6 !== 0) throw new StunFormatError("neither STUN nor ChannelData on the stream");
  return { length: HEADER_BYTES + body, padded: HEADER_BYTES + body };
}
