import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRoom, getProcess } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import {
  clearRooms,
  createDeployment,
  createTenant,
  registerTestHost,
  TEST_REGION,
  waitFor,
} from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { LOG_KEEPING } from "../test/process-spec.ts";
import { useRooms } from "../test/setup.ts";
import { drainHost } from "./drain.ts";
import { OutageLog } from "./outage-log.ts";
import { openDockerProvider } from "./provider/docker/docker-provider.ts";
import { Actions } from "./reconciler/actions.ts";
import { PortFinder } from "./reconciler/port-finder.ts";
import { Reconciler } from "./reconciler/reconciler.ts";

const suite = useRooms();

test("a host that stops does not wait for an image that is being pulled", { timeout: 60_000 }, async () => {
  const { rooms } = suite();
  const { database } = rooms;
  await clearRooms(database);
  const log = createLog({ name: "test", level: "silent", format: "json" });
  const root = await mkdtemp(join(tmpdir(), "roombridge-drain-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const engine = await startSlowEngine(join(root, "docker.sock"));
  const beat = await registerTestHost(database);
  const { hostId, incarnation, publicHost } = beat;
  const provider = await openDockerProvider({
    root,
    hostId,
    address: { url: engine.url },
    images: new Map([["game", { image: "game", pull: "missing", readOnly: false, pidsLimit: 100 }]]),
    settings: { registries: {}, images: [] },
    publicHost,
    logKeeping: LOG_KEEPING,
    onChange: () => {},
    log,
  });
  onTestFinished(() => provider.close());
  const ports = new PortFinder({ database, provider, hostId, range: { min: 20_000, max: 29_999 } });
  const outages = new OutageLog(log);
  const identity = { hostId, incarnation, publicHost };
  const actions = new Actions({ database, provider, ports, ...identity, stopGraceMs: 0, outages, log });
  const options = { database, provider, beat, bindDeadlineMs: 100_000, actions, outages, onChange: () => {} };
  const reconciler = new Reconciler(options);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game" });
  const { processId = "" } = await createRoom(rooms, { application, region: TEST_REGION });
  await reconciler.round();
  await waitFor(() => engine.isPulling(), { what: "the pull" });

  actions.close();
  const env = { HOST_ON_SHUTDOWN: "stop", HOST_STOP_GRACE_SECONDS: 0 } as const;
  await drainHost({ env, log, database, beat, provider, reconciler, isSuperseded: false });
  const { status, exitReason } = await getProcess(rooms, application.appId, processId);
  expect([status, exitReason]).toEqual(["stopped", "stopped with its host"]);
});

/** An engine without images, whose registry takes its time. */
async function startSlowEngine(socket: string) {
  let isPulling = false;
  const server = createServer(({ url = "" }, answer) => {
    if (url.includes("/images/create")) isPulling = true;
    if (url.includes("/images/create") || url.includes("/events")) return answer.writeHead(200).flushHeaders();
    if (url.includes("/containers/json")) return answer.end("[]");
    return answer.writeHead(404).end(JSON.stringify({ message: "not here" }));
  });
  server.listen(socket);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `unix://${socket}`, isPulling: () => isPulling };
}
