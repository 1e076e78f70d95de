import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "./free-port.ts";

test("a free port can be listened on with TCP and UDP at once", async () => {
  const port = await freePort();
  const server = createServer().listen(port, "127.0.0.1");
  const socket = createSocket("udp4").bind(port, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(socket, "listening")]);
  server.close();
  socket.close();
});

test("no outgoing connection of a neighbour can take a free port meanwhile", async () => {
  for (let index = 0; index < 20; index++) expect(await freePort()).toBeLessThan(32_768);
});

test("a port that is held is not given out", async () => {
  const ports = new Set<number>();
  const servers = [];
  for (let index = 0; index < 20; index++) {
    const port = await freePort();
    expect(ports.has(port)).toBe(false);
    ports.add(port);
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
  }
  for (const server of servers) server.close();
});
