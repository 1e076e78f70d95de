import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { createLog } from "@roombridge/service";
import { freePort, waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, type ClientOptions } from "ws";
import { createCertificate, replaceCertificate } from "../../test/certificate.ts";
import { hasOpenssl } from "../../test/engine-certificates.ts";
import { openCertificate } from "../tls/certificate.ts";
import { openPingResponder, type PingOptions } from "./ping-responder.ts";

const log = createLog({ name: "test", level: "silent", format: "json" });

async function open(options: Partial<PingOptions> = {}) {
  const responder = await openPingResponder({ host: "127.0.0.1", port: 0, certificate: undefined, log, ...options });
  onTestFinished(() => responder.close());
  return responder;
}

async function dial(url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const client = new WebSocket(url, options);
  onTestFinished(() => client.terminate());
  client.on("error", () => {});
  await once(client, "open");
  return client;
}

/** What comes back for a message. */
async function echoOf(client: WebSocket, message: string | Buffer): Promise<{ data: Buffer; isBinary: boolean }> {
  const answer = once(client, "message") as Promise<[Buffer, boolean]>;
  client.send(message);
  const [data, isBinary] = await answer;
  return { data, isBinary };
}

/** A socket that keeps what comes back. */
async function openUdp(address = "127.0.0.1", port = 0): Promise<{ socket: Socket; received: Buffer[] }> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  const received: Buffer[] = [];
  socket.on("message", (message) => received.push(message));
  socket.bind(port, address);
  await once(socket, "listening");
  return { socket, received };
}

describe("over WebSocket", () => {
  test.each(["/ws", "/", "/any/path?with=query"])("messages come back as they were, at %s", async (path) => {
    const { port } = await open();
    const client = await dial(`ws://127.0.0.1:${port}${path}`);
    for (const text of ["ping", "", "x".repeat(64)]) {
      expect(await echoOf(client, text)).toEqual({ data: Buffer.from(text), isBinary: false });
    }
    const bytes = Buffer.from([0, 255, 1]);
    expect(await echoOf(client, bytes)).toEqual({ data: bytes, isBinary: true });
  });

  test("pings of the protocol are answered", async () => {
    const { port } = await open();
    const client = await dial(`ws://127.0.0.1:${port}/ws`);
    const pong = once(client, "pong");
    client.ping("are you there");
    expect(String((await pong)[0])).toBe("are you there");
  });

  test("a message that is longer ends the connection, and no other", async () => {
    const { port } = await open();
    const [rude, other] = [await dial(`ws://127.0.0.1:${port}/`), await dial(`ws://127.0.0.1:${port}/`)];
    const closed = once(rude, "close");
    rude.send("x".repeat(65));
    expect((await closed)[0]).toBe(1009);
    expect((await echoOf(other, "still here")).data.toString()).toBe("still here");
  });

  test("who asks too often gets fewer answers, none of them longer than its question", async () => {
    const { port } = await open();
    const client = await dial(`ws://127.0.0.1:${port}/`);
    const received: Buffer[] = [];
    client.on("message", (data: Buffer) => received.push(data));
    const startedAt = performance.now();
    for (let n = 0; n < 500; n += 1) client.send(String(n));
    await waitFor(() => received.length >= 50, { what: "the first answers" });
    // A second later there are answers again: whatever was held back has been dropped, not kept for later.
    await waitFor(
      () => {
        client.send("late");
        return received.some((data) => data.toString() === "late");
      },
      { what: "an answer after the burst" },
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(received.length).toBeLessThanOrEqual(60 + 20 * seconds + 1);
    expect(received.every((data) => data.length <= 4)).toBe(true);
  });

  test("a connection without messages ends, and so does one that lasts too long", async () => {
    const idle = await open({ idleMs: 100 });
    const quiet = await dial(`ws://127.0.0.1:${idle.port}/`);
    await once(quiet, "close");
    const brief = await open({ lifetimeMs: 300 });
    const busy = await dial(`ws://127.0.0.1:${brief.port}/`);
    const timer = setInterval(() => busy.readyState === WebSocket.OPEN && busy.send("x"), 60);
    onTestFinished(() => clearInterval(timer));
    await once(busy, "close");
    await waitFor(() => idle.connections() + brief.connections() === 0, { what: "nothing to be left" });
  });

  test("one source has 32 connections at most, and another one when it has closed one", async () => {
    const { port, connections } = await open();
    const sockets = Array.from({ length: 40 }, () => connect(port, "127.0.0.1").on("error", () => {}));
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    await waitFor(() => sockets.filter(({ closed }) => closed).length === 8, { what: "eight to be refused" });
    expect(connections()).toBe(32);
    sockets.find(({ closed }) => !closed)?.destroy();
    await waitFor(() => connections() === 31, { what: "one to be gone" });
    const client = await dial(`ws://127.0.0.1:${port}/`);
    expect((await echoOf(client, "x")).data.toString()).toBe("x");
  });

  test("what is no WebSocket is told so, and no HTTP is cut off", async () => {
    const { port, connections } = await open();
    const response = await fetch(`http://127.0.0.1:${port}/ws`);
    expect([response.status, response.headers.get("upgrade"), await response.text()]).toEqual([426, "websocket", ""]);
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    socket.write("\x16\x03\x01\r\n\r\n");
    await once(socket, "close");
    await waitFor(() => connections() === 0, { what: "nothing to be left" });
  });
});

describe.skipIf(!hasOpenssl)("with a certificate", () => {
  test("it is TLS, also with the next certificate", async () => {
    const [files, next] = [createCertificate(), createCertificate()];
    const certificate = await openCertificate({ ...files, publicHost: "localhost", log, pollMs: 20 });
    onTestFinished(() => certificate.close());
    const { port } = await open({ certificate });
    const client = await dial(`wss://localhost:${port}/ws`, { ca: files.cert });
    expect((await echoOf(client, "secret")).data.toString()).toBe("secret");
    const renewed = new Promise((resolve) => void certificate.subscribe(resolve));
    replaceCertificate(files, next);
    await renewed;
    const later = await dial(`wss://localhost:${port}/ws`, { ca: next.cert });
    expect((await echoOf(later, "again")).data.toString()).toBe("again");
  });
});

describe("over UDP, on the same number", () => {
  test("datagrams of 1 to 64 bytes come back as they were, others do not", async () => {
    const { port } = await open();
    const { socket, received } = await openUdp();
    const good = [Buffer.from([0]), Buffer.alloc(64, 7)];
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(65), ...good]) socket.send(bytes, port, "127.0.0.1");
    await waitFor(() => received.length === 2, { what: "two answers" });
    // They come in order on loopback, so whatever else was answered would be here.
    socket.send("last", port, "127.0.0.1");
    await waitFor(() => received.length === 3, { what: "the last answer" });
    expect(received).toEqual([...good, Buffer.from("last")]);
  });

  test.runIf(process.platform === "linux")("a source that floods is answered less, others as before", async () => {
    const { port } = await open();
    const [flooding, other] = [await openUdp("127.0.0.1"), await openUdp("127.0.0.2")];
    const startedAt = performance.now();
    for (let n = 0; n < 200; n += 1) flooding.socket.send("flood", port, "127.0.0.1");
    await waitFor(() => flooding.received.length >= 60, { what: "the burst to be answered" });
    for (let n = 0; n < 5; n += 1) other.socket.send("ping", port, "127.0.0.1");
    await waitFor(() => other.received.length === 5, { what: "the other source's answers" });
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(flooding.received.length).toBeLessThanOrEqual(60 + 20 * seconds + 1);
  });

  test.runIf(process.platform === "linux")("nor is another responder, which has the same port", async () => {
    const { port } = await open();
    const [responder, player] = [await openUdp("127.0.0.2", port), await openUdp()];
    responder.socket.send("loop", port, "127.0.0.1");
    player.socket.send("ping", port, "127.0.0.1");
    await waitFor(() => player.received.length === 1, { what: "the player's answer" });
    expect(responder.received).toEqual([]);
  });

  test.runIf(process.platform === "linux" && process.getuid?.() === 0)(
    "no service is answered: it might echo the echo",
    async () => {
      const { port } = await open();
      const { socket, received } = await openUdp("127.0.0.1", 1_023);
      const player = await openUdp();
      socket.send("loop", port, "127.0.0.1");
      player.socket.send("ping", port, "127.0.0.1");
      await waitFor(() => player.received.length === 1, { what: "the player's answer" });
      expect(received).toEqual([]);
    },
  );
});

test("a port that is taken is refused, and a closed responder leaves it free", async () => {
  const first = await openPingResponder({ host: "127.0.0.1", port: 0, certificate: undefined, log });
  const client = await dial(`ws://127.0.0.1:${first.port}/`);
  await expect(open({ port: first.port })).rejects.toThrow("EADDRINUSE");
  const closed = once(client, "close");
  await first.close();
  await closed;
  const second = await open({ port: first.port });
  expect(second.port).toBe(first.port);
});

test("a port whose UDP is taken is refused, and its TCP left free", async () => {
  // Other tests take ports too: one of which both were free a moment ago.
  const port = await freePort();
  const socket = createSocket("udp4").bind(port, "127.0.0.1");
  await once(socket, "listening");
  await expect(open({ port })).rejects.toThrow("EADDRINUSE");
  const closed = once(socket, "close");
  socket.close();
  await closed;
  expect((await open({ port })).port).toBe(port);
});
