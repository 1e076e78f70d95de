import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** When the proxy cuts the connection on which the marked request was sent. */
export type Cut = "before_request" | "before_answer" | "after_request";

export interface CuttingProxy {
  /** The given database URL with the proxy's address. */
  readonly url: string;
  /** Cuts the next connection whose traffic to the server contains `marker`, once. */
  cutNext(marker: string, when: Cut): void;
  /** Cuts every connection now; what the server was asked it still does. */
  cutAll(): void;
  /** As `cutNext` before the answer, but the connection stays open and nothing comes over it any more. */
  silenceNext(marker: string): void;
  /** As `cutNext` before the answer, but the answer comes late: `cut` resolves when it is there, and what is answered lets it through. */
  holdNext(marker: string): () => void;
  /** Nothing comes over any connection any more, nor over new ones until `speak`, and none is closed. */
  silenceAll(): void;
  /** New connections work again; silent ones stay silent. */
  speak(): void;
  /** Resolves when the armed cut has happened. */
  readonly cut: () => Promise<void>;
  close(): Promise<void>;
}

/**
 * A TCP proxy in front of PostgreSQL that breaks one connection at a chosen moment: before the request reaches the server,
 * right after it was handed over, or when the server has answered and the answer is on its way; or all of them at once. It
 * can also keep connections open and swallow what is sent over them, as a network does whose other end has vanished.
 */
export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const cuts = new Set<() => void>();
  const silences = new Set<() => void>();
  let isSilent = false;
  let armed: { readonly marker: string; readonly when: Cut | "silence" | "hold" } | undefined;
  let release = () => {};
  let happened = Promise.withResolvers<void>();

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    let isMarked = false;
    let isMuted = isSilent;
    let held: (Buffer | string)[] | undefined;
    const mute = () => {
      isMuted = true;
    };
    silences.add(mute);
    const cut = () => {
      client.resetAndDestroy();
      // The server must be able to finish what it was asked: its side stays open until it has nothing more to say.
      upstream.end();
    };
    cuts.add(cut);
    const cutMarked = () => {
      cut();
      happened.resolve();
    };
    client.on("data", (chunk) => {
      if (isMuted) return;
      if (armed && chunk.includes(armed.marker)) {
        const { when } = armed;
        armed = undefined;
        if (when === "before_request") {
          upstream.destroy();
          cutMarked();
          return;
        }
        upstream.write(chunk);
        if (when === "after_request") cutMarked();
        else if (when === "silence") {
          mute();
          happened.resolve();
        } else if (when === "hold") {
          held = [];
          release = () => {
            for (const answer of held ?? []) client.write(answer);
            held = undefined;
          };
        } else isMarked = true;
        return;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (isMuted) return;
      if (isMarked) cutMarked();
      else if (held) {
        held.push(chunk);
        happened.resolve();
      } else if (!client.destroyed) client.write(chunk);
    });
    client.on("close", () => {
      cuts.delete(cut);
      silences.delete(mute);
      upstream.end();
    });
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const arm = (marker: string, when: Cut | "silence" | "hold") => {
    armed = { marker, when };
    happened = Promise.withResolvers<void>();
  };
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutNext: arm,
    cutAll: () => cuts.forEach((cut) => cut()),
    silenceNext: (marker) => arm(marker, "silence"),
    holdNext(marker) {
      arm(marker, "hold");
      return () => release();
    },
    silenceAll() {
      isSilent = true;
      silences.forEach((mute) => mute());
    },
    speak() {
      isSilent = false;
    },
    cut: () => happened.promise,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
