import { createSocket } from "node:dgram";
import { once } from "node:events";
import { WebSocket } from "ws";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Joins a room over WebSocket, sends a text and answers the greeting and the echo. */
export async function echoOverWebSocket(
  { host, port }: Address,
  roomId: string,
  text: string,
): Promise<{ hello: unknown; echo: string }> {
  const socket = new WebSocket(`ws://${host}:${port}/${roomId}`);
  try {
    const [hello] = (await once(socket, "message", { signal: AbortSignal.timeout(10_000) })) as [Buffer];
    socket.send(text);
    const [echo] = (await once(socket, "message", { signal: AbortSignal.timeout(10_000) })) as [Buffer];
    return { hello: JSON.parse(hello.toString()), echo: echo.toString() };
  } finally {
    socket.terminate();
  }
}

/** Sends a datagram until it comes back: UDP may lose one. */
export async function echoOverUdp({ host, port }: Address, text: string): Promise<string> {
  const socket = createSocket("udp4");
  const send = () => socket.send(text, port, host);
  const again = setInterval(send, 200);
  try {
    send();
    const [echo] = (await once(socket, "message", { signal: AbortSignal.timeout(10_000) })) as [Buffer];
    return echo.toString();
  } finally {
    clearInterval(again);
    socket.close();
  }
}
