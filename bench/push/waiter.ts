import { connect, type Socket } from "node:net";
import { once } from "node:events";

/** Milliseconds since 1970, finer than a millisecond; of the same clock as the database's on this machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export interface Waiter {
  readonly roomId: string;
  /** When the first byte of the answer came. Rejects for another answer than an active room. */
  readonly answeredAtMs: Promise<number>;
  readonly close: () => void;
}

/** A game client that has asked where its room is, on a connection of its own. */
export async function startWaiter(port: number, appId: string, roomId: string): Promise<Waiter> {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let received = "";
  let firstAtMs = 0;
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    firstAtMs ||= nowMs();
    received += chunk;
    if (!received.includes("}")) return;
    if (received.includes('"status":"active"')) resolve(firstAtMs);
    else reject(new Error(`the gateway answered ${received}`));
  });
  // It is awaited when all of them have been told.
  promise.catch(() => {});
  socket.on("error", reject);
  socket.once("close", () => reject(new Error("the gateway closed the connection")));
  const path = `/rooms/v2/${appId}/connectioninfo/${roomId}?wait=25`;
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
  return { roomId, answeredAtMs: promise, close: () => socket.destroy() };
}
