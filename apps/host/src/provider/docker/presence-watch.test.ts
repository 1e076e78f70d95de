import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@roombridge/service";
import { waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { DockerProcess } from "./docker-process.ts";
import { Engine } from "./engine.ts";
import { PresenceWatch } from "./presence-watch.ts";

const RUNNING = { Status: "running", Pid: 71 };
const OWN_CGROUP = "0::/docker/first\n";

test.each([
  ["is nowhere", undefined],
  ["is a zombie", { cgroup: OWN_CGROUP, stat: "71 (a) R (b) Z 1 71" }],
  ["has left its number to another", { cgroup: "0::/docker/another\n", stat: "71 (game) S 1 71" }],
])("a container is over when its process %s, whatever its engine says", async (_what, left) => {
  const world = await newWorld();
  const process = world.add("first");
  await world.show(71);
  await waitFor(() => process.presence.pid === 71, { what: "a first look" });
  await world.hide(71);
  if (left) await world.show(71, left);
  await waitFor(() => process.isGone, { what: "the end" });
  const { phase, exit } = process.observed("localhost");
  expect({ phase, exit }).toEqual({ phase: "exited", exit: {} });
  expect(world.changes()).toBe(1);
});

test("so is one that an earlier host has left, where others of its engine are seen", async () => {
  const world = await newWorld();
  await world.show(71);
  const first = world.add("first");
  await waitFor(() => first.presence.pid === 71, { what: "a first look" });
  const second = world.add("second", { Status: "running", Pid: 72 });
  await waitFor(() => second.isGone, { what: "the end" });
  expect(first.isGone).toBe(false);
  expect(world.signals()).not.toContain("first");
});

test.each<[string, object]>([
  ["itself tells of the end", { Status: "exited", Pid: 0 }],
  ["does not answer", {}],
])("a container is not given up while its engine %s", async (_what, state) => {
  const world = await newWorld();
  const process = world.add("first");
  await world.show(71);
  await waitFor(() => process.presence.pid === 71, { what: "a first look" });
  world.tell("first", state);
  await world.hide(71);
  await world.looks(10);
  expect(process.isGone).toBe(false);
});

test("a container that somebody has started again is another process", async () => {
  const world = await newWorld();
  const process = world.add("first");
  await Promise.all([world.show(71), world.show(72)]);
  await waitFor(() => process.presence.pid === 71, { what: "a first look" });
  world.tell("first", { Status: "running", Pid: 72 });
  await world.hide(71);
  await waitFor(() => process.presence.pid === 72, { what: "another look" });
  expect(process.isGone).toBe(false);
});

test("an engine whose processes are not seen is asked to look for one, and not at once again", async () => {
  const world = await newWorld();
  const process = world.add("first");
  await waitFor(() => world.signals().length === 2, { what: "two questions" });
  expect(performance.now() - world.begunMs).toBeGreaterThan(200);
  expect(world.signals()).toEqual(["first", "first"]);
  expect(process.isGone).toBe(false);
});

test("a paused container is not woken", async () => {
  const world = await newWorld();
  world.add("first", { Status: "paused", Pid: 71 });
  await world.looks(2);
  expect(world.signals()).toEqual([]);
});

/** A watch on an engine that says what it is told to, and processes that are there when they are said to be. */
async function newWorld() {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-presence-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const states = new Map<string, object>();
  const signals: string[] = [];
  let looks = 0;
  const server = createServer(({ method, url = "" }, answer) => {
    const [, id = "", call] = /\/containers\/(\w+)\/(\w+)/.exec(url) ?? [];
    const State = states.get(id) ?? {};
    if (call === "kill" && method === "POST" && url.includes("signal=SIGCHLD")) signals.push(id);
    else looks += 1;
    if (!("Status" in State)) return void answer.destroy();
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end(JSON.stringify({ Id: id, Name: id, Config: {}, State: { FinishedAt: "", ...State } }));
  }).listen(join(directory, "engine.sock"));
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const processes = new Map<string, DockerProcess>();
  let changes = 0;
  const watch = new PresenceWatch({
    engine: new Engine({ url: `unix://${join(directory, "engine.sock")}` }),
    procRoot: directory,
    processes,
    onChange: () => (changes += 1),
    log: createLog({ name: "test", level: "silent", format: "json" }),
    timing: { intervalMs: 10, goneMs: 60, askMs: 200 },
  });
  onTestFinished(() => watch.close());
  return {
    begunMs: performance.now(),
    changes: () => changes,
    signals: () => signals,
    tell: (id: string, state: object) => void states.set(id, state),
    add(id: string, state: object = RUNNING) {
      states.set(id, state);
      const process = new DockerProcess(id, { id, ports: [] });
      processes.set(id, process);
      return process;
    },
    async show(pid: number, files = { cgroup: OWN_CGROUP, stat: `${pid} (game) S 1 ${pid}` }) {
      await mkdir(join(directory, String(pid)));
      for (const [name, text] of Object.entries(files)) await writeFile(join(directory, String(pid), name), text);
    },
    hide: (pid: number) => rm(join(directory, String(pid)), { recursive: true }),
    looks: (count: number) => {
      const wanted = looks + count;
      return waitFor(() => looks >= wanted, { what: `${count} looks` });
    },
  };
}
