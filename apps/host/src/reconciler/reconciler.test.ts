import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  claimProcesses,
  createRoom,
  type Database,
  getProcess,
  type HostBeat,
  registerHost,
  requestStop,
} from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import {
  clearRooms,
  createDeployment,
  createTenant,
  freePort,
  registerTestHost,
  TEST_REGION,
  waitFor,
} from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { ENFORCED, LOG_KEEPING, newSpec } from "../../test/process-spec.ts";
import { useRooms } from "../../test/setup.ts";
import { OutageLog } from "../outage-log.ts";
import { openDockerProvider } from "../provider/docker/docker-provider.ts";
import { openLocalProvider } from "../provider/local/local-provider.ts";
import type { Provider } from "../provider/provider.ts";
import { Actions } from "./actions.ts";
import { PortFinder } from "./port-finder.ts";
import { Reconciler } from "./reconciler.ts";

const suite = useRooms();
const log = createLog({ name: "test", level: "silent", format: "json" });

async function openProvider(root: string, argv: readonly string[] = ["sleep", "600"]) {
  const provider = await openLocalProvider({
    root,
    commands: new Map([["game", { argv, cwd: "/" }]]),
    baseEnv: { PATH: process.env["PATH"] ?? "" },
    publicHost: "127.0.0.1",
    logKeeping: LOG_KEEPING,
    limits: ENFORCED,
    onChange: () => {},
    log,
  });
  onTestFinished(async () => {
    for (const { processId } of await provider.list()) await provider.stop(processId, 0);
    await provider.close();
  });
  return provider;
}

async function newDirectory(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "roombridge-reconciler-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return root;
}

function newReconciler(database: Database, { beat, provider }: { beat: HostBeat; provider: Provider }): Reconciler {
  const { hostId, incarnation, publicHost } = beat;
  const ports = new PortFinder({ database, provider, hostId, range: { min: 20_000, max: 29_999 } });
  const outages = new OutageLog(log);
  const identity = { hostId, incarnation, publicHost };
  const actions = new Actions({ database, provider, ports, ...identity, stopGraceMs: 0, outages, log });
  return new Reconciler({ database, provider, beat, bindDeadlineMs: 100_000, actions, outages, onChange: () => {} });
}

test("a host that has a successor, and does not know it yet, stops nothing of the successor's", async () => {
  const { rooms } = suite();
  const { database } = rooms;
  const root = await newDirectory();
  const elder = await registerTestHost(database);
  const successor = { ...elder, incarnation: randomUUID() };
  await registerHost(database, successor);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game" });
  const { processId = "" } = await createRoom(rooms, { application, region: TEST_REGION });
  await claimProcesses(database, { ...successor, limit: 1 });
  const theirs = await openProvider(root);
  await theirs.start(newSpec({ processId }));

  // Of the same data directory: it finds the process of the successor.
  const provider = await openProvider(root);
  const reconciler = newReconciler(database, { beat: elder, provider });
  await reconciler.round();
  await reconciler.settle();
  expect(await theirs.inspect(processId)).not.toMatchObject({ phase: "exited" });
});

test("a host that was started again takes no more than fits beside what its predecessor has left", async () => {
  const { rooms } = suite();
  const { database } = rooms;
  await clearRooms(database);
  const root = await newDirectory();
  const elder = { ...(await registerTestHost(database)), maxProcesses: 1 };
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game", roomsPerProcess: 1 });
  const create = async () => (await createRoom(rooms, { application, region: TEST_REGION })).processId ?? "";
  const left = await create();
  const waiting = await create();
  await claimProcesses(database, { ...elder, limit: 1 });
  await (await openProvider(root)).start(newSpec({ processId: left }));

  const beat = { ...elder, incarnation: randomUUID() };
  await registerHost(database, beat);
  const reconciler = newReconciler(database, { beat, provider: await openProvider(root) });
  await reconciler.round();
  await reconciler.settle();
  const rows = await database.sql<{ processId: string; incarnation: string | null }[]>`
    select process_id as "processId", host_incarnation as incarnation from processes where terminated_at is null`;
  expect(new Map(rows.map((row) => [row.processId, row.incarnation]))).toEqual(
    new Map([
      [left, beat.incarnation],
      [waiting, null],
    ]),
  );
});

test("a server that binds a fixed port is told so before its deadline, and the next one that it found it in use", async () => {
  const { rooms } = suite();
  const { database } = rooms;
  await clearRooms(database);
  const root = await newDirectory();
  const fixed = await freePort();
  const source = `require("net").createServer().listen(${fixed}, "127.0.0.1")`;
  const provider = await openProvider(root, ["node", "-e", source]);
  const host = await registerTestHost(database);
  const reconciler = newReconciler(database, { beat: host, provider });
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game", roomsPerProcess: 1 });
  const rounds = <Value>(what: string, condition: () => Promise<Value>) =>
    waitFor(
      async () => {
        await reconciler.round();
        await reconciler.settle();
        return condition();
      },
      { what, timeoutMs: 60_000 },
    );
  const start = async () => (await createRoom(rooms, { application, region: TEST_REGION })).processId ?? "";
  const reasonOf = async (processId: string) => (await getProcess(rooms, application.appId, processId)).exitReason;

  const first = await start();
  await rounds("the advice", async () => {
    const [row] = await database.sql`select exit_detail as detail from processes where process_id = ${first}`;
    return row?.["detail"] !== null;
  });
  expect((await getProcess(rooms, application.appId, first)).status).toBe("starting");
  const second = await start();
  const advice = "a server of the local provider takes its port from PORT, or from {port} in its arguments";
  const inUse = `exited with code 1: it found port ${fixed} in use, which is not its own: ${advice}`;
  expect(await rounds("the end of the second", () => reasonOf(second))).toContain(inUse);
  await requestStop(database, first, "idle");
  expect(await rounds("the end of the first", () => reasonOf(first))).toMatch(
    new RegExp(`^stopped: idle for 300 s: it listens on port ${fixed} and not on its own, port 2\\d{4}: `),
  );
});

test("an engine that can start nothing just now is not asked again at once, however often it wakes", async () => {
  const { rooms } = suite();
  const { database } = rooms;
  await clearRooms(database);
  const beat = await registerTestHost(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game" });
  await createRoom(rooms, { application, region: TEST_REGION });
  const root = await newDirectory();
  const engine = await startLameEngine(join(root, "docker.sock"));
  const provider = await openDockerProvider({
    root,
    hostId: beat.hostId,
    address: { url: engine.url },
    images: new Map([["game", { image: "game", pull: "never", readOnly: false, pidsLimit: 100 }]]),
    settings: { registries: {}, images: [] },
    publicHost: "127.0.0.1",
    logKeeping: LOG_KEEPING,
    onChange: () => {},
    log,
  });
  onTestFinished(() => provider.close());
  const reconciler = newReconciler(database, { beat, provider });
  const rounds = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      await reconciler.round();
      await reconciler.settle();
    }
  };
  await rounds(10);
  expect(engine.starts()).toBe(1);
  await waitFor(() => rounds(1).then(() => engine.starts() > 1), { what: "another try", timeoutMs: 20_000 });
});

/** An engine that answers everything, but has lost what runs its containers. */
async function startLameEngine(socket: string) {
  let starts = 0;
  const server = createServer(({ method, url = "" }, answer) => {
    const say = (status: number, body: unknown) => void answer.writeHead(status).end(JSON.stringify(body));
    if (url.includes("/events")) return answer.writeHead(200).flushHeaders();
    if (url.includes("/containers/json")) return say(200, []);
    if (url.includes("/containers/create")) return say(201, { Id: "1" });
    if (url.includes("/images/")) return say(200, {});
    if (method !== "POST") return say(404, { message: "no such container" });
    starts += 1;
    return say(500, { message: "transport is closing: unavailable" });
  });
  server.listen(socket);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `unix://${socket}`, starts: () => starts };
}
