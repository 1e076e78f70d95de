import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { answersAsPostgres, choosePort } from "./ports.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("the preferred port is kept while it is free", async () => {
  const free = await choosePort(undefined);
  expect(await choosePort(free)).toBe(free);
});

test("a preferred port that is taken gives another one", async () => {
  const taken = await listen(() => {});
  expect(await choosePort(taken)).not.toBe(taken);
});

test("a server of another protocol, a silent one and a closed port do not answer as PostgreSQL", async () => {
  const other = await listen((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const silent = await listen(() => {});
  expect(await answersAsPostgres(other, 5_000)).toBe(false);
  expect(await answersAsPostgres(silent, 50)).toBe(false);
  expect(await answersAsPostgres(await choosePort(undefined), 5_000)).toBe(false);
});
