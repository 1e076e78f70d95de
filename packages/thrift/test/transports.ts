import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HttpClient, post } from "./http-client.ts";
import { frame } from "./raw-client.ts";
import { theader } from "./theader.ts";

export const TRANSPORTS = ["tcp", "tls", "http", "https", "theader"] as const;

export type Transport = (typeof TRANSPORTS)[number];

/** A client of one of the transports, in the binary protocol. */
export interface TransportClient {
  readonly socket: Socket;
  /** The bytes that carry a message. */
  readonly wrap: (message: Buffer) => Buffer;
  /** The messages that were answered. */
  readonly replies: readonly Buffer[];
  readonly isGone: boolean;
  readonly reset: () => void;
}

export async function openTransport(transport: Transport, port: number, ca: string): Promise<TransportClient> {
  const isSecure = transport === "tls" || transport === "https";
  const tcp = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
  const socket = isSecure ? connectTls({ socket: tcp, host: "127.0.0.1", ca }) : tcp;
  await once(socket, isSecure ? "secureConnect" : "connect");
  const client = transport === "http" || transport === "https" ? overHttp(socket) : inFrames(socket, transport);
  return Object.assign(client, { reset: () => void tcp.resetAndDestroy() });
}

type Client = Omit<TransportClient, "reset">;

function overHttp(socket: Socket): Client {
  const client = new HttpClient(socket);
  return {
    socket,
    wrap: (message) => post(message),
    get replies() {
      return client.answers.map(({ body }) => body);
    },
    get isGone() {
      return client.isGone;
    },
  };
}

function inFrames(socket: Socket, transport: Transport): Client {
  const replies: Buffer[] = [];
  const chunks: Buffer[] = [];
  const state = { isGone: false };
  socket.on("error", () => {});
  socket.on("end", () => (state.isGone = true));
  socket.on("close", () => (state.isGone = true));
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    let rest = Buffer.concat(chunks.splice(0));
    for (let size = frameSize(rest); size > 0; size = frameSize(rest)) {
      // Our server's THeader has four bytes of header.
      replies.push(rest.subarray(transport === "theader" ? 18 : 4, size));
      rest = rest.subarray(size);
    }
    chunks.push(rest);
  });
  const wrap = transport === "theader" ? (message: Buffer) => theader(message) : (message: Buffer) => frame(message);
  return {
    socket,
    wrap,
    replies,
    get isGone() {
      return state.isGone;
    },
  };
}

/** 0 while the frame is not complete. */
function frameSize(bytes: Buffer): number {
  const size = bytes.length < 4 ? Infinity : 4 + bytes.readUInt32BE(0);
  return bytes.length < size ? 0 : size;
}
