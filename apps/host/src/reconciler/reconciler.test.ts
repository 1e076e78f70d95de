import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimProcesses, createRoom, registerHost } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { createDeployment, createTenant, registerTestHost, TEST_REGION } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { ENFORCED, LOG_KEEPING, newSpec } from "../../test/process-spec.ts";
import { useRooms } from "../../test/setup.ts";
import { OutageLog } from "../outage-log.ts";
import { openLocalProvider } from "../provider/local/local-provider.ts";
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
  const provider = await openProvider(root);
  const ports = new PortFinder({ database, provider, hostId: elder.hostId, range: { min: 20_000, max: 29_999 } });
  const outages = new OutageLog(log);
  const { hostId, incarnation, publicHost } = elder;
  const identity = { hostId, incarnation, publicHost };
  const actions = new Actions({ database, provider, ports, ...identity, stopGraceMs: 0, outages, log });
  const options = { database, provider, beat: elder, bindDeadlineMs: 100_000, actions, outages, onChange: () => {} };
  const reconciler = new Reconciler(options);
  await reconciler.round();
  await reconciler.settle();
  expect(await theirs.inspect(processId)).not.toMatchObject({ phase: "exited" });
});
