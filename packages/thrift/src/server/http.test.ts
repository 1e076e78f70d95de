import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { Authority } from "../../test/certificates.ts";
import { DIALECTS, PROTOCOL_NAMES } from "../../test/dialects.ts";
import { HttpClient, post, postChunked } from "../../test/http-client.ts";
import { frame, message, RawClient } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { readApplicationException } from "../application-exception.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { PROTOCOLS, type ProtocolName } from "../protocol/protocols.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};
const callText = (value: string, sequenceId = 1) => message("text", text(value), { sequenceId });
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function read(body: Buffer, protocol: ProtocolName = "binary") {
  const reader = PROTOCOLS[protocol].openReader(body);
  return { ...reader.readMessageBegin(), reader };
}

function exception(body: Buffer) {
  const { type, reader } = read(body);
  expect(type).toBe(MessageType.EXCEPTION);
  const { type: code, message: why } = readApplicationException(reader);
  return [code, why];
}

async function ask(port: number, ...requests: readonly Buffer[]): Promise<HttpClient> {
  const client = await HttpClient.open(port);
  onTestFinished(() => void client.socket.destroy());
  client.send(...requests);
  await waitFor("the answers", () => client.answers.length >= requests.length || client.isGone);
  return client;
}

describe("a call over HTTP", () => {
  it("is answered with 200 and the content type of the request", async () => {
    const { port, expectServing } = await startServer();
    const type = "application/x-thrift; charset=utf-8";
    const client = await ask(port, post(callText("héllo", 7), { "Content-Type": type }));
    expect(client.answers).toMatchObject([{ status: 200, headers: { "content-type": type } }]);
    expect(read(client.answers[0]?.body ?? Buffer.alloc(0))).toMatchObject({ name: "text", type: 2, sequenceId: 7 });
    await expectServing();
  });

  it.each(PROTOCOL_NAMES)("may be %s, whether the content type says so or not", async (protocol) => {
    const { port } = await startServer();
    const body = message("text", text("x"), { protocol });
    const announced = protocol === "old-binary" ? "binary" : protocol;
    const types = [
      "application/x-thrift",
      `application/vnd.apache.thrift.${announced}`,
      `Application/X-Thrift; Protocol=T${announced.toUpperCase()}`,
    ];
    const client = await ask(port, ...types.map((type) => post(body, { "Content-Type": type })));
    expect(client.statuses).toEqual([200, 200, 200]);
    for (const answer of client.answers) expect(read(answer.body, protocol).type).toBe(MessageType.REPLY);
  });

  it("that is oneway has an empty answer", async () => {
    const { port, fired } = await startServer();
    const client = await ask(port, post(message("fire", text("a"), { type: MessageType.ONEWAY })));
    expect(client.answers).toMatchObject([{ status: 200, headers: { "content-length": "0" } }]);
    expect(fired).toEqual(["a"]);
  });

  it("may come in chunks, byte by byte, and slowly", async () => {
    const { port } = await startServer();
    const client = await HttpClient.open(port);
    for (const byte of postChunked(callText("slow"))) {
      client.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await waitFor("the answer", () => client.answers.length === 1);
    expect(client.statuses).toEqual([200]);
  });

  it("may wait for a sign before the body", async () => {
    const { port } = await startServer();
    const request = post(callText("x"), { Expect: "100-continue" });
    const bodyAt = request.indexOf("\r\n\r\n") + 4;
    const client = await HttpClient.open(port);
    client.send(request.subarray(0, bodyAt));
    await waitFor("the sign", () => client.answers.length === 1);
    client.send(request.subarray(bodyAt));
    await waitFor("the answer", () => client.answers.length === 2);
    expect(client.statuses).toEqual([100, 200]);
  });

  it("follows others on the same connection, unless the client wants an end", async () => {
    const { port } = await startServer();
    const client = await ask(port, post(callText("a")));
    client.send(post(callText("b")));
    await waitFor("the second", () => client.answers.length === 2);
    client.send(post(callText("c"), { Connection: "close" }));
    await waitFor("the end", () => client.isEnded);
    expect(client.statuses).toEqual([200, 200, 200]);
    const old = await ask(port, post(callText("d"), {}, "POST / HTTP/1.0"));
    await waitFor("the end", () => old.isEnded);
    expect(old.statuses).toEqual([200]);
  });

  it("is answered also if the client has closed its sending side", async () => {
    const { port } = await startServer({ text: () => new Promise((resolve) => setTimeout(resolve, 100, "late")) });
    const client = await HttpClient.open(port);
    client.socket.end(post(callText("x")));
    await waitFor("the end", () => client.isEnded);
    expect(client.statuses).toEqual([200]);
  });

  it("that fails is answered like any other", async () => {
    const { port } = await startServer();
    const find = message("find", (output) => {
      output.writeField(WireType.I32, 1);
      output.writeI32(3);
      output.writeStop();
    });
    const broken = [callText("abcdef").subarray(0, -4), Buffer.concat([callText("a"), callText("b")])];
    const client = await ask(port, ...[find, message("nope"), message("text"), ...broken].map((body) => post(body)));
    expect(client.statuses).toEqual([200, 200, 200, 200, 200]);
    expect(client.answers.map(({ body }) => exception(body)[0])).toEqual([6, 1, 7, 7, 7]);
  });
});

describe("pipelined requests", () => {
  it("are answered in their order, however long each takes", async () => {
    const waiting = new Map<string, () => void>();
    const { port } = await startServer({
      text: (value) => (value === "sync" ? value : new Promise((resolve) => waiting.set(value, () => resolve(value)))),
    });
    const client = await HttpClient.open(port);
    client.send(...["a", "sync", "b", "sync"].map((value, at) => post(callText(value, at + 1))));
    await waitFor("the handlers", () => waiting.size === 2);
    waiting.get("b")?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.answers).toHaveLength(0);
    waiting.get("a")?.();
    await waitFor("the answers", () => client.answers.length === 4);
    expect(client.answers.map(({ body }) => read(body).sequenceId)).toEqual([1, 2, 3, 4]);
  });

  it("far beyond what may be in flight are all answered, and never more are", async () => {
    let running = 0;
    let most = 0;
    const { port } = await startServer(
      {
        async text(value) {
          most = Math.max(most, (running += 1));
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return value;
        },
      },
      { maxCallsInFlight: 5 },
    );
    const client = await ask(port, ...range(2_000).map((sequenceId) => post(callText("x", sequenceId))));
    expect(client.answers.map(({ body }) => read(body).sequenceId)).toEqual(range(2_000));
    expect(most).toBe(5);
  });

  it("let other clients in between", async () => {
    const { port, expectServing } = await startServer({ text: (value) => value }, { maxCallsInFlight: 5 });
    const client = await HttpClient.open(port);
    client.send(...range(20_000).map((sequenceId) => post(callText("x", sequenceId))));
    await waitFor("some answers", () => client.answers.length > 0);
    await expectServing();
    expect(client.answers.length).toBeLessThan(20_000);
    await waitFor("the answers", () => client.answers.length === 20_000);
  });
});

describe("a request that is no call", () => {
  const call = callText("x");
  it.each<[string, Buffer, number, Record<string, string>]>([
    ["GET", post(Buffer.alloc(0), {}, "GET / HTTP/1.1"), 405, { allow: "POST" }],
    ["PUT", post(call, {}, "PUT / HTTP/1.1"), 405, { allow: "POST" }],
    ["OPTIONS", post(Buffer.alloc(0), {}, "OPTIONS * HTTP/1.1"), 405, { allow: "POST" }],
    ["no content type", post(call, { "Content-Type": "" }), 415, {}],
    ["text", post(call, { "Content-Type": "text/plain" }), 415, { accept: expect.stringContaining("x-thrift") }],
    ["an unknown protocol", post(call, { "Content-Type": "application/x-thrift; protocol=TFOO" }), 415, {}],
    ["constructor", post(call, { "Content-Type": "application/x-thrift; protocol=constructor" }), 415, {}],
    ["gzip", post(call, { "Content-Encoding": "gzip" }), 415, { "accept-encoding": "identity" }],
    ["a body that is announced too long", post(Buffer.alloc(65_537)), 413, {}],
    ["a body that turns out too long", postChunked(Buffer.alloc(65_537)), 413, {}],
    ["no host", post(call, { Host: "" }), 400, {}],
    ["no body", post(Buffer.alloc(0)), 400, {}],
    ["text in the body", post(Buffer.from("hello")), 400, {}],
    ["a frame", post(frame(call)), 400, {}],
    ["half a name", post(call.subarray(0, 9)), 400, {}],
    ["another protocol than announced", post(call, { "Content-Type": "application/vnd.apache.thrift.json" }), 400, {}],
    ["an unmet expectation", post(call, { Expect: "a miracle" }), 417, {}],
  ])("%s: refused, and the next one is served", async (_, request, status, headers) => {
    const { port } = await startServer();
    const client = await ask(port, request);
    expect(client.answers).toMatchObject([{ status, headers }]);
    client.send(post(callText("next")));
    await waitFor("the second answer", () => client.answers.length === 2);
    expect(client.statuses[1]).toBe(200);
  });

  it("is refused by its path, if one is set", async () => {
    const { port, events } = await startServer({}, {}, { http: { path: "/thrift" } });
    const lines = ["/", "/thrift/", "/Thrift", "*", "http://localhost/"].map((path) => `POST ${path} HTTP/1.1`);
    const client = await ask(port, ...lines.map((line) => post(call, {}, line)));
    expect(client.statuses).toEqual([404, 404, 404, 404, 404]);
    const right = ["/thrift", "/thrift?x=1", "http://localhost/thrift"].map((path) => `POST ${path} HTTP/1.1`);
    const other = await ask(port, ...right.map((line) => post(call, {}, line)));
    expect(other.statuses).toEqual([200, 200, 200]);
    expect(events.filter(({ type }) => type === "http_refusal")).toHaveLength(5);
  });
});

describe("bytes that are no HTTP", () => {
  it.each([
    ["a line of letters", "HELLO\r\n\r\n", 400],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["a negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400],
    [
      "a bad chunk",
      `${post(Buffer.alloc(0), { "Content-Length": "", "Transfer-Encoding": "chunked" }).toString()}zz\r\n`,
      400,
    ],
    ["a head without end", `POST / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(20_000)}`, 431],
  ])("%s: refused and ended", async (_, bytes, status) => {
    const { port, expectServing } = await startServer();
    const client = await HttpClient.open(port);
    client.send(bytes);
    await waitFor("the end", () => client.isEnded);
    expect(client.statuses).toEqual([status]);
    await expectServing();
  });

  it("behind a good call do not take its reply", async () => {
    const { port } = await startServer({ text: () => new Promise((resolve) => setTimeout(resolve, 100, "late")) });
    const client = await HttpClient.open(port);
    client.send(post(callText("a")), "nonsense\r\n\r\n");
    await waitFor("the end", () => client.isEnded);
    expect(client.statuses).toEqual([200, 400]);
  });

  it.each(DIALECTS)("$name: what follows Thrift on a connection is Thrift", async ({ protocol, isFramed }) => {
    const { port } = await startServer();
    const client = await RawClient.open(port, { protocol, isFramed });
    const bytes = message("text", text("x"), { protocol });
    client.send(isFramed ? frame(bytes) : bytes);
    await waitFor("the answer", () => client.answers.length === 1);
    client.send(post(callText("x")));
    await waitFor("the end", () => client.isEnded);
    expect(client.answers).toHaveLength(1);
  });

  it("CONNECT ends the connection", async () => {
    const { port, expectServing } = await startServer();
    const client = await HttpClient.open(port);
    client.send("CONNECT example.net:443 HTTP/1.1\r\nHost: example.net\r\n\r\n");
    await waitFor("the end", () => client.isGone);
    expect(client.answers).toEqual([]);
    await expectServing();
  });
});

describe("a server that is told what to speak", () => {
  it("refuses HTTP by name", async () => {
    const { port, events } = await startServer({}, {}, { http: false });
    const client = await HttpClient.open(port);
    client.send(post(callText("x")));
    await waitFor("the end", () => client.isEnded);
    expect(events).toMatchObject([{ type: "protocol_error", message: "HTTP is not spoken here" }]);
  });

  it("refuses Thrift without HTTP", async () => {
    const { port, events } = await startServer({}, {}, { direct: "refuse" });
    for (const { protocol, isFramed } of DIALECTS) {
      const client = await RawClient.open(port, { protocol, isFramed });
      const bytes = message("text", text("x"), { protocol });
      client.send(isFramed ? frame(bytes) : bytes);
      await waitFor("the end", () => client.isEnded);
      expect(client.bytesReceived).toBe(0);
    }
    expect(new Set(events.map((event) => event.type === "protocol_error" && event.message))).toEqual(
      new Set(["only HTTP is spoken here"]),
    );
    expect((await ask(port, post(callText("x")))).statuses).toEqual([200]);
  });

  it("speaks HTTP within TLS", async (test) => {
    const authority = Authority.create(test);
    const { ca } = authority;
    const { port } = await startServer(
      {},
      {},
      { tls: { ...authority.issue(), ca }, plain: "refuse", direct: "refuse" },
    );
    const socket = connectTls({ host: "127.0.0.1", port, ca, ...authority.issue("client") });
    await once(socket, "secureConnect");
    const client = new HttpClient(socket);
    client.send(post(callText("a")), post(callText("b")));
    await waitFor("the answers", () => client.answers.length === 2);
    expect(client.statuses).toEqual([200, 200]);
    socket.destroy();
  });
});
