import { describe, expect, it, onTestFinished } from "vitest";
import { createProcessor, ThriftClient, ThriftServer } from "../../src/index.ts";
import { RoomService } from "./gen/room.ts";
import { readGoldens, type Recording } from "./golden.ts";
import { Recorder, type Exchange } from "./recorder.ts";
import { ask, impersonate, unnumbered } from "./replay.ts";
import { ANSWERS, EXCHANGES, interopHandler, playScript } from "./script.ts";

const recordings = readGoldens().flatMap(({ peer, recordings: all }) =>
  all.map((recording): [string, Recording] => [`${peer}, ${recording.dialect}`, recording]),
);
const clients = recordings.filter(([, { role }]) => role === "client");
const servers = recordings.filter(([, { role }]) => role === "server");

describe("recorded foreign clients", () => {
  it("were nine, and each said the whole script", () => {
    expect(readGoldens()).toHaveLength(9);
    for (const [, { exchanges }] of clients) expect(Object.keys(exchanges)).toEqual(EXCHANGES);
  });

  it.for(clients)("read from our server what they read then: %s", async ([, { exchanges }]) => {
    const told: string[] = [];
    const replies = await ask(await serveRooms(told), Object.values(exchanges));
    expect(hexOf(EXCHANGES, replies)).toEqual(hexOf(EXCHANGES, part(exchanges, "reply")));
    expect(told).toEqual(["hello 🎲"]);
  });

  it.for(clients)("encode calls as our client does: %s", async ([, recording]) => {
    const recorder = await Recorder.start(await serveRooms());
    onTestFinished(() => recorder.close());
    await playScript(clientOf(recording, recorder.port));
    // The second service is called without its name.
    const shared = EXCHANGES.filter((call) => call !== "absent" || !recording.dialect.includes("multiplexed"));
    const own = (call: string) => recorder.exchanges[EXCHANGES.indexOf(call)]?.request ?? Buffer.alloc(0);
    const foreign = (call: string) => recording.exchanges[call]?.request ?? Buffer.alloc(0);
    expect(shared.map((call) => [call, unnumbered(foreign(call))])).toEqual(
      shared.map((call) => [call, unnumbered(own(call))]),
    );
  });
});

describe("recorded foreign servers", () => {
  it.for(servers)("are understood by our client: %s", async ([, recording]) => {
    const { exchanges } = recording;
    const server = await impersonate(Object.values(exchanges));
    onTestFinished(() => server.close());
    const skipped = EXCHANGES.filter((call) => !Object.hasOwn(exchanges, call));
    const foreign = { application: expect.any(Number) as number, message: expect.any(String) as string };
    const expected = Object.entries({ ...ANSWERS, broken: foreign, absent: foreign });
    expect(await playScript(clientOf(recording, server.port), skipped)).toEqual(
      Object.fromEntries(expected.filter(([call]) => !skipped.includes(call))),
    );
    const calls = Object.keys(exchanges);
    expect(hexOf(calls, server.requests)).toEqual(hexOf(calls, part(exchanges, "request")));
  });

  it.for(servers)("encode results as our server does: %s", async ([, { exchanges }]) => {
    // The words of errors are each library's own, and theirs answer an empty sample as it came.
    const shared = Object.keys(exchanges).filter((call) => !["broken", "absent", "fill empty"].includes(call));
    const same = Object.fromEntries(Object.entries(exchanges).filter(([call]) => shared.includes(call)));
    const replies = await ask(await serveRooms(), Object.values(same));
    expect(hexOf(shared, replies)).toEqual(hexOf(shared, part(same, "reply")));
  });
});

async function serveRooms(told: string[] = []): Promise<number> {
  const server = new ThriftServer({ processors: [createProcessor(RoomService, interopHandler(told))] });
  onTestFinished(() => server.close({ deadlineMs: 0 }));
  return server.listen({ port: 0 });
}

function clientOf({ dialect }: Recording, port: number): ThriftClient {
  const client = new ThriftClient({
    port,
    isFramed: dialect.startsWith("framed"),
    ...(dialect.includes("multiplexed") ? { serviceName: "RoomService" } : {}),
  });
  onTestFinished(() => client.close());
  return client;
}

function part(exchanges: Recording["exchanges"], name: keyof Exchange): readonly Buffer[] {
  return Object.values(exchanges).map((exchange) => exchange[name]);
}

function hexOf(calls: readonly string[], parts: readonly Buffer[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(calls.map((call, index) => [call, parts[index]?.toString("hex")]));
}
