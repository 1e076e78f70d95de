import { once } from "node:events";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface EngineRoad {
  /** For DOCKER_HOST: the engine by way of this road. */
  readonly url: string;
  /** From now on these requests break off, and those under way too. */
  block(isBlocked: (path: string) => boolean): void;
  /** Lets everything through again. */
  open(): void;
}

/** A proxy in front of an engine, open until the end of the test. */
export async function openEngineRoad(socketPath: string): Promise<EngineRoad> {
  let isBlocked = (_path: string): boolean => false;
  const underWay = new Map<() => void, string>();
  const server = createServer((incoming, answer) => {
    const path = incoming.url ?? "";
    const cut = () => void answer.destroy();
    if (isBlocked(path)) return cut();
    underWay.set(cut, path);
    const { method, headers } = incoming;
    const upstream = request({ socketPath, path, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      answer.flushHeaders();
      response.pipe(answer);
    });
    upstream.on("error", cut);
    answer.on("close", () => {
      underWay.delete(cut);
      upstream.destroy();
    });
    incoming.pipe(upstream);
  });
  const socket = join(socketPath, "..", `road-${performance.now()}.sock`);
  server.listen(socket);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `unix://${socket}`,
    block(wanted) {
      isBlocked = wanted;
      for (const [cut, path] of underWay) if (wanted(path)) cut();
    },
    open() {
      isBlocked = () => false;
    },
  };
}
