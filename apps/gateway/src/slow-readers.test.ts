import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { dropSlowReaders } from "./slow-readers.ts";

const LOOK_MS = 50;
/** More, in pieces, than the buffers of both ends of a connection on this machine take. */
function* large(): Generator<Buffer> {
  for (let n = 0; n < 4_000; n += 1) yield Buffer.alloc(65_536);
}

async function serve(path: string) {
  const dropped: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/large") return void Readable.from(large()).pipe(response);
    // A log that is followed: it has begun, and nobody writes to it.
    if (request.url === "/silent") return void response.write("first line");
    response.end("small");
  });
  dropSlowReaders(server, { lookMs: LOOK_MS, onDrop: () => void dropped.push(path) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => {
    socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const open = () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  return { socket, dropped, open };
}

/** Longer than it takes until a slow reader is cut off. */
async function manyLooks(): Promise<void> {
  const until = performance.now() + 20 * LOOK_MS;
  await waitFor(() => performance.now() > until, { what: "many looks", timeoutMs: 60_000 });
}

test("a client that reads nothing of its answer is cut off", async () => {
  const { socket, dropped, open } = await serve("/large");
  socket.pause();
  await waitFor(() => dropped.length === 1, { what: "the cut" });
  await waitFor(async () => (await open()) === 0, { what: "the end of the connection" });
});

test("one that reads a little now and then is not", async () => {
  const { socket, dropped } = await serve("/large");
  let received = 0;
  socket.on("data", (chunk: Buffer) => {
    received += chunk.length;
    socket.pause();
    setTimeout(() => socket.resume(), 1);
  });
  await manyLooks();
  expect(dropped).toEqual([]);
  expect(received).toBeGreaterThan(0);
});

test.each(["/silent", "/small"])("nor one that waits after it has read all that came of %s", async (path) => {
  const { socket, dropped, open } = await serve(path);
  await once(socket, "data");
  await manyLooks();
  expect([dropped, await open()]).toEqual([[], 1]);
});
