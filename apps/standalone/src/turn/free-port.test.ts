import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { becomesFree, findFreePort, isFree } from "./free-port.ts";

const HOST = "127.0.0.1";

test("a port that was found is free", async () => {
  expect(await isFree(HOST, await findFreePort(HOST))).toBe(true);
});

test("a port with a UDP socket on it is not free, also when that socket would share it", async () => {
  for (const options of [{}, { reuseAddr: true }, { reusePort: true }]) {
    const socket = createSocket({ type: "udp4", ...options });
    socket.bind(0, HOST);
    await once(socket, "listening");
    expect(await isFree(HOST, socket.address().port)).toBe(false);
    socket.close();
  }
});

test("a port with a TCP listener on it is not free, neither when it listens on all addresses", async () => {
  for (const host of [HOST, "0.0.0.0"]) {
    const server = createServer();
    server.listen(0, host);
    await once(server, "listening");
    const address = server.address();
    expect(await isFree(HOST, typeof address === "object" && address ? address.port : 0)).toBe(false);
    server.close();
  }
});

test("an address that is not ours is an error, not a taken port", async () => {
  await expect(isFree("203.0.113.1", 4000)).rejects.toThrow("EADDRNOTAVAIL");
  await expect(findFreePort("203.0.113.1")).rejects.toThrow("EADDRNOTAVAIL");
});

test("a port becomes free when its holder goes, else it is waited for in vain", async () => {
  // One that is free for UDP alone could be somebody's TCP port.
  const port = await findFreePort(HOST);
  const socket = createSocket("udp4").bind(port, HOST);
  await once(socket, "listening");
  expect(await becomesFree(HOST, port, 50)).toBe(false);
  const waiting = becomesFree(HOST, port, 10_000);
  socket.close();
  expect(await waiting).toBe(true);
});
