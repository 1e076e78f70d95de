import { Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { DIALECTS } from "../../test/dialects.ts";
import { framed, RawClient, speaker, type Answer } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import type { ProtocolWriter } from "../protocol/protocol.ts";
import { MessageType, WireType } from "../protocol/wire-types.ts";

const text = (value: string) => (output: ProtocolWriter) => {
  output.writeField(WireType.STRING, 1);
  output.writeString(value);
  output.writeStop();
};
const number = (value: number) => (output: ProtocolWriter) => {
  output.writeField(WireType.I32, 1);
  output.writeI32(value);
  output.writeStop();
};
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const textOf = ({ reader }: Answer) => {
  reader.readStructBegin();
  reader.readField();
  return reader.readString();
};

describe.each(DIALECTS)("replies that become ready together, $name", (dialect) => {
  const say = speaker(dialect);

  it("are whole before and behind one whose result cannot be written", async () => {
    const names = ["x".repeat(5_000), 7 as unknown as string];
    const { port } = await startServer({
      text: (value) => value,
      find: (found) => ({ number: found, names: found === 1 ? names : [] }),
    });
    const client = await RawClient.open(port, dialect);
    client.send(
      say("text", text("a"), { sequenceId: 1 }),
      say("find", number(1), { sequenceId: 2 }),
      say("text", text("b"), { sequenceId: 3 }),
      say("find", number(2), { sequenceId: 4 }),
      say("text", text("c"), { sequenceId: 5 }),
    );
    await waitFor("the answers", () => client.answers.length === 5);
    const { REPLY, EXCEPTION } = MessageType;
    expect(client.answers.map(({ type }) => type)).toEqual([REPLY, EXCEPTION, REPLY, REPLY, REPLY]);
    expect(client.answers.filter(({ name }) => name === "text").map(textOf)).toEqual(["a", "b", "c"]);
  });

  it("are those of their calls, whether their handlers answered at once, later, or out of order", async () => {
    const delays = { now: 0, soon: 5, late: 20 };
    const wait = (ms: number, value: string) => new Promise<string>((resolve) => setTimeout(resolve, ms, value));
    const { port } = await startServer({
      text(value) {
        const [kind] = value.split(" ");
        const ms = delays[kind as keyof typeof delays];
        return ms === 0 ? value : wait(ms, value);
      },
    });
    const client = await RawClient.open(port, dialect);
    const kinds = ["now", "late", "soon", "now", "soon", "soon", "late", "now", "now"];
    const texts = range(100).map((index) => `${kinds[index % kinds.length]} ${index}`);
    client.send(...texts.map((each, sequenceId) => say("text", text(each), { sequenceId })));
    await waitFor("the answers", () => client.answers.length === texts.length);
    expect(client.answers.map(({ sequenceId }) => sequenceId)).toEqual(range(100));
    expect(client.answers.map(textOf)).toEqual(texts);
  });
});

describe("one write", () => {
  /** What the server writes; the client is in this process too. */
  async function countWrites(port: number, send: (client: RawClient) => void, answers: number): Promise<number> {
    const client = await RawClient.open(port);
    const write = vi.spyOn(Socket.prototype, "write");
    try {
      send(client);
      await waitFor("the answers", () => client.answers.length === answers);
      return write.mock.contexts.filter((socket) => (socket as Socket).localPort === port).length;
    } finally {
      write.mockRestore();
    }
  }
  const calls = range(100).map((sequenceId) => framed("text", text("x"), { sequenceId }));

  it("answers the calls that arrived together", async () => {
    const { port } = await startServer({ text: (value) => value });
    expect(await countWrites(port, (client) => client.send(...calls), 100)).toBe(1);
  });

  it("answers the calls whose handlers were done in the same turn", async () => {
    const waiting: (() => void)[] = [];
    const { port } = await startServer({
      text: (value) => new Promise((resolve) => waiting.push(() => resolve(value))),
    });
    const send = async (client: RawClient) => {
      client.send(...calls);
      await waitFor("the handlers", () => waiting.length === 100);
      for (const answer of waiting.toReversed()) answer();
    };
    expect(await countWrites(port, (client) => void send(client), 100)).toBe(1);
  });
});

it("long replies among short ones arrive whole, in their order, whatever the system takes at once", async () => {
  const sizes = [1, 3_000_000, 2, 262_144, 262_145, 3, 5_000_000, 100_000, 4];
  const { port, server } = await startServer(
    { text: (value) => "x".repeat(Number(value)) },
    { maxUnsentBytes: 300_000 },
  );
  const client = await RawClient.open(port);
  client.send(...sizes.map((size, sequenceId) => framed("text", text(String(size)), { sequenceId })));
  await waitFor("the answers", () => client.answers.length === sizes.length);
  expect(client.answers.map(textOf).map(({ length }) => length)).toEqual(sizes);
  client.socket.end();
  await waitFor("the end", () => server.connections === 0);
  expect(server.bufferedBytes).toBe(0);
});

it("a handler that keeps what it knows of a call does not keep the calls behind it", async () => {
  const kept: object[] = [];
  const { port } = await startServer({ text: (value, call) => (kept.push(call), value) });
  const client = await RawClient.open(port);
  client.send(...range(10).map((sequenceId) => framed("text", text("x"), { sequenceId })));
  await waitFor("the answers", () => client.answers.length === 10);
  for (const call of kept) expect(Object.values(call).some((value) => kept.includes(value as object))).toBe(false);
});
