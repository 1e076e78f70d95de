import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { announceHost, checkControl, drawControlSecret, type HostControl } from "@roombridge/rooms";
import type { Place } from "./arrange.ts";

export interface StubHost {
  readonly control: HostControl;
  /** What was asked and signed rightly, in order. */
  readonly questions: readonly string[];
  readonly close: () => void;
}

/** What stands in for a host where a test needs answers that a real one gives at bad times only; it checks signatures. */
export async function openStubHost(answer: (response: ServerResponse, question: string) => void): Promise<StubHost> {
  const secret = drawControlSecret();
  const questions: string[] = [];
  const server = createServer((request, response) => {
    const question = request.url ?? "";
    const token = request.headers.authorization?.replace(/^Roombridge /, "") ?? "";
    if (!checkControl(secret, { target: `${request.method} ${question}`, token }, Date.now())) {
      response.writeHead(401).end("{}");
      return;
    }
    questions.push(question);
    answer(response, question);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { control: { url: `http://127.0.0.1:${address.port}`, secret }, questions, close };
}

/** The host of the game can be asked here from now on. */
export async function announce({ rooms, game }: Pick<Place, "rooms" | "game">, control: HostControl): Promise<void> {
  const { hostId, incarnation } = game.host;
  await announceHost(rooms.database, { hostId, incarnation, control, terminatesTls: false });
}
