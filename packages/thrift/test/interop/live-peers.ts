// Every peer that is asked for, against our server and under our client. Run by main.ts.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createProcessor, ThriftServer } from "../../src/index.ts";
import { Authority } from "../certificates.ts";
import { RoomService } from "./gen/room.ts";
import { clientOf, common, isRecordable, nameOf, OURS, type Dialect } from "./dialects.ts";
import { writeGolden, type Recording } from "./golden.ts";
import { exchangesOf, PEERS } from "./peers.ts";
import { Recorder, type Exchange } from "./recorder.ts";
import { ANSWERS, FOREIGN_ANSWERS, interopHandler, playScript, without } from "./script.ts";
import { versionOf, Workshop } from "./workshop.ts";

const wanted = (process.env["INTEROP_PEERS"] ?? "").split(",");
const isRecording = process.env["INTEROP_RECORD"] === "1";

describe.for(PEERS.filter(({ name }) => wanted.includes(name)))("$name", (peer) => {
  let workshop: Workshop;
  const recordings: Recording[] = [];

  beforeAll(() => {
    workshop = new Workshop(peer);
  });

  afterAll(() => {
    workshop.remove();
    if (isRecording) writeGolden(peer.name, versionOf(peer), recordings);
  });

  it.for(rows(common(OURS.server, peer.client)))("as client of our server: %s", async ([, dialect], test) => {
    const told: string[] = [];
    const authority = dialect.isTls ? Authority.create(test) : undefined;
    const server = new ThriftServer({
      processors: [createProcessor(RoomService, interopHandler(told))],
      ...(authority && { tls: authority.issue() }),
    });
    onTestFinished(() => server.close({ deadlineMs: 0 }));
    const recorder = await Recorder.start(await server.listen({ port: 0 }));
    onTestFinished(() => recorder.close());
    const answers = await workshop.playScript(dialect, recorder.port, authority?.caFile);
    const faults = peer.faults?.[dialect.encoding] ?? [];
    expect(without(answers, faults)).toEqual(without(ANSWERS, faults));
    const canTell = dialect.transport !== "http" || peer.tellsOverHttp !== false;
    expect(told).toEqual(canTell ? ["hello 🎲"] : []);
    keep("client", dialect, recorder);
  });

  it.for(rows(common(OURS.client, peer.server)))("as server under our client: %s", async ([, dialect]) => {
    const server = await workshop.serve(dialect);
    onTestFinished(() => server.stop());
    const recorder = await Recorder.start(server.port);
    onTestFinished(() => recorder.close());
    const client = clientOf(dialect, recorder.port);
    onTestFinished(() => client.close());
    const overHttp = dialect.transport === "http" ? (peer.skippedOverHttp ?? []) : [];
    const skipped = [...(peer.skipped ?? []), ...overHttp];
    const faults = [...skipped, ...(peer.faults?.[dialect.encoding] ?? [])];
    expect(without(await playScript(client, skipped), faults)).toEqual(without(FOREIGN_ANSWERS, faults));
    keep("server", dialect, recorder);
  });

  function keep(role: Recording["role"], dialect: Dialect, recorder: Recorder): void {
    // What is around a message is each server's own: the head of HTTP, and C++ answers compact in THeader with binary.
    const isCarried = dialect.transport === "http" || dialect.transport === "header";
    if (!isRecordable(dialect) || (role === "server" && isCarried)) return;
    // The C++ client takes its leave of THeader with an empty frame, which nobody answers.
    const exchanges = recorder.exchanges.filter(({ reply }) => reply.length > 0);
    const names = exchangesOf(peer, role, dialect);
    expect(exchanges).toHaveLength(names.length);
    const named = names.map((name, index): [string, Exchange | undefined] => [name, exchanges[index]]);
    recordings.push({ role, dialect: nameOf(dialect), exchanges: Object.fromEntries(named) as Recording["exchanges"] });
  }
});

function rows(dialects: readonly Dialect[]): readonly [string, Dialect][] {
  return dialects.map((dialect) => [nameOf(dialect), dialect]);
}
