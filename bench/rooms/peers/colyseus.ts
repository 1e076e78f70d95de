// Colyseus as its documentation starts it, with one kind of room. The argument is the folder in which it is installed.
import { createRequire } from "node:module";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

interface Core {
  readonly Server: new (options: object) => {
    define(name: string, room: object): void;
    listen(port: number, host: string): Promise<unknown>;
  };
  readonly Room: new () => object;
}
interface Transport {
  readonly WebSocketTransport: new (options: { readonly server: Server }) => object;
}

const require = createRequire(join(process.argv[2] ?? "", "main.cjs"));
const { Server: GameServer, Room } = require("@colyseus/core") as Core;
const { WebSocketTransport } = require("@colyseus/ws-transport") as Transport;

const http = createServer();
const server = new GameServer({
  transport: new WebSocketTransport({ server: http }),
  greet: false,
  gracefullyShutdown: false,
});
server.define("game", class extends Room {});
await server.listen(0, "127.0.0.1");
process.send?.({ port: (http.address() as AddressInfo).port });
process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));
