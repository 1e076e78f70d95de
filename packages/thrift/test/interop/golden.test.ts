import { describe, expect, it, onTestFinished } from "vitest";
import { createProcessor, ThriftServer } from "../../src/index.ts";
import { RoomService } from "./gen/room.ts";
import { clientOf, type Dialect, parseDialect } from "./dialects.ts";
import { readGoldens, type Recording } from "./golden.ts";
import { exchangesOf, PEERS, type Peer } from "./peers.ts";
import { Recorder, type Exchange } from "./recorder.ts";
import { ask, impersonate, messagesOf, payloadOf } from "./replay.ts";
import { ANSWERS, FOREIGN_ANSWERS, interopHandler, playScript, without } from "./script.ts";

interface Row extends Recording {
  readonly peer: Peer;
  readonly spoken: Dialect;
  /** Calls that the peer gets wrong. */
  readonly faults: readonly string[];
}

const goldens = readGoldens();
const rows = PEERS.flatMap((peer) => rowsOf(peer));
const clients = rows.filter(([, { role }]) => role === "client");
const servers = rows.filter(([, { role }]) => role === "server");

describe("recordings", () => {
  it("are there of every peer, and each holds the whole script", () => {
    expect(goldens.map(({ peer }) => peer).toSorted()).toEqual(PEERS.map(({ name }) => name).toSorted());
    for (const [, { peer, role, spoken, exchanges }] of rows) {
      expect(Object.keys(exchanges)).toEqual(exchangesOf(peer, role, spoken));
    }
  });
});

describe("recorded foreign clients", () => {
  it.for(clients)("read from our server what they read then: %s", async ([, { exchanges, peer, spoken }]) => {
    const told: string[] = [];
    const replies = await ask(await serveRooms(told), Object.values(exchanges), spoken);
    const calls = Object.keys(exchanges);
    const { transport } = spoken;
    const recorded = part(exchanges, "reply").map((reply) => (transport === "http" ? payloadOf(reply, spoken) : reply));
    expect(hexOf(calls, replies)).toEqual(hexOf(calls, recorded));
    const canTell = transport !== "http" || peer.tellsOverHttp !== false;
    expect(told).toEqual(canTell ? ["hello 🎲"] : []);
  });

  it.for(clients)("encode calls as our client does: %s", async ([, { exchanges, peer, spoken, faults }]) => {
    const recorder = await Recorder.start(await serveRooms());
    onTestFinished(() => recorder.close());
    const isCarried = spoken.transport === "http" || spoken.transport === "header";
    const own = isCarried ? ({ ...spoken, transport: "unframed" } as const) : spoken;
    const client = clientOf(own, recorder.port);
    onTestFinished(() => client.close());
    await playScript(client);
    const ours = exchangesOf(peer, "client", own).map((call, index) => [call, recorder.exchanges[index]] as const);
    const cannotTell = spoken.transport === "http" && peer.tellsOverHttp === false;
    // A second service is called without its name.
    const left = [...faults, ...(spoken.isMultiplexed ? ["absent"] : []), ...(cannotTell ? ["tell"] : [])];
    const calls = ours.map(([call]) => call).filter((call) => !left.includes(call));
    const said = (from: Readonly<Record<string, Exchange | undefined>>, dialect: Dialect) =>
      calls.map((call) => {
        const requests = [from[`${call} oneway`], from[call]].flatMap((exchange) => exchange?.request ?? []);
        return [call, messagesOf(Buffer.concat(requests.map((request) => payloadOf(request, dialect))), own)];
      });
    expect(said(exchanges, spoken)).toEqual(said(Object.fromEntries(ours), own));
  });
});

describe("recorded foreign servers", () => {
  it.for(servers)("are understood by our client: %s", async ([, { exchanges, spoken, faults }]) => {
    const server = await impersonate(Object.values(exchanges));
    onTestFinished(() => server.close());
    const client = clientOf(spoken, server.port);
    onTestFinished(() => client.close());
    const skipped = Object.keys(ANSWERS).filter((call) => !Object.hasOwn(exchanges, call));
    const left = [...skipped, ...faults];
    expect(without(await playScript(client, skipped), left)).toEqual(without(FOREIGN_ANSWERS, left));
    const calls = Object.keys(exchanges);
    expect(hexOf(calls, server.requests)).toEqual(hexOf(calls, part(exchanges, "request")));
  });

  it.for(servers)("encode results as our server does: %s", async ([, { exchanges, spoken, faults }]) => {
    // The words of errors are each library's own, and theirs answer an empty sample as it came.
    const left = ["broken", "absent", "fill empty", ...faults];
    const same = Object.fromEntries(Object.entries(exchanges).filter(([call]) => !left.includes(call)));
    const replies = await ask(await serveRooms(), Object.values(same), spoken);
    // Binary and compact have one form only, up to the last bit.
    const form = (bytes: Buffer) => (spoken.encoding === "json" ? messagesOf(bytes, spoken) : bytes.toString("hex"));
    expect(replies.map(form)).toEqual(part(same, "reply").map(form));
  });
});

function rowsOf(peer: Peer): [string, Row][] {
  const { name, faults } = peer;
  const recordings = goldens.find((golden) => golden.peer === name)?.recordings ?? [];
  return recordings.map((recording) => {
    const spoken = parseDialect(recording.dialect);
    return [`${name}, ${recording.dialect}`, { ...recording, peer, spoken, faults: faults?.[spoken.encoding] ?? [] }];
  });
}

async function serveRooms(told: string[] = []): Promise<number> {
  const server = new ThriftServer({ processors: [createProcessor(RoomService, interopHandler(told))] });
  onTestFinished(() => server.close({ deadlineMs: 0 }));
  return server.listen({ port: 0 });
}

function part(exchanges: Recording["exchanges"], name: keyof Exchange): readonly Buffer[] {
  return Object.values(exchanges).map((exchange) => exchange[name]);
}

function hexOf(calls: readonly string[], parts: readonly Buffer[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(calls.map((call, index) => [call, parts[index]?.toString("hex")]));
}
