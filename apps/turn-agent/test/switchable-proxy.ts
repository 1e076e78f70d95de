import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A way to the database that can be closed and opened again, on the same port. */
export interface SwitchableProxy {
  /** The given database URL with the proxy's address. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  off(): Promise<void>;
  on(): Promise<void>;
  /** Every connection is silent from now on, as when the machine behind it has vanished; new ones are as before. */
  silence(): void;
}

export async function startSwitchableProxy(databaseUrl: string): Promise<SwitchableProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const listen = async (port: number): Promise<number> => {
    const listener = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
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
    server = listener;
    listener.listen(port, "127.0.0.1");
    await once(listener, "listening");
    return (listener.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    url: url.href,
    async off() {
      const listener = server;
      server = undefined;
      const closed = listener && once(listener, "close");
      listener?.close();
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    on: async () => void (server ?? (await listen(port))),
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
