import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export interface Exchange {
  readonly request: Buffer;
  readonly reply: Buffer;
}

type Direction = keyof Exchange;
type Notes = Record<Direction, Buffer[]>;

/**
 * Stands between a client and a server and notes what they say. Its clients make one call after the other on a connection, so
 * an exchange ends where the client speaks again.
 */
export class Recorder {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #exchanges: Notes[] = [];

  private constructor(target: number) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const server = connect({ host: "127.0.0.1", port: target, allowHalfOpen: true, noDelay: true });
      client.setNoDelay(true);
      const line: { current?: Notes } = {};
      this.#carry(client, server, (chunk) => this.#note("request", chunk, line));
      this.#carry(server, client, (chunk) => this.#note("reply", chunk, line));
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

  #carry(from: Socket, to: Socket, note: (chunk: Buffer) => void): void {
    this.#sockets.add(from);
    from.on("data", (chunk: Buffer) => {
      note(chunk);
      to.write(chunk);
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => this.#sockets.delete(from));
  }

  #note(direction: Direction, chunk: Buffer, line: { current?: Notes }): void {
    if (!line.current || (direction === "request" && line.current.reply.length > 0)) {
      line.current = { request: [], reply: [] };
      this.#exchanges.push(line.current);
    }
    line.current[direction].push(chunk);
  }
}
