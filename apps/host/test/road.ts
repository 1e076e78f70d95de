import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Road {
  /** The database's URL by way of this road. */
  readonly url: string;
  /** Cuts every connection and refuses new ones, as a database that has stopped. */
  block(): Promise<void>;
  open(): Promise<void>;
}

/** A TCP proxy to a database, open until the end of the test. */
export async function openRoad(databaseUrl: string): Promise<Road> {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const open = async (port = 0) => {
    server = createServer((client) => {
      const upstream = connect(target);
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      client.pipe(upstream).pipe(client);
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  const block = async () => {
    const closed = server && once(server, "close");
    server?.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    server = undefined;
  };
  const port = await open();
  onTestFinished(block);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return { url: url.href, block, open: async () => void (await open(port)) };
}
