import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export interface Exchange {
  readonly request: Buffer;
  readonly reply: Buffer;
}

type Direction = keyof Exchange;

/**
 * Stands between a client and a server and notes what they say. Its clients make one call after the other, so an exchange
 * ends where the client speaks again.
 */
export class Recorder {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #exchanges: Record<Direction, Buffer[]>[] = [];

  private constructor(target: number) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const server = connect({ host: "127.0.0.1", port: target, allowHalfOpen: true, noDelay: true });
      client.setNoDelay(true);
      this.#carry("request", client, server);
      this.#carry("reply", server, client);
    });
  }

  static async start(target: number): Promise<Recorder> {
    const recorder = new Recorder(target);
    recorder.#server.listen(0, "127.0.0.1");
    await once(recorder.#server, "listening");
    return recorder;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get exchanges(): readonly Exchange[] {
    return this.#exchanges.map(({ request, reply }) => ({
      request: Buffer.concat(request),
      reply: Buffer.concat(reply),
    }));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #carry(direction: Direction, from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (chunk: Buffer) => {
      this.#note(direction, chunk);
      to.write(chunk);
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => this.#sockets.delete(from));
  }

  #note(direction: Direction, chunk: Buffer): void {
    let current = this.#exchanges.at(-1);
    if (!current || (direction === "request" && current.reply.length > 0)) {
      current = { request: [], reply: [] };
      this.#exchanges.push(current);
    }
    current[direction].push(chunk);
  }
}
