import { once } from "node:events";
import { connect } from "node:net";

/** Sends bytes as they are to 127.0.0.1; resolves to all that came back until the server closed. */
export async function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => (received += chunk));
  socket.on("error", () => {});
  socket.write(bytes);
  await once(socket, "close");
  return received;
}

/** The statuses of all answers in what came back. A JSON body ends without a newline, so not only at the start of a line. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
