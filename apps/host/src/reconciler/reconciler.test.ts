import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimProcesses, createRoom, type Database, type HostBeat, registerHost } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { createDeployment, createTenant, registerTestHost, TEST_REGION, waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { LOG_KEEPING, newSpec } from "../../test/process-spec.ts";
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

async function openProvider(root: string) {
  const provider = await openLocalProvider({
    root,
    commands: new Map([["game", { argv: ["sleep", "600"], cwd: "/" }]]),
    baseEnv: { PATH: process.env["PATH"] ?? "" },
    publicHost: "127.0.0.1",
    logKeeping: LOG_KEEPING,
    onChange: () => {},
    log,
  });
  onTestFinished(async () => {
    for (const { processId } of await provider.list()) await provider.stop(processId, 0);
    await provider.close();
  });
  return provider;
}

function newReconciler(database: Database, provider: Provider, beat: HostBeat): Reconciler {
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
  const root = await mkdtemp(join(tmpdir(), "roombridge-reconciler-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
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
  const reconciler = newReconciler(database, await openProvider(root), elder);
  await reconciler.round();
  await reconciler.settle();
  expect(await theirs.inspect(processId)).not.toMatchObject({ phase: "exited" });
});

test("an engine that can start nothing just now is not asked again at once, however often it wakes", async () => {
  const { rooms } = suite();
  const { database } = rooms;
  const beat = await registerTestHost(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game" });
  await createRoom(rooms, { application, region: TEST_REGION });
  const root = await mkdtemp(join(tmpdir(), "roombridge-reconciler-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const engine = await startLameEngine(join(root, "docker.sock"));
  const provider = await openDockerProvider({
    root,
    hostId: beat.hostId,
    address: { url: engine.url },
    images: new Map([["game", { image: "game", pull: "never", readOnly: false, pidsLimit: 100 }]]),
    settings: { registries: {} },
    publicHost: "127.0.0.1",
    logKeeping: LOG_KEEPING,
    onChange: () => {},
    log,
  });
  onTestFinished(() => provider.close());
  const reconciler = newReconciler(database, provider, beat);
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
