import { connect, type Socket } from "node:net";

const KEEP_ALIVE_MS = 60_000;

/**
 * Joins a player's connection to the game server on a port of this machine: each direction as fast as its reader takes it,
 * and ended by itself. What breaks one of the two breaks the other.
 */
export function forward(player: Socket, plainPort: number): void {
  const game = connect({ port: plainPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  player.setKeepAlive(true, KEEP_ALIVE_MS);
  pass(player, game);
  pass(game, player);
}

function pass(from: Socket, to: Socket): void {
  from.on("error", () => {});
  // One that has ended as it should leaves the other one to finish what it still has to send.
  from.once("close", () => {
    if (!from.readableEnded || from.errored) to.destroy();
  });
  from.pipe(to);
}
