import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { fakeServer } from "../../test/fake-server.ts";
import { startServer } from "../../test/start-server.ts";
import { answer, failure, open } from "../../test/sums.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { MessageHeader } from "../protocol/protocol.ts";
import { ThriftClient } from "./thrift-client.ts";

type PatientServer = Awaited<ReturnType<typeof patientServer>>;

/** A server that answers when it is told to. */
async function patientServer(options: Parameters<typeof fakeServer>[1] = {}) {
  const held: { readonly call: MessageHeader; readonly socket: Socket }[] = [];
  const server = await fakeServer((call, socket) => void held.push({ call, socket }), options);
  const release = () => {
    for (const { call, socket } of held.splice(0)) answer(call, socket);
  };
  /** How many calls are held, by connection in the order of their making. */
  const load = () => server.sockets.map((socket) => held.filter((one) => one.socket === socket).length);
  return { server, held, release, load };
}

/** Calls, one after the other and each when the server has the one before, until the pool has grown. */
async function grow(client: ReturnType<typeof open>, { held, server }: PatientServer, to: number) {
  const calls: Promise<bigint>[] = [];
  while (server.sockets.length < to) {
    calls.push(client.add(1n, 1n));
    await waitFor("the call", () => held.length === calls.length);
    // A connection that this call has brought about is there before long; the next call brings about another.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return calls;
}

describe("a client with several connections", () => {
  it("opens no second one for calls that follow each other", async () => {
    const server = await fakeServer(answer);
    const client = open({ port: server.port, connections: 4 });
    for (let call = 0; call < 10; call += 1) expect(await client.add(1n, 1n)).toBe(5n);
    expect(server.sockets).toHaveLength(1);
  });

  it("opens as many as it may while calls wait, and gives each call to the least busy", async () => {
    const fake = await patientServer();
    const client = open({ port: fake.server.port, connections: 3 });
    const calls = await grow(client, fake, 3);
    for (let more = 0; more < 27; more += 1) calls.push(client.add(1n, 1n));
    await waitFor("the calls", () => fake.held.length === calls.length);
    expect(fake.server.sockets).toHaveLength(3);
    const load = fake.load();
    expect(load).toHaveLength(3);
    expect(Math.max(...load) - Math.min(...load)).toBeLessThanOrEqual(1);
    fake.release();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([5n]));
  });

  it("finds each call's own answer, whatever connection it takes", async () => {
    const { port, server } = await startServer({
      add: async (a, b) => {
        await new Promise((resolve) => setTimeout(resolve, Number(a % 7n)));
        return a + b;
      },
    });
    const client = open({ port, connections: 3 });
    const rounds = Array.from({ length: 5 }, (_, round) => BigInt(round) * 1_000n);
    for (const base of rounds) {
      const sums = await Promise.all(Array.from({ length: 100 }, (_, index) => client.add(base + BigInt(index), 1n)));
      expect(sums).toEqual(Array.from({ length: 100 }, (_, index) => base + BigInt(index) + 1n));
    }
    expect(server.connections).toBe(3);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["is reset", (socket) => void socket.resetAndDestroy()],
    ["is ended", (socket) => void socket.end()],
    ["speaks nonsense", (socket) => void socket.write("garbage!")],
  ])("fails only the calls on the one that %s", async (_, breakIt) => {
    const fake = await patientServer();
    const client = open({ port: fake.server.port, connections: 3 });
    const calls = await grow(client, fake, 3);
    for (let more = 0; more < 6; more += 1) calls.push(client.add(1n, 1n));
    await waitFor("the calls", () => fake.held.length === calls.length);
    const [broken] = fake.server.sockets;
    const lost = fake.load()[0] ?? 0;
    const rest = fake.held.filter(({ socket }) => socket !== broken);
    if (broken) breakIt(broken);
    const outcomes = Promise.all(calls.map(failure));
    // The calls behind the break go to the connections that are left, at once.
    await waitFor("the end of it", () => broken?.destroyed === true || broken?.readableEnded === true);
    const next = client.add(1n, 1n);
    await waitFor("the next call", () => fake.held.length === calls.length + 1);
    expect(fake.held.at(-1)?.socket).not.toBe(broken);
    for (const { call, socket } of [...rest, ...fake.held.slice(-1)]) answer(call, socket);
    expect(await next).toBe(5n);
    expect((await outcomes).filter((outcome) => outcome === "none")).toHaveLength(calls.length - lost);
  });

  it("needs only one that can be made", async () => {
    let connections = 0;
    const fake = await patientServer({
      onConnection(socket) {
        connections += 1;
        if (connections > 1) socket.resetAndDestroy();
      },
    });
    const client = open({ port: fake.server.port, connections: 4 });
    const first = client.add(1n, 1n);
    await waitFor("the first call", () => fake.held.length === 1);
    const second = client.add(1n, 1n);
    await waitFor("a second connection, which is refused", () => connections >= 2);
    await waitFor("both calls", () => fake.held.length === 2);
    fake.release();
    expect(await Promise.all([first, second])).toEqual([5n, 5n]);
  });

  it("sends oneway calls over any of them", async () => {
    const { port, fired, server } = await startServer();
    const client = open({ port, connections: 2 });
    await client.nothing();
    await Promise.all(Array.from({ length: 20 }, (_, index) => client.fire(String(index))));
    await Promise.all(Array.from({ length: 20 }, () => client.nothing()));
    await waitFor("all of them", () => fired.length === 20);
    expect(fired.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(server.connections).toBe(2);
  });
});

describe("calls of one turn", () => {
  it("leave in one write", async () => {
    let chunks = 0;
    const server = await fakeServer(answer, { onConnection: (socket) => void socket.on("data", () => (chunks += 1)) });
    const client = open({ port: server.port });
    await client.add(1n, 1n);
    chunks = 0;
    await Promise.all(Array.from({ length: 200 }, () => client.add(1n, 1n)));
    expect(chunks).toBeLessThan(20);
  });
});

describe("close", () => {
  it("with a deadline lets the calls that wait be answered, and takes no more", async () => {
    const fake = await patientServer();
    const client = open({ port: fake.server.port });
    const call = client.add(1n, 1n);
    await waitFor("the call", () => fake.held.length === 1);
    const closing = client.transport.close({ deadlineMs: 20_000 });
    expect(await failure(client.add(1n, 1n))).toBe("closed");
    fake.release();
    expect(await call).toBe(5n);
    await closing;
    await waitFor("the end of the connection", () => fake.server.sockets.every((socket) => socket.readableEnded));
  });

  it("rejects what still waits at the deadline, which a second close may bring forward", async () => {
    const fake = await patientServer();
    for (const deadlines of [[50], [20_000, 0]]) {
      const client = open({ port: fake.server.port });
      const call = failure(client.add(1n, 1n));
      await waitFor("the call", () => fake.held.length > 0);
      const closings = deadlines.map((deadlineMs) => client.transport.close({ deadlineMs }));
      expect(await call).toBe("closed");
      await Promise.all(closings);
      fake.held.splice(0);
    }
  });

  it("of a client that was never used does nothing", async () => {
    await new ThriftClient({ port: 1 }).close({ deadlineMs: 1_000 });
  });
});

describe("options", () => {
  it.each([
    ["connections", 0],
    ["connections", 1.5],
    ["maxPending", 0],
    ["maxMessageBytes", -1],
    ["timeoutMs", 0],
    ["timeoutMs", NaN],
  ])("that make no sense are refused by name: %s %d", (name, value) => {
    expect(() => new ThriftClient({ port: 1, [name]: value })).toThrow(new RegExp(`^${name} is ${value}`));
  });
});

describe("a call that is longer than any server reads", () => {
  it("fails alone and is not sent", async () => {
    const server = await fakeServer(answer);
    const client = open({ port: server.port });
    expect(await failure(client.reverse(new Uint8Array(16_384_000)))).toBe("size_limit");
    expect(await client.add(1n, 1n)).toBe(5n);
    expect(server.calls.map(({ name }) => name)).toEqual(["add"]);
  });
});
