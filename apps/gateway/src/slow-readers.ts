import type { Server } from "node:http";
import type { Socket } from "node:net";

const LOOK_MS = 15_000;
/** A client that has taken nothing of what waits for it in so many looks in a row, so 45 to 60 s, reads no more. */
const MAX_LOOKS = 4;

interface Reading {
  written: number;
  looks: number;
}

/**
 * Closes connections whose client does not take its answer: Node would keep what waits for it for as long as the connection
 * stays open. A log that is followed and silent has nothing waiting. Whether a client takes something shows by whole pieces,
 * as they were written: a page is one. Ends with the server.
 */
export function dropSlowReaders(
  server: Server,
  { lookMs = LOOK_MS, onDrop }: { readonly lookMs?: number; readonly onDrop: (socket: Socket) => void },
): void {
  const readings = new Map<Socket, Reading>();
  server.on("connection", (socket: Socket) => {
    readings.set(socket, { written: 0, looks: 0 });
    socket.once("close", () => readings.delete(socket));
  });
  const timer = setInterval(() => {
    for (const [socket, reading] of readings) {
      const written = socket.bytesWritten - socket.writableLength;
      const isStuck = socket.writableLength > 0 && written === reading.written;
      reading.written = written;
      reading.looks = isStuck ? reading.looks + 1 : 0;
      if (reading.looks < MAX_LOOKS) continue;
      onDrop(socket);
      socket.destroy();
    }
  }, lookMs);
  timer.unref();
  server.once("close", () => clearInterval(timer));
}
