// boardgame.io's lobby with one game. Arguments: the folder in which it is installed, and the database, else memory.
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

interface Running {
  readonly appServer: { address(): AddressInfo };
}
interface Boardgame {
  readonly Server: (options: object) => { run(options: object): Promise<Running> };
}
interface Postgres {
  readonly PostgresStore: new (url: string, options: object) => object;
}

const [, , folder = "", databaseUrl] = process.argv;
const require = createRequire(join(folder, "main.cjs"));
const { Server } = require("boardgame.io/server") as Boardgame;
const game = { name: "game", setup: () => ({}), moves: {} };

const server = Server({
  games: [game],
  origins: [],
  ...(databaseUrl === undefined ? {} : { db: openStore(databaseUrl) }),
});
const { appServer } = await server.run({ port: 0, callback: () => {} });
process.send?.({ port: appServer.address().port });
process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));

function openStore(url: string): object {
  const { PostgresStore } = require("bgio-postgres") as Postgres;
  // As many connections as the gateway has.
  return new PostgresStore(url, { logging: false, pool: { max: 10 } });
}
