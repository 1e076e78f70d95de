import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { cpuMicroseconds } from "../cpu-time.ts";

export interface Target {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

export interface Sample {
  readonly perSecond: number;
  /** Of each request or transaction. */
  readonly milliseconds: readonly number[];
  /** Of the server that was asked, for each request; undefined where that is not one process. */
  readonly cpuMicroseconds?: number;
  /** Answers with another status than the one that was wanted; they count for nothing else. */
  readonly refused?: number;
}

export interface Load {
  readonly connections: number;
  readonly milliseconds: number;
  /** The status that every answer must have, unless `mayRefuse`. */
  readonly status: number;
  readonly mayRefuse?: boolean;
  /** A whole request; undefined: there is nothing more to ask. */
  readonly next: () => Uint8Array | undefined;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = Buffer.from("content-length:");
const CHUNKS_END = Buffer.from("\r\n0\r\n\r\n");
/** Behind `HTTP/1.1 `. */
const STATUS_AT = 9;

/** Keeps one request under way on each connection for a while, then waits for the last answers. */
export async function measureHttp(target: Target, load: Load): Promise<Sample> {
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(target.port)));
  const latencies: number[] = [];
  let refused = 0;
  const onRefused = (answer: string) => {
    refused += 1;
    if (load.mayRefuse !== true) throw new Error(`${target.name} answered ${answer}`);
  };
  const cpuBefore = cpuMicroseconds(target.pid);
  const begin = performance.now();
  const end = begin + load.milliseconds;
  try {
    await Promise.all(sockets.map((socket) => converse(target, socket, { ...load, end, latencies, onRefused })));
    return {
      perSecond: latencies.length / ((performance.now() - begin) / 1_000),
      milliseconds: latencies,
      cpuMicroseconds: (cpuMicroseconds(target.pid) - cpuBefore) / latencies.length,
      ...(refused > 0 ? { refused } : {}),
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** A request over HTTP/1.1, on a connection that is kept alive. */
export function toRequest(
  { port }: Target,
  { method, path, token, body }: { method: "GET" | "POST"; path: string; token?: string; body?: string },
): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`];
  if (token !== undefined) lines.push(`authorization: Bearer ${token}`);
  if (body !== undefined) lines.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
  else if (method === "POST") lines.push("content-length: 0");
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body ?? ""}`);
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  return socket;
}

interface Conversation extends Pick<Load, "status" | "next"> {
  readonly end: number;
  readonly latencies: number[];
  /** Throws when that must not be. */
  readonly onRefused: (answer: string) => void;
}

/** One request after the other until the end; rejects when one is refused. */
function converse({ name }: Target, socket: Socket, conversation: Conversation): Promise<void> {
  const { status, next, end, latencies, onRefused } = conversation;
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let sentAt = 0;
    const ask = () => {
      const request = performance.now() < end ? next() : undefined;
      if (request === undefined) return resolve();
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on("error", reject);
    socket.on("end", () => reject(new Error(`${name} ended a connection`)));
    socket.on("data", (chunk: Buffer) => {
      try {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const size = answerSize(received);
        if (size === undefined) return;
        if (statusOf(received) === String(status)) latencies.push(performance.now() - sentAt);
        else onRefused(received.toString("utf8", 0, Math.min(size, 1_000)));
        received = received.subarray(size);
        ask();
      } catch (error) {
        reject(error);
      }
    });
    ask();
  });
}

function statusOf(received: Buffer): string {
  return received.toString("latin1", STATUS_AT, STATUS_AT + 3);
}

/** Bytes of the answer at the beginning of these; undefined: it is not whole yet. */
function answerSize(received: Buffer): number | undefined {
  const headSize = received.indexOf(HEAD_END);
  if (headSize < 0) return undefined;
  const bodyAt = headSize + HEAD_END.length;
  if (statusOf(received) === "204") return bodyAt;
  const size = bodySize(received, headSize);
  return size === undefined || received.length < bodyAt + size ? undefined : bodyAt + size;
}

function bodySize(received: Buffer, headSize: number): number | undefined {
  const head = received.subarray(0, headSize + 2);
  const at = head.indexOf(LENGTH);
  const [, length] =
    at < 0 ? (/\r\ncontent-length: *(\d+)/i.exec(head.toString("latin1")) ?? []) : [0, readLength(head, at)];
  if (length !== undefined) return Number(length);
  // Chunked: no JSON contains what ends it.
  const end = received.indexOf(CHUNKS_END, headSize);
  return end < 0 ? undefined : end + CHUNKS_END.length - headSize - HEAD_END.length;
}

function readLength(head: Buffer, at: number): string {
  return head.toString("latin1", at + LENGTH.length, head.indexOf("\r\n", at));
}
