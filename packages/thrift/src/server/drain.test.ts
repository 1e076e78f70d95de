import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { framed, RawClient } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";
import { ThriftServer } from "./thrift-server.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};

describe("close", () => {
  it("answers what is under way, refuses what comes, and then resolves", async () => {
    const open: ((value: string) => void)[] = [];
    const { server, port } = await startServer({ text: () => new Promise((resolve) => open.push(resolve)) });
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")));
    await waitFor("the handler", () => open.length === 1);
    let isClosed = false;
    const closed = server.close().then(() => {
      isClosed = true;
    });
    client.send(framed("text", text("b"), { sequenceId: 2 }));
    await expect(RawClient.open(port)).rejects.toThrow("ECONNREFUSED");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isClosed).toBe(false);
    open[0]?.("done");
    await waitFor("the end", () => client.isEnded);
    expect(client.answers.map(({ type, sequenceId }) => [type, sequenceId])).toEqual([
      [MessageType.REPLY, 1],
      [MessageType.EXCEPTION, 2],
    ]);
    expect(client.exception(1)).toEqual({ type: 6, message: "the server is shutting down" });
    expect(open).toHaveLength(1);
    client.socket.end();
    await closed;
  });

  it("refuses calls that had to wait for others", async () => {
    const open: ((value: string) => void)[] = [];
    const { server, port } = await startServer(
      { text: () => new Promise((resolve) => open.push(resolve)) },
      { maxCallsInFlight: 2 },
    );
    const client = await RawClient.open(port);
    client.send(...[1, 2, 3, 4, 5, 6, 7].map((sequenceId) => framed("text", text("a"), { sequenceId })));
    await waitFor("the handlers", () => open.length === 2);
    const closed = server.close();
    for (const answer of open) answer("done");
    await waitFor("the end", () => client.isEnded);
    expect(client.answers.map(({ type }) => type)).toEqual([2, 2, 3, 3, 3, 3, 3]);
    client.socket.end();
    await closed;
  });

  it("does not wait for idle clients, even if they do not notice", async () => {
    const { server, port } = await startServer();
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(port)));
    clients[0]?.send(framed("text", text("a")));
    await waitFor("the answer", () => clients[0]?.answers.length === 1);
    await waitFor("the connections", () => server.connections === 3);
    const start = performance.now();
    await server.close({ deadlineMs: 60_000 });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(clients.map(({ isEnded }) => isEnded)).toEqual([true, true, true]);
  });

  it("ends calls that are not done by the deadline, and tells their handlers", async () => {
    let signal: AbortSignal | undefined;
    const { server, port } = await startServer({
      text(_, call) {
        ({ signal } = call);
        return new Promise(() => {});
      },
    });
    const client = await RawClient.open(port);
    client.send(framed("text", text("a")));
    await waitFor("the handler", () => signal !== undefined);
    await server.close({ deadlineMs: 200 });
    expect(signal?.aborted).toBe(true);
    await waitFor("the close", () => client.isClosed || client.isEnded);
  });

  it("may be called twice, at once or later, and before listen", async () => {
    const { server, port } = await startServer();
    const client = await RawClient.open(port);
    await waitFor("the connection", () => server.connections === 1);
    await Promise.all([server.close(), server.close()]);
    await server.close();
    client.socket.destroy();
    await new ThriftServer({ processors: [] }).close();
  });
});

describe("listen", () => {
  it("rejects with the system's error when the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const server = new ThriftServer({ processors: [] });
    await expect(server.listen({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await server.close();
    other.close();
  });
});
