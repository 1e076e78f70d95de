import type { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Authority } from "../../test/certificates.ts";
import { fakeHttpServer, response } from "../../test/fake-http-server.ts";
import { message } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { failure, open as openClient, sum } from "../../test/sums.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { MessageHeader } from "../protocol/protocol.ts";
import { MessageType } from "../protocol/wire-types.ts";
import { ThriftClient, type ThriftClientOptions } from "../index.ts";

const open = (options: ThriftClientOptions) => openClient({ transport: "http", ...options });
/** The answer to `add`, without its frame. */
const answer = (call: MessageHeader) => sum(call).subarray(4);
const respond = (call: MessageHeader, socket: Socket) => void socket.write(response(answer(call)));
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("calls over HTTP", () => {
  it("keep their connection, and take turns on it", async () => {
    const server = await fakeHttpServer(respond);
    const client = open({ port: server.port, connections: 1 });
    for (const _ of range(5)) expect(await client.add(1n, 1n)).toBe(5n);
    expect(await Promise.all(range(20).map(() => client.add(1n, 1n)))).toEqual(Array(20).fill(5n));
    expect(server.sockets).toHaveLength(1);
    expect(server.calls.map(({ sequenceId }) => sequenceId)).toEqual(range(25).map((id) => id + 1));
  });

  it("share as many connections as are allowed, and no more", async () => {
    const held: (() => void)[] = [];
    const server = await fakeHttpServer((call, socket) => void held.push(() => respond(call, socket)));
    const client = open({ port: server.port, connections: 3 });
    const calls = range(9).map(() => client.add(1n, 1n));
    for (const round of [3, 6, 9]) {
      await waitFor("the calls", () => server.calls.length === round);
      for (const release of held.splice(0)) release();
    }
    expect(await Promise.all(calls)).toEqual(Array(9).fill(5n));
    expect(server.sockets).toHaveLength(3);
  });

  it("go where they should, with a token if there is one", async () => {
    const server = await fakeHttpServer(respond);
    const client = open({ port: server.port, path: "/thrift?x=1", token: "right-token==" });
    await client.add(1n, 1n);
    const head = server.calls[0]?.head ?? [];
    expect(head[0]).toBe("POST /thrift?x=1 HTTP/1.1");
    expect(head).toContain("Authorization: Bearer right-token==");
    expect(head).toContain("Content-Type: application/x-thrift");
    expect(head).toContain(`Host: 127.0.0.1:${server.port}`);
    await open({ port: server.port }).add(1n, 1n);
    expect(server.calls[1]?.head.join()).not.toMatch(/authorization/i);
  });

  it("are refused without the right one", async () => {
    const { port } = await startServer({}, {}, { http: { authenticate: (token) => token === "right" } });
    expect(await open({ port, token: "right" }).add(1n, 2n)).toBe(3n);
    for (const options of [{ port, token: "wrong" }, { port }]) {
      await expect(open(options).add(1n, 2n)).rejects.toMatchObject({ code: "refused", status: 401 });
    }
    expect(await failure(open({ port }).fire("x"))).toBe("refused");
  });

  it("are sealed with TLS, and show a certificate if the server wants one", async (test) => {
    const authority = Authority.create(test);
    const own = authority.issue();
    const { port } = await startServer({}, {}, { tls: { ...own, ca: authority.ca }, plain: "refuse" });
    const client = open({ port, tls: { ca: authority.ca, ...authority.issue("client") } });
    expect(await Promise.all(range(20).map(() => client.add(40n, 2n)))).toEqual(Array(20).fill(42n));
    expect(await failure(open({ port, tls: { ca: authority.ca } }).add(1n, 1n))).not.toBe("none");
    expect(await failure(open({ port, tls: {} }).add(1n, 1n))).toBe("unreachable");
    expect(await failure(open({ port }).add(1n, 1n))).toBe("disconnected");
  });

  it("that are oneway end when the server has taken them", async () => {
    const { port, fired } = await startServer();
    const client = open({ port });
    await client.fire("away");
    expect(fired).toEqual(["away"]);
  });

  it.each<[string, (call: MessageHeader, socket: Socket) => void]>([
    [
      "in chunks",
      (call, socket) => {
        const chunks = [...answer(call)].map((byte) => Buffer.from(`1\r\n${String.fromCharCode(byte)}\r\n`, "latin1"));
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (const chunk of chunks) socket.write(chunk);
        socket.write("0\r\n\r\n");
      },
    ],
    [
      "that ends with the connection, as Python's server does it",
      (call, socket) =>
        void socket.end(Buffer.concat([Buffer.from("HTTP/1.0 200 OK\r\nServer: x\r\n\r\n"), answer(call)])),
    ],
    ["with a farewell", (call, socket) => void socket.end(response(answer(call), ["Connection: close"]))],
    [
      "after others that are none",
      (call, socket) => {
        socket.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
        respond(call, socket);
      },
    ],
  ])("may have an answer %s", async (_, onCall) => {
    const server = await fakeHttpServer(onCall);
    const client = open({ port: server.port });
    for (const _ of range(3)) expect(await client.add(1n, 1n)).toBe(5n);
  });
});

describe("every call over HTTP settles", () => {
  const status = (line: string) => (_: MessageHeader, socket: Socket) =>
    void socket.write(response(Buffer.from("<html>"), [], line));
  const body = (bytes: (call: MessageHeader) => Uint8Array) => (call: MessageHeader, socket: Socket) =>
    void socket.write(response(bytes(call)));

  it.each<[string, string, (call: MessageHeader, socket: Socket) => void]>([
    ["when the server is silent", "timeout", () => {}],
    ["when the server ends the connection", "disconnected", (_, socket) => void socket.end()],
    ["when the server resets the connection", "disconnected", (_, socket) => void socket.resetAndDestroy()],
    ["on a head that does not end", "timeout", (_, socket) => void socket.write("HTTP/1.1 200 OK\r\n")],
    ["on a head cut short", "disconnected", (_, socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n")],
    ["on a body that does not come", "timeout", (call, s) => void s.write(response(answer(call)).subarray(0, -3))],
    ["on a body cut short", "disconnected", (call, s) => void s.end(response(answer(call)).subarray(0, -3))],
    ["on garbage", "invalid_answer", (_, socket) => void socket.write("garbage and more of it\r\n\r\n")],
    ["on Thrift without HTTP", "invalid_answer", (call, socket) => void socket.write(sum(call))],
    ["on a huge head", "invalid_answer", (_, s) => void s.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}`)],
    ["on two lengths", "invalid_answer", (call, s) => void s.write(response(answer(call), ["Content-Length: 3"]))],
    [
      "on a huge length",
      "invalid_answer",
      (_, s) => void s.write("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n"),
    ],
    [
      "on chunks without end",
      "invalid_answer",
      (_, socket) => {
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (const _ of range(20)) socket.write(`10000\r\n${"x".repeat(0x10000)}\r\n`);
      },
    ],
    ["on a page", "invalid_answer", body(() => Buffer.from("<html>"))],
    ["on nothing", "invalid_answer", body(() => Buffer.alloc(0))],
    ["on a frame", "invalid_answer", body(sum)],
    ["on a number that was not asked", "invalid_answer", body((call) => answer({ ...call, sequenceId: 1 }))],
    ["on a call", "invalid_answer", body(({ name, sequenceId }) => message(name, undefined, { sequenceId }))],
    ["on the name of another method", "ApplicationException", body((call) => answer({ ...call, name: "text" }))],
    ["on an answer cut short", "truncated", body((call) => answer(call).subarray(0, -3))],
    [
      "on an exception that is none",
      "invalid_data",
      body(({ name, sequenceId }) =>
        Buffer.concat([
          message(name, undefined, { type: MessageType.EXCEPTION, sequenceId }).subarray(0, -1),
          Buffer.of(99, 0, 0),
        ]),
      ),
    ],
    ["on status 302", "refused", status("302 Found")],
    ["on status 404", "refused", status("404 Not Found")],
    ["on status 500", "refused", status("500 Internal Server Error")],
    ["on status 204", "refused", (_, socket) => void socket.write("HTTP/1.1 204 No Content\r\n\r\n")],
    [
      "on another protocol",
      "disconnected",
      (_, s) => void s.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
    ],
  ])("%s", async (_, code, onCall) => {
    let isGood = true;
    const server = await fakeHttpServer((call, socket) => (isGood ? respond : onCall)(call, socket));
    const client = open({ port: server.port, timeoutMs: 1_000, maxMessageBytes: 1_000_000, connections: 1 });
    expect(await client.add(1n, 1n)).toBe(5n);
    isGood = false;
    expect(await failure(client.add(1n, 1n))).toBe(code);
    isGood = true;
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(server.calls.map(({ sequenceId }) => sequenceId)).toEqual([1, 2, 3]);
  });

  it("when nobody listens, and is answered when somebody does", async () => {
    const first = await fakeHttpServer(respond);
    await first.close();
    const client = open({ port: first.port, timeoutMs: 10_000 });
    const outcomes = await Promise.all(range(30).map(() => failure(client.add(1n, 1n))));
    expect(outcomes).toEqual(Array(30).fill("unreachable"));
    const second = await fakeHttpServer(respond, { port: first.port });
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(second.calls).toHaveLength(1);
  });

  it("when the server drops each connection at once, with a pause that grows", async () => {
    let connections = 0;
    const drop = (socket: Socket) => ((connections += 1), void socket.resetAndDestroy());
    const server = await fakeHttpServer(respond, { onConnection: drop });
    const client = open({ port: server.port, timeoutMs: 1_500, connections: 2 });
    const until = performance.now() + 1_500;
    while (performance.now() < until) await failure(client.add(1n, 1n));
    // 50, 100, 200, 400, 800 ms at most, half of them at least.
    expect(connections).toBeGreaterThan(2);
    expect(connections).toBeLessThan(15);
    expect(server.calls).toEqual([]);
  });

  it("when it is aborted or its time is over before its turn: then it is not sent", async () => {
    const server = await fakeHttpServer(() => {});
    const client = open({ port: server.port, connections: 1 });
    const abort = new AbortController();
    const first = client.add(1n, 1n, { signal: abort.signal });
    await waitFor("the call", () => server.calls.length === 1);
    const second = failure(client.add(2n, 2n, { timeoutMs: 50 }));
    const third = failure(client.add(3n, 3n, { signal: AbortSignal.timeout(50) }));
    expect(await Promise.all([second, third])).toEqual(["timeout", "aborted"]);
    abort.abort();
    expect(await failure(first)).toBe("aborted");
    await waitFor("the end of its connection", () => server.sockets.every((socket) => socket.destroyed));
    expect(server.calls).toHaveLength(1);
  });

  it("and the next is not sent on a connection that the server has closed meanwhile", async () => {
    const server = await fakeHttpServer((call, socket) => {
      respond(call, socket);
      setTimeout(() => socket.end(), 20);
    });
    const client = open({ port: server.port });
    for (const _ of range(3)) {
      expect(await client.add(1n, 1n)).toBe(5n);
      await waitFor("the end", () => server.sockets.every((socket) => socket.destroyed));
    }
    expect(server.calls).toHaveLength(3);
    expect(server.sockets).toHaveLength(3);
  });

  it("when the client is closed, whose connections are gone then", async () => {
    const server = await fakeHttpServer((call, socket) => call.sequenceId === 1 && respond(call, socket));
    const client = open({ port: server.port, connections: 2 });
    await client.add(1n, 1n);
    const calls = range(5).map(() => failure(client.add(1n, 1n)));
    await waitFor("two of them", () => server.calls.length === 3);
    await client.transport.close();
    expect(await Promise.all(calls)).toEqual(Array(5).fill("closed"));
    await waitFor("the ends", () => server.sockets.every((socket) => socket.destroyed));
    expect(await failure(client.add(1n, 1n))).toBe("closed");
    expect(server.calls).toHaveLength(3);
  });

  it("when the client is closed with a deadline: the calls that wait have their turn", async () => {
    const server = await fakeHttpServer((call, socket) => void setTimeout(respond, 50, call, socket));
    const client = open({ port: server.port, connections: 1 });
    const calls = range(4).map(() => client.add(1n, 1n));
    await client.transport.close({ deadlineMs: 20_000 });
    expect(await Promise.all(calls)).toEqual(Array(4).fill(5n));
  });
});

describe("whatever an HTTP server does,", () => {
  type Behaviour = (call: MessageHeader, socket: Socket) => void;
  const whole = (call: MessageHeader) => response(sum(call, BigInt(call.sequenceId)).subarray(4));
  const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Behaviour>((call, socket) => void socket.write(whole(call))) },
    fc.constantFrom<Behaviour>(
      () => {},
      (_, socket) => void socket.end(),
      (_, socket) => void socket.resetAndDestroy(),
      (call, socket) => void socket.end(whole(call)),
      (_, socket) => void socket.write(response(Buffer.from("no"), [], "503 Service Unavailable")),
      (call, socket) => void setTimeout(() => socket.write(whole(call)), 60),
      // An answer that nobody asked for must not become that of the next call.
      (call, socket) => void socket.write(Buffer.concat([whole(call), whole(call)])),
    ),
    fc.nat(100).map(
      (at): Behaviour =>
        (call, socket) =>
          void socket.write(whole(call).subarray(0, at)),
    ),
    fc.nat(100).map(
      (at): Behaviour =>
        (call, socket) =>
          void socket.end(whole(call).subarray(0, at)),
    ),
    fc.nat(100).map((at): Behaviour => (call, socket) => {
      const bytes = whole(call);
      bytes[at % bytes.length] = 0x20;
      socket.write(bytes);
    }),
  );
  const plan = fc.record({
    connections: fc.integer({ min: 1, max: 3 }),
    behaviours: fc.array(behaviour, { minLength: 1, maxLength: 10 }),
    calls: fc.array(
      fc.record({ timeoutMs: fc.constantFrom(40, 120), abortAfterMs: fc.option(fc.nat(60), { freq: 6 }) }),
      { minLength: 1, maxLength: 12 },
    ),
  });

  it(
    "every call settles, none is sent twice or gets another's answer, and the next ones are served",
    { timeout: 300_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(plan, async ({ connections, behaviours, calls }) => {
          let isWell = false;
          const server = await fakeHttpServer((call, socket) => {
            const what = behaviours[(call.sequenceId - 1) % behaviours.length];
            if (isWell || !what) socket.write(whole(call));
            else what(call, socket);
          });
          const client = open({ port: server.port, connections });
          const settled = calls.map(async ({ timeoutMs, abortAfterMs }, index) => {
            const signal = abortAfterMs === null ? undefined : AbortSignal.timeout(abortAfterMs);
            const call = client.add(1n, 1n, signal ? { timeoutMs, signal } : { timeoutMs });
            const code = await failure(call);
            // A blank in the place of a byte may make it another number.
            if (code === "none") expect([BigInt(index + 1), 0x20n]).toContain((await call) & 0xffn);
          });
          const start = performance.now();
          await Promise.all(settled);
          expect(performance.now() - start).toBeLessThan(10_000);
          isWell = true;
          await vi.waitUntil(() => failure(client.add(1n, 1n)).then((code) => code === "none"), 20_000);
          const numbers = server.calls.map(({ sequenceId }) => sequenceId);
          expect(new Set(numbers).size).toBe(numbers.length);
          await client.transport.close();
          await server.close();
        }),
        { numRuns: 60, endOnFailure: true },
      );
    },
  );
});

describe("options that make no sense together", () => {
  it.each<[string, Partial<ThriftClientOptions>, RegExp]>([
    ["JSON in THeader", { transport: "theader", protocol: "json" }, /^THeader carries binary and compact, not json/],
    ["a token without HTTP", { token: "t" }, /over http only/],
    ["a path without HTTP", { transport: "theader", path: "/" }, /over http only/],
    ["a path with a line break", { transport: "http", path: "/\r\nX: y" }, /^path must begin/],
    ["a path that is a URL", { transport: "http", path: "http://x/" }, /^path must begin/],
    ["a token with a line break", { transport: "http", token: "secret\r\nX: y" }, /^token is no bearer token$/],
    ["an empty token", { transport: "http", token: "" }, /^token is no bearer token$/],
  ])("are refused: %s", (_, options, problem) => {
    expect(() => new ThriftClient({ port: 1, ...options })).toThrow(problem);
  });
});
