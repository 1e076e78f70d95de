import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { cpuMicroseconds } from "../cpu-time.ts";
import type { Face } from "./faces.ts";

export interface Sample {
  readonly roomsPerSecond: number;
  /** Of the server, not of the database. */
  readonly cpuMicrosecondsPerRoom: number;
  /** Of each request. */
  readonly milliseconds: readonly number[];
}

/** Keeps one request under way on each connection for a while, then waits for the last answers. */
export async function createRooms(face: Face, connections: number, milliseconds: number): Promise<Sample> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(face.port)));
  const latencies: number[] = [];
  const cpuBefore = cpuMicroseconds(face.pid);
  const begin = performance.now();
  const end = begin + milliseconds;
  try {
    await Promise.all(sockets.map((socket) => request(face, socket, { end, latencies })));
    return {
      roomsPerSecond: latencies.length / ((performance.now() - begin) / 1_000),
      cpuMicrosecondsPerRoom: (cpuMicroseconds(face.pid) - cpuBefore) / latencies.length,
      milliseconds: latencies,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** One request after the other until the end; rejects when one is refused. */
function request(
  face: Face,
  socket: Socket,
  { end, latencies }: { readonly end: number; readonly latencies: number[] },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let sentAt = performance.now();
    socket.on("error", reject);
    socket.on("end", () => reject(new Error(`${face.name} ended a connection`)));
    socket.on("data", (chunk: Buffer) => {
      try {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const size = face.answerSize(received);
        if (size === undefined) return;
        received = received.subarray(size);
        const now = performance.now();
        latencies.push(now - sentAt);
        sentAt = now;
        if (now < end) socket.write(face.request);
        else resolve();
      } catch (error) {
        reject(error);
      }
    });
    socket.write(face.request);
  });
}
