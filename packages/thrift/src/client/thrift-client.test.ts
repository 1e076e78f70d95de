import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { Gone, OtherClient, Refused } from "../../test/every.ts";
import { SAMPLE } from "../../test/every-values.ts";
import { CLIENT_DIALECTS } from "../../test/dialects.ts";
import { fakeServer, type FakeServer } from "../../test/fake-server.ts";
import { frame, framed, message } from "../../test/raw-client.ts";
import { RoomServiceClient } from "../../test/room.ts";
import { answer, failure, open } from "../../test/sums.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { MessageHeader, ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";
import { ThriftClient } from "./thrift-client.ts";

const sum = (value: bigint) => (output: ProtocolWriter) => {
  output.writeField(WireType.I64, 0);
  output.writeI64(value);
  output.writeStop();
};
const reply = ({ name, sequenceId }: MessageHeader, body = sum(5n)) =>
  framed(name, body, { type: MessageType.REPLY, sequenceId });
describe("calls", () => {
  it.each(
    CLIENT_DIALECTS.flatMap(([name, options]) => [
      [name, options] as const,
      [`${name}, with the service's name`, { ...options, serviceName: "Every" }] as const,
    ]),
  )("of every kind are answered: %s", async (_, options) => {
    const { port, fired } = await startServer();
    const client = open({ port, ...options });
    expect(await client.echo(SAMPLE)).toEqual(SAMPLE);
    expect(await client.text("grüße")).toBe("grüße");
    expect(await client.nothing()).toBeUndefined();
    expect(await client.add(2n ** 62n, -1n)).toBe(2n ** 62n - 1n);
    expect(await client.reverse(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(3, 2, 1));
    expect(await client.index([{ number: 1 }], new Set(["a", "b"]))).toEqual(
      new Map([
        ["a", { number: 1 }],
        ["b", { number: -1 }],
      ]),
    );
    expect(await client.names("a", "b", "c", "d", "e")).toEqual(["a", "b", "c", "d", "e"]);
    await client.fire("away");
    await client.nothing();
    expect(fired).toEqual(["away"]);
  });

  it("reach the service that is named", async () => {
    const { port } = await startServer();
    const transport = new ThriftClient({ port, serviceName: "Other" });
    onTestFinished(() => transport.close());
    expect(await new OtherClient(transport).text("a")).toBe("other a");
  });

  it("throw the exceptions that the method declares, and ApplicationException for others", async () => {
    const { port } = await startServer();
    const client = open({ port });
    await expect(client.find(1)).rejects.toThrow(Refused);
    await expect(client.find(1)).rejects.toMatchObject({ code: "no", message: "not you" });
    await expect(client.find(2)).rejects.toThrow(Gone);
    await expect(client.find(3)).rejects.toMatchObject({
      name: "ApplicationException",
      type: 6,
      message: "internal error",
    });
    expect(await client.find(4)).toEqual({ number: 4 });
  });

  it("side by side share one connection and find their own answers", async () => {
    const { port, server } = await startServer();
    const client = open({ port });
    const sums = await Promise.all(Array.from({ length: 500 }, (_, index) => client.add(BigInt(index), 1n)));
    expect(sums).toEqual(Array.from({ length: 500 }, (_, index) => BigInt(index) + 1n));
    expect(server.connections).toBe(1);
  });

  it("with arguments that cannot be encoded fail alone and are not sent", async () => {
    const server = await fakeServer(answer);
    const client = open({ port: server.port });
    expect(await failure(client.add(2n ** 63n, 1n))).toBe("invalid_data");
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(server.calls).toHaveLength(1);
  });

  it("refuse a RoomInfo without username, keep one without password, and accept unknown fields", async () => {
    const room = (fields: (output: ProtocolWriter) => void) => (output: ProtocolWriter) => {
      output.writeField(WireType.STRUCT, 0);
      output.writeStructBegin();
      output.writeField(WireType.STRING, 1);
      output.writeString("id");
      output.writeField(WireType.STRING, 9);
      output.writeString("from a newer server");
      fields(output);
      output.writeStop();
      output.writeStop();
    };
    const username = room((output) => {
      output.writeField(WireType.STRING, 3);
      output.writeString("u");
    });
    const bodies = [room(() => {}), username];
    const server = await fakeServer((call, socket) => void socket.write(reply(call, bodies.shift())));
    const transport = new ThriftClient({ port: server.port });
    onTestFinished(() => transport.close());
    const rooms = new RoomServiceClient(transport);
    await expect(rooms.create()).rejects.toThrow("RoomInfo.username is missing");
    expect(await rooms.create()).toEqual({ id: "id", expires: 0, username: "u" });
  });

  it("refuse an answer without a result", async () => {
    const server = await fakeServer((call, socket) => void socket.write(reply(call, (output) => output.writeStop())));
    await expect(open({ port: server.port }).add(1n, 1n)).rejects.toMatchObject({ type: 5 });
  });
});

describe("every call settles", () => {
  it.each<[string, string, (call: MessageHeader, socket: Socket) => void]>([
    ["when the server is silent", "timeout", () => {}],
    ["when the server ends the connection", "disconnected", (_, socket) => void socket.end()],
    ["when the server resets the connection", "disconnected", (_, socket) => void socket.resetAndDestroy()],
    ["on garbage", "invalid_answer", (_, socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["on a huge frame", "invalid_answer", (call, socket) => void socket.write(frame(message(call.name), 0x7fff_ffff))],
    [
      "on a negative frame",
      "invalid_answer",
      (call, socket) => void socket.write(frame(message(call.name), 0xffff_ffff)),
    ],
    ["on an empty frame", "invalid_answer", (_, socket) => void socket.write(Buffer.alloc(4))],
    [
      "on a number that was never given",
      "invalid_answer",
      (call, socket) => void socket.write(reply({ ...call, sequenceId: call.sequenceId + 7 })),
    ],
    ["on the number -1", "invalid_answer", (call, socket) => void socket.write(reply({ ...call, sequenceId: -1 }))],
    [
      "on a number of an earlier call",
      "timeout",
      (call, socket) => void socket.write(reply({ ...call, sequenceId: 1 })),
    ],
    [
      "on the name of another method",
      "ApplicationException",
      (call, socket) => void socket.write(reply({ ...call, name: "text" })),
    ],
    [
      "on a call instead of an answer",
      "invalid_answer",
      (call, socket) => void socket.write(framed(call.name, sum(1n), call)),
    ],
    [
      "on an answer cut short within its frame",
      "truncated",
      (call, socket) => void socket.write(frame(reply(call).subarray(4, -3))),
    ],
    [
      "on a result of another type",
      "ApplicationException",
      (call, socket) =>
        void socket.write(
          reply(call, (output) => {
            output.writeField(WireType.STRING, 0);
            output.writeString("5");
            output.writeStop();
          }),
        ),
    ],
  ])("%s", async (_, code, onCall) => {
    let isFirst = true;
    const server = await fakeServer((call, socket) => {
      // The first call of each connection is answered, so that the failure meets an established one.
      if (isFirst) answer(call, socket);
      else onCall(call, socket);
      isFirst = false;
    });
    const client = open({ port: server.port, timeoutMs: 1_000 });
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(await failure(client.add(1n, 1n))).toBe(code);
    isFirst = true;
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(server.calls.map(({ sequenceId }) => sequenceId)).toEqual([1, 2, 3]);
  });

  it("when the server answers in part", async () => {
    const server = await fakeServer((call, socket) => void socket.write(reply(call).subarray(0, 20)));
    expect(await failure(open({ port: server.port }).add(1n, 1n, { timeoutMs: 100 }))).toBe("timeout");
  });

  it("when nobody listens", async () => {
    const server = await fakeServer(answer);
    await server.close();
    const client = open({ port: server.port });
    expect(await Promise.all([1n, 2n, 3n].map((a) => failure(client.add(a, a))))).toEqual(Array(3).fill("unreachable"));
  });

  it("when it is aborted: before it is sent, while it waits, and with the reason", async () => {
    const server = await fakeServer(() => {});
    const client = open({ port: server.port });
    expect(await failure(client.add(1n, 1n, { signal: AbortSignal.abort() }))).toBe("aborted");
    const abort = new AbortController();
    const call = client.add(1n, 1n, { signal: abort.signal });
    await waitFor("the call", () => server.calls.length === 1);
    abort.abort(new Error("no longer wanted"));
    await expect(call).rejects.toMatchObject({ code: "aborted", cause: new Error("no longer wanted") });
  });

  it("when the client is closed, and later ones too", async () => {
    const server = await fakeServer(() => {});
    const client = open({ port: server.port });
    const calls = [client.add(1n, 1n), client.add(2n, 2n)].map(failure);
    await waitFor("the calls", () => server.calls.length === 2);
    await client.transport.close();
    expect(await Promise.all(calls)).toEqual(["closed", "closed"]);
    expect(await failure(client.add(1n, 1n))).toBe("closed");
  });

  it("at once when the client is closed in the pause before a new connection, which is not made", async () => {
    let connections = 0;
    const server = await fakeServer(answer, {
      onConnection: (socket) => ((connections += 1), socket.resetAndDestroy()),
    });
    const client = open({ port: server.port });
    for (let attempt = 0; attempt < 6; attempt += 1) await failure(client.add(1n, 1n));
    const before = connections;
    const start = performance.now();
    const call = failure(client.add(1n, 1n));
    await client.transport.close();
    expect(await call).toBe("closed");
    expect(performance.now() - start).toBeLessThan(400);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(connections).toBe(before);
  });

  it("with its own deadline, of any length", async () => {
    const server = await fakeServer((call, socket) => void setTimeout(() => answer(call, socket), 100));
    const client = open({ port: server.port });
    expect(await client.add(1n, 1n, { timeoutMs: Infinity })).toBe(5n);
    expect(await failure(client.add(1n, 1n, { timeoutMs: 10 }))).toBe("timeout");
  });
});

describe("a call is never sent twice", () => {
  it.each([
    ["when the connection is lost", (_: MessageHeader, socket: Socket) => void socket.resetAndDestroy()],
    ["when the server ends the connection", (_: MessageHeader, socket: Socket) => void socket.end()],
    ["when the answer is garbage", (_: MessageHeader, socket: Socket) => void socket.write("garbage!")],
  ])("%s", async (_, onCall) => {
    const server = await fakeServer(onCall);
    const client = open({ port: server.port });
    const attempts = 5;
    for (let attempt = 0; attempt < attempts; attempt += 1) expect(await failure(client.add(1n, 1n))).not.toBe("none");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.calls.map(({ sequenceId }) => sequenceId)).toEqual([1, 2, 3, 4, 5]);
  });

  it("nor at all when its time is over before there is a connection", async () => {
    const reset = (socket: Socket) => void socket.resetAndDestroy();
    const first = await fakeServer(answer, { onConnection: reset });
    const client = open({ port: first.port });
    for (let attempt = 0; attempt < 5; attempt += 1) await failure(client.add(1n, 1n));
    await first.close();
    const second = await fakeServer(answer, { port: first.port });
    // The pause before the next connection is 400 ms at least by now.
    expect(await failure(client.add(1n, 1n, { timeoutMs: 20 }))).toBe("timeout");
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(second.calls.map(({ sequenceId }) => sequenceId)).toEqual([7]);
  });
});

describe("a connection that was lost", () => {
  it("is made again by the next call", async () => {
    const server = await fakeServer(answer);
    const client = open({ port: server.port });
    for (let round = 1; round <= 3; round += 1) {
      expect(await client.add(1n, 1n)).toBe(5n);
      expect(server.sockets).toHaveLength(round);
      server.sockets.at(-1)?.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it("in order, while nothing was asked, is noticed: the next call succeeds", async () => {
    const server = await fakeServer(answer);
    const client = open({ port: server.port });
    expect(await client.add(1n, 1n)).toBe(5n);
    server.sockets[0]?.end();
    await waitFor(
      "the client's end",
      () => server.sockets[0]?.destroyed === true || server.sockets[0]?.readableEnded === true,
    );
    expect(await client.add(1n, 1n)).toBe(5n);
  });

  it("takes only its own calls with it", async () => {
    const server = await fakeServer((call, socket) => {
      if (call.sequenceId === 1) socket.end();
      else answer(call, socket);
    });
    const client = open({ port: server.port });
    expect(await failure(client.add(1n, 1n))).toBe("disconnected");
    const later = client.add(1n, 1n);
    server.sockets[0]?.destroy();
    expect(await later).toBe(5n);
  });

  it("is followed by a pause that grows with each failure and ends with a success", async () => {
    let isBad = true;
    const times: number[] = [];
    const server = await fakeServer(answer, {
      onConnection(socket) {
        times.push(performance.now());
        if (isBad) socket.destroy();
      },
    });
    const client = open({ port: server.port });
    for (let attempt = 0; attempt < 5; attempt += 1) await failure(client.add(1n, 1n));
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // Half to whole of 50, 100, 200, 400 ms; timers may fire a little early.
    for (const [index, least] of [23, 48, 98, 198].entries()) expect(pauses[index]).toBeGreaterThan(least);
    isBad = false;
    expect(await client.add(1n, 1n)).toBe(5n);
    server.sockets.at(-1)?.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(performance.now() - start).toBeLessThan(380);
  });

  it("is given up after a call's deadline when its last message does not end, which would swallow every later one", async () => {
    const server: FakeServer = await fakeServer((call, socket) => {
      if (call.sequenceId === 1) socket.write(frame(message(call.name), 1_000_000));
      else answer(call, socket);
    });
    const client = open({ port: server.port });
    expect(await failure(client.add(1n, 1n, { timeoutMs: 50 }))).toBe("timeout");
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(server.sockets).toHaveLength(2);
  });

  it("without a word is given up after a call's deadline, and the calls on it keep theirs", async () => {
    let isMute = false;
    const held: [MessageHeader, Socket][] = [];
    const server: FakeServer = await fakeServer((call, socket) => {
      if (isMute && socket === server.sockets[0]) held.push([call, socket]);
      else answer(call, socket);
    });
    const client = open({ port: server.port });
    await client.add(1n, 1n);
    isMute = true;
    const patient = client.add(1n, 1n);
    expect(await failure(client.add(1n, 1n, { timeoutMs: 50 }))).toBe("timeout");
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(server.sockets).toHaveLength(2);
    for (const [call, socket] of held.slice(0, 1)) answer(call, socket);
    expect(await patient).toBe(5n);
    await waitFor("the end of the first connection", () => server.sockets[0]?.readableEnded === true);
  });
});

describe("calls that wait", () => {
  it("are bounded; one more fails at once and is not sent", async () => {
    const held: (() => void)[] = [];
    const server = await fakeServer((call, socket) => void held.push(() => answer(call, socket)));
    const client = open({ port: server.port, maxPending: 3 });
    const calls = [1n, 2n, 3n].map((a) => client.add(a, a));
    expect(await failure(client.add(4n, 4n))).toBe("overload");
    await waitFor("the calls", () => held.length === 3);
    for (const release of held) release();
    expect(await Promise.all(calls)).toEqual([5n, 5n, 5n]);
    const next = client.add(5n, 5n);
    await waitFor("the next", () => held.length === 4);
    held[3]?.();
    expect(await next).toBe(5n);
  });

  it("and gave up ignore their late answers", async () => {
    const server = await fakeServer((call, socket) => {
      if (call.sequenceId === 1) setTimeout(() => answer(call, socket), 150);
      else setTimeout(() => answer(call, socket), 300);
    });
    const client = open({ port: server.port });
    const second = new Promise<bigint>((resolve, reject) => {
      setTimeout(() => void client.add(2n, 2n).then(resolve, reject), 10);
    });
    expect(await failure(client.add(1n, 1n, { timeoutMs: 50 }))).toBe("timeout");
    expect(await second).toBe(5n);
  });
});
