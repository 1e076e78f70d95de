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

const WAIT_SECONDS = 25;

/** A game client that asks where its room is, on a connection of its own, and asks again when it was told in vain after its wait. */
export async function startWaiter(port: number, appId: string, roomId: string): Promise<Waiter> {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const path = `/rooms/v2/${appId}/connectioninfo/${roomId}?wait=${WAIT_SECONDS}`;
  let received = "";
  let firstAtMs = 0;
  let askedAtMs = 0;
  const ask = () => {
    received = "";
    firstAtMs = 0;
    askedAtMs = nowMs();
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
  };
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    firstAtMs ||= nowMs();
    received += chunk;
    if (!received.includes("}")) return;
    const waitedMs = firstAtMs - askedAtMs;
    if (received.includes('"status":"active"')) resolve(firstAtMs);
    else if (received.includes('"status":"starting"') && waitedMs >= WAIT_SECONDS * 1_000) ask();
    else reject(new Error(`after ${waitedMs.toFixed(0)} ms the gateway answered ${received}`));
  });
  // It is awaited when all of them have been told.
  promise.catch(() => {});
  socket.on("error", reject);
  socket.once("close", () => reject(new Error("the gateway closed the connection")));
  ask();
  return { roomId, answeredAtMs: promise, close: () => socket.destroy() };
}
