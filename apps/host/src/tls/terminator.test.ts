import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { createLog } from "@roombridge/service";
import { freePort, waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectTls, createCertificate, replaceCertificate } from "../../test/certificate.ts";
import { hasOpenssl } from "../../test/engine-certificates.ts";
import { openCertificate } from "./certificate.ts";
import { openTerminator } from "./terminator.ts";

const log = createLog({ name: "test", level: "silent", format: "json" });

/** A terminator before a game that does this with each connection. */
async function open(play: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const game = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    play(socket);
  });
  const plainPort = await freePort();
  game.listen(plainPort, "127.0.0.1");
  await once(game, "listening");
  const files = createCertificate();
  const certificate = await openCertificate({ ...files, publicHost: "localhost", log, pollMs: 20 });
  const port = await freePort();
  const terminator = await openTerminator({ port, plainPort }, { certificate, host: "127.0.0.1" });
  onTestFinished(async () => {
    await terminator.close();
    await certificate.close();
    for (const socket of sockets) socket.destroy();
    game.close();
  });
  return { port, plainPort, sockets, files, terminator };
}

const echo = (socket: Socket) => void socket.pipe(socket);

async function echoes(socket: Socket, line: string): Promise<void> {
  socket.write(line);
  expect(String((await once(socket, "data"))[0])).toBe(line);
}

describe.skipIf(!hasOpenssl)("a TLS port", () => {
  test.each([
    ["TLS 1.3", { minVersion: "TLSv1.3" }],
    ["TLS 1.2", { maxVersion: "TLSv1.2" }],
    ["a name to ask for", { servername: "localhost" }],
    ["no name", { servername: "" }],
  ] as const)("serves a client with %s", async (_, options) => {
    const { port, files } = await open(echo);
    await echoes(await connectTls(port, files.cert, options), "ping");
  });

  test("refuses older versions", async () => {
    const { port, files } = await open(echo);
    const options = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(connectTls(port, files.cert, options)).rejects.toThrow(/protocol version|unsupported protocol/);
  });

  test("closes what speaks no TLS, and goes on", async () => {
    const { port, files, sockets } = await open(echo);
    const plain = connect(port, "127.0.0.1");
    plain.on("error", () => {});
    plain.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(plain.resume(), "close");
    expect(sockets.size).toBe(0);
    await echoes(await connectTls(port, files.cert), "ping");
  });

  test("lets each side end its own direction", async () => {
    const { port, files } = await open((socket) => {
      let question = "";
      socket.on("data", (data) => (question += String(data)));
      socket.once("end", () => socket.end(`you said ${question}`));
    });
    const player = await connectTls(port, files.cert, { allowHalfOpen: true });
    player.end("all of it");
    expect(await text(player)).toBe("you said all of it");
    const greeting = await open((socket) => void socket.end("bye").resume());
    const other = await connectTls(greeting.port, greeting.files.cert, { allowHalfOpen: true });
    const ended = once(other, "end");
    expect(String((await once(other, "data"))[0])).toBe("bye");
    await ended;
    expect(greeting.sockets.size).toBe(1);
    other.end("thanks");
    await waitFor(() => greeting.sockets.size === 0, { what: "both directions to end" });
  });

  test("breaks the one side when the other breaks", async () => {
    const { port, files, sockets } = await open(echo);
    const player = await connectTls(port, files.cert);
    player.on("error", () => {});
    await echoes(player, "ping");
    for (const socket of sockets) socket.resetAndDestroy();
    await once(player.resume(), "close");

    const second = await connectTls(port, files.cert);
    await echoes(second, "ping");
    second.destroy();
    await waitFor(() => sockets.size === 0, { what: "the game's side to end" });
  });

  test("closes a player's connection while the game does not listen", async () => {
    const files = createCertificate();
    const route = { port: await freePort(), plainPort: await freePort() };
    const terminator = await openTerminator(route, { certificate: await openFiles(files), host: "127.0.0.1" });
    onTestFinished(() => terminator.close());
    const player = await connectTls(route.port, files.cert);
    await once(player.resume(), "close");
  });

  test("reads a player only as fast as the game does", async () => {
    const { port, files } = await open((socket) => void socket.pause());
    const player = await connectTls(port, files.cert);
    const block = Buffer.alloc(64 * 1024);
    let blocks = 0;
    const write = () => {
      while (blocks < 10_000 && player.write(block)) blocks += 1;
    };
    player.on("drain", write);
    write();
    let seen = { blocks, sinceMs: performance.now() };
    await waitFor(
      () => {
        if (seen.blocks !== blocks) seen = { blocks, sinceMs: performance.now() };
        return performance.now() - seen.sinceMs > 500;
      },
      { what: "the terminator to wait for the game", timeoutMs: 30_000 },
    );
    // What the kernel's buffers of two connections take, and ours.
    expect(blocks).toBeLessThan(1_000);
  });

  test("carries much in both directions, byte for byte, on many connections", { timeout: 60_000 }, async () => {
    const { port, files } = await open(echo);
    const sent = Buffer.alloc(256 * 1024, "0123456789abcdef!");
    const talk = async () => {
      const player = await connectTls(port, files.cert);
      player.end(sent);
      const parts: Buffer[] = [];
      for await (const part of player) parts.push(part as Buffer);
      return Buffer.concat(parts).equals(sent);
    };
    const results = await Promise.all(Array.from({ length: 200 }, talk));
    expect(results.every(Boolean)).toBe(true);
  });

  test("shows a new certificate to new connections, and keeps the old ones", async () => {
    const { port, files } = await open(echo);
    const old = await connectTls(port, files.cert);
    const other = createCertificate();
    replaceCertificate(files, other);
    const renewed = await waitFor(() => connectTls(port, other.cert), { what: "the new certificate" });
    await echoes(renewed, "new");
    await echoes(old, "old");
  });

  test("is free, and its connections are broken, when it is closed", async () => {
    const { port, files, terminator } = await open(echo);
    const player = await connectTls(port, files.cert);
    player.on("error", () => {});
    const handshaking = connect(port, "127.0.0.1");
    handshaking.on("error", () => {});
    await once(handshaking, "connect");
    await terminator.close();
    for (const socket of [player, handshaking]) if (!socket.closed) await once(socket.resume(), "close");
    const next = createServer().listen(port, "127.0.0.1");
    await once(next, "listening");
    next.close();
  });

  test("that somebody holds is an error", async () => {
    const { port, files, plainPort } = await open(echo);
    const again = openTerminator({ port, plainPort }, { certificate: await openFiles(files), host: "127.0.0.1" });
    await expect(again).rejects.toThrow("EADDRINUSE");
  });
});

async function openFiles(files: { readonly certFile: string; readonly keyFile: string }) {
  const certificate = await openCertificate({ ...files, publicHost: "localhost", log });
  onTestFinished(() => certificate.close());
  return certificate;
}
