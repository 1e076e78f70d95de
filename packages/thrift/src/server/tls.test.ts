import { spawn } from "node:child_process";
import { once } from "node:events";
import { Duplex } from "node:stream";
import { connect, type ConnectionOptions } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { Authority } from "../../test/certificates.ts";
import { EveryClient } from "../../test/every.ts";
import { framed, message, RawClient } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { ThriftClient, ThriftServer, type ClientTlsOptions } from "../index.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};

/** Adds 40 and 2 with our client. */
async function add(port: number, tls: ClientTlsOptions): Promise<bigint> {
  const client = new ThriftClient({ port, tls });
  try {
    return await new EveryClient(client).add(40n, 2n);
  } finally {
    await client.close();
  }
}

async function openTls(port: number, options: ConnectionOptions): Promise<RawClient> {
  const socket = connect({ host: "127.0.0.1", port, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return new RawClient(socket);
}

describe("a server with a certificate", () => {
  it("serves plain and encrypted clients on one port", async (test) => {
    const authority = Authority.create(test);
    const { port, expectServing } = await startServer({}, {}, { tls: authority.issue() });
    expect(await add(port, { ca: authority.ca })).toBe(42n);
    await expectServing();
  });

  it.for(["TLSv1.2", "TLSv1.3"] as const)("speaks %s, framed and unframed", async (version, test) => {
    const authority = Authority.create(test);
    const { port } = await startServer({}, {}, { tls: authority.issue() });
    const options = { ca: authority.ca, minVersion: version, maxVersion: version };
    const client = await openTls(port, options);
    client.send(framed("text", text("a")), framed("text", text("b"), { sequenceId: 2 }));
    await waitFor("the answers", () => client.answers.length === 2);
    const socket = connect({ host: "127.0.0.1", port, ...options });
    await once(socket, "secureConnect");
    expect(socket.getProtocol()).toBe(version);
    const unframed = new RawClient(socket, { isFramed: false });
    unframed.send(message("text", text("a")));
    await waitFor("the answer", () => unframed.answers.length === 1);
    socket.destroy();
  });

  it("refuses TLS 1.1", async (test) => {
    const authority = Authority.create(test);
    const { port, events, expectServing } = await startServer({}, {}, { tls: authority.issue() });
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(openTls(port, { ca: authority.ca, ...old })).rejects.toThrow(/version|alert/i);
    await waitFor("the event", () => events.length > 0);
    expect(events).toMatchObject([{ type: "protocol_error", message: expect.stringContaining("TLS: ") }]);
    await expectServing();
  });

  it("is not believed by a client that does not know its authority, or another name", async (test) => {
    const authority = Authority.create(test);
    const { port } = await startServer({}, {}, { tls: authority.issue() });
    await expect(add(port, {})).rejects.toMatchObject({ code: "unreachable" });
    const other = { ca: authority.ca, serverName: "example.net" };
    await expect(add(port, other)).rejects.toMatchObject({ code: "unreachable" });
    expect(await add(port, { ca: authority.ca, serverName: "localhost" })).toBe(42n);
  });

  it("refuses plain clients if told so, without a word and without harm to others", async (test) => {
    const authority = Authority.create(test);
    const tls = authority.issue();
    const { port, events } = await startServer({}, {}, { tls, plain: "refuse" });
    for (const bytes of [framed("text", text("a")), Buffer.from("POST / HTTP/1.1\r\n\r\n")]) {
      const client = await RawClient.open(port);
      client.send(bytes);
      await waitFor("the end", () => client.isEnded);
      expect(client.bytesReceived).toBe(0);
    }
    expect(events.map((event) => event.type === "protocol_error" && event.message)).toEqual([
      "only TLS is spoken here",
      "only TLS is spoken here",
    ]);
    expect(await add(port, { ca: authority.ca })).toBe(42n);
  });

  it("understands a hello that comes byte by byte", async (test) => {
    const authority = Authority.create(test);
    const { port } = await startServer({}, {}, { tls: authority.issue() });
    const raw = await RawClient.open(port);
    const socket = connect({ ca: authority.ca, servername: "localhost", socket: new Trickle(raw) });
    await once(socket, "secureConnect");
    socket.destroy();
  });

  it("does not speak TLS within TLS", async (test) => {
    const authority = Authority.create(test);
    const { port, events } = await startServer({}, {}, { tls: authority.issue() });
    const client = await openTls(port, { ca: authority.ca });
    client.send(Buffer.from("1603010200010001fc0303", "hex"));
    await waitFor("the end", () => client.isEnded);
    expect(events).toMatchObject([{ type: "protocol_error", message: "TLS is not spoken here" }]);
  });
});

describe("a server that demands client certificates", () => {
  it("serves the clients of its authority, and tells why it refuses others", async (test) => {
    const authority = Authority.create(test);
    const { ca } = authority;
    const tls = { ...authority.issue(), ca };
    const { port, events } = await startServer({}, {}, { tls, plain: "refuse" });
    expect(await add(port, { ca, ...authority.issue("client") })).toBe(42n);
    events.length = 0;

    const refused: [ClientTlsOptions, RegExp][] = [
      [{ ca }, /did not return a certificate/],
      [{ ca, ...Authority.create(test).issue("stranger") }, /client certificate refused: UNABLE_TO_/],
      [{ ca, ...authority.issue("late", -1) }, /client certificate refused: CERT_HAS_EXPIRED/],
    ];
    for (const [options, reason] of refused) {
      await expect(add(port, options)).rejects.toMatchObject({
        code: expect.stringMatching(/unreachable|disconnected/),
      });
      await waitFor("the event", () => events.length > 0);
      const remoteAddress = "127.0.0.1";
      expect(events).toEqual([{ type: "protocol_error", remoteAddress, message: expect.stringMatching(reason) }]);
      events.length = 0;
    }
    expect(await add(port, { ca, ...authority.issue("client") })).toBe(42n);
  });

  it("refuses TLS 1.2 clients without one too", async (test) => {
    const authority = Authority.create(test);
    const { port } = await startServer({}, {}, { tls: { ...authority.issue(), ca: authority.ca } });
    await expect(openTls(port, { ca: authority.ca, maxVersion: "TLSv1.2" })).rejects.toThrow(/alert/i);
  });
});

describe("certificates", () => {
  it("are replaced without a connection being dropped", async (test) => {
    const [before, after] = [Authority.create(test), Authority.create(test)];
    const { port, server } = await startServer({}, {}, { tls: before.issue() });
    const client = await openTls(port, { ca: before.ca });
    server.reloadTls(after.issue());
    client.send(framed("text", text("still here")));
    await waitFor("the answer", () => client.answers.length === 1);
    await expect(add(port, { ca: before.ca })).rejects.toMatchObject({ code: "unreachable" });
    expect(await add(port, { ca: after.ca })).toBe(42n);
  });

  it("that cannot be used change nothing", async (test) => {
    const authority = Authority.create(test);
    const [one, two] = [authority.issue(), authority.issue()];
    const { port, server } = await startServer({}, {}, { tls: one });
    expect(() => server.reloadTls({ cert: one.cert, key: two.key })).toThrow("key is not that of the certificate");
    expect(() => server.reloadTls({ ...one, cert: "" })).toThrow("cert holds no certificate");
    expect(() => server.reloadTls({ ...one, key: "" })).toThrow("key holds no unencrypted private key");
    expect(() => server.reloadTls({ ...one, ca: authority.ca })).toThrow(/cannot change/);
    expect(await add(port, { ca: authority.ca })).toBe(42n);
  });

  it("of no authority are refused, instead of trusting the public ones", (test) => {
    const tls = Authority.create(test).issue();
    for (const ca of ["", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
      expect(() => new ThriftServer({ processors: [], tls: { ...tls, ca } })).toThrow("ca holds no certificate");
    expect(() => new ThriftServer({ processors: [] }).reloadTls(tls)).toThrow("without TLS");
  });
});

describe("limits in TLS", () => {
  it("a handshake that does not go on is ended, and counts as a connection until then", async (test) => {
    const authority = Authority.create(test);
    const limits = { handshakeTimeoutMs: 500, maxConnections: 3 };
    const { port, events, server } = await startServer({}, limits, { tls: authority.issue() });
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(port)));
    for (const client of clients) client.send(Buffer.from("1603010200010001fc0303", "hex"));
    await waitFor("the connections", () => server.connections === 3);
    const fourth = await RawClient.open(port);
    await waitFor("the refusal", () => fourth.isClosed || fourth.isEnded);
    await waitFor("the ends", () => clients.every((client) => client.isClosed || client.isEnded));
    await waitFor("room", () => server.connections === 0);
    expect(events.filter(({ type }) => type === "timeout")).toEqual(
      clients.map(() => ({ type: "timeout", remoteAddress: "127.0.0.1", what: "handshake" })),
    );
    expect(await add(port, { ca: authority.ca })).toBe(42n);
  });

  it("a client that says nothing after the handshake is ended", async (test) => {
    const authority = Authority.create(test);
    const { port, events } = await startServer({}, { firstByteTimeoutMs: 200 }, { tls: authority.issue() });
    const client = await openTls(port, { ca: authority.ca });
    await waitFor("the end", () => client.isClosed || client.isEnded);
    expect(events).toMatchObject([{ type: "timeout", what: "first_byte" }]);
  });

  it("a handshake does not hold up the end of the server", async (test) => {
    const authority = Authority.create(test);
    const { port, server, events } = await startServer({}, {}, { tls: authority.issue() });
    const client = await RawClient.open(port);
    client.send(Buffer.from("1603010200010001fc0303", "hex"));
    await waitFor("the connection", () => server.connections === 1);
    const idle = await openTls(port, { ca: authority.ca });
    const start = performance.now();
    await server.close({ deadlineMs: 60_000 });
    expect(performance.now() - start).toBeLessThan(10_000);
    await waitFor("the end", () => idle.isClosed || idle.isEnded);
    expect(events).toEqual([]);
  });

  it("calls under way are answered while the server ends", async (test) => {
    const authority = Authority.create(test);
    const open: ((value: string) => void)[] = [];
    const handler = { text: () => new Promise<string>((resolve) => open.push(resolve)) };
    const { port, server } = await startServer(handler, {}, { tls: authority.issue() });
    const client = await openTls(port, { ca: authority.ca });
    client.send(framed("text", text("a")));
    await waitFor("the handler", () => open.length === 1);
    const closed = server.close();
    client.send(framed("text", text("b"), { sequenceId: 2 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    open[0]?.("done");
    await waitFor("the end", () => client.isEnded);
    expect(client.answers.map(({ type }) => type)).toEqual([MessageType.REPLY, MessageType.EXCEPTION]);
    await closed;
  });
});

describe("openssl s_client", () => {
  it.for([["-tls1_2"], ["-tls1_3"]])("gets an answer with %s and a certificate", async ([version], test) => {
    const authority = Authority.create(test);
    const { port } = await startServer({}, {}, { tls: { ...authority.issue(), ca: authority.ca }, plain: "refuse" });
    const { certFile, keyFile } = authority.issue("client");
    const trust = ["-CAfile", authority.caFile, "-verify_return_error", "-verify_hostname", "localhost"];
    const args = ["s_client", "-quiet", version ?? "", "-connect", `127.0.0.1:${port}`, ...trust];
    const client = spawn("openssl", [...args, "-cert", certFile, "-key", keyFile], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    onTestFinished(() => void client.kill("SIGKILL"));
    client.stdin.write(framed("text", text("through openssl")));
    const [answer] = (await once(client.stdout, "data")) as [Buffer];
    expect(answer.subarray(4).toString("latin1")).toContain("through openssl");
    client.stdin.end();
  });
});

/** Sends what is written to it byte by byte. */
class Trickle extends Duplex {
  readonly #raw: RawClient;

  constructor(raw: RawClient) {
    super();
    this.#raw = raw;
    raw.socket.removeAllListeners("data");
    raw.socket.on("data", (chunk: Buffer) => this.push(chunk));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const send = (at: number) => {
      if (at === chunk.length) return done();
      this.#raw.socket.write(chunk.subarray(at, at + 1));
      setImmediate(send, at + 1);
    };
    send(0);
  }
}

describe("attacks in TLS", () => {
  it("renegotiation, which costs the server more than the client, is refused", async (test) => {
    const authority = Authority.create(test);
    const { port, expectServing } = await startServer({}, {}, { tls: authority.issue() });
    const client = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_2", "-legacy_renegotiation"]);
    onTestFinished(() => void client.kill("SIGKILL"));
    let said = "";
    for (const output of [client.stdout, client.stderr])
      output.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await waitFor("the handshake", () => said.includes("Verify return code"));
    // A line with this letter alone asks for another handshake.
    client.stdin.write("R\n");
    await waitFor("the refusal", () => said.includes("no renegotiation"));
    await expectServing();
  });

  it("a handshake that is cut, reset or changed at any byte harms nobody", async (test) => {
    const authority = Authority.create(test);
    const { port, server, expectServing } = await startServer(
      {},
      { handshakeTimeoutMs: 1_000, messageTimeoutMs: 1_000, firstByteTimeoutMs: 1_000 },
      { tls: authority.issue() },
    );
    const hello = await helloOf(authority.ca);
    const places = Array.from({ length: hello.length }, (_, at) => at).filter((at) => at < 16 || at % 7 === 0);
    await Promise.all(
      places.map(async (at) => {
        const [cut, reset, changed] = await Promise.all([1, 2, 3].map(() => RawClient.open(port)));
        for (const client of [cut, reset, changed]) client?.socket.removeAllListeners("data").resume();
        cut?.socket.end(hello.subarray(0, at));
        reset?.socket.write(hello.subarray(0, at + 1), () => void reset.socket.resetAndDestroy());
        changed?.send(hello.subarray(0, at), Buffer.of(~(hello[at] ?? 0) & 0xff), hello.subarray(at + 1));
        changed?.socket.end();
      }),
    );
    await waitFor("the ends", () => server.connections === 0);
    expect(server.bufferedBytes).toBe(0);
    await expectServing();
    expect(await add(port, { ca: authority.ca })).toBe(42n);
  });

  it("a client that takes no replies and goes on sending is closed", async (test) => {
    const authority = Authority.create(test);
    const { port, server, events } = await startServer(
      { text: () => "x".repeat(15_000_000) },
      { maxUnsentBytes: 100_000_000, sendTimeoutMs: 400 },
      { tls: authority.issue() },
    );
    const client = await openTls(port, { ca: authority.ca });
    client.socket.pause();
    client.send(framed("text", text("x")));
    const oneway = framed("fire", text("x"), { type: MessageType.ONEWAY });
    const timer = setInterval(() => client.send(oneway), 50);
    await waitFor("the close", () => server.connections === 0).finally(() => clearInterval(timer));
    expect(events).toContainEqual(expect.objectContaining({ type: "timeout", what: "send" }));
  });
});

/** What a client says first. */
async function helloOf(ca: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  const socket = connect({ socket: wire, ca, servername: "localhost" });
  socket.on("error", () => {});
  await waitFor("the hello", () => chunks.length > 0);
  socket.destroy();
  return Buffer.concat(chunks);
}
