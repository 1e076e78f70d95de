import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUuid } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { freePort, waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { LOG_KEEPING, newSpec, plainPort, readText } from "../../../test/process-spec.ts";
import { leaders, membersOf } from "../../../test/setup.ts";
import type { ProcessPort } from "../provider.ts";
import { openLocalProvider } from "./local-provider.ts";
import { identify, isAlive } from "./process-identity.ts";

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-local-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function open(root: string, argv: readonly string[] = []) {
  const provider = await openLocalProvider({
    root: join(root, "processes"),
    commands: new Map([["game", { argv, cwd: "/" }]]),
    baseEnv: { PATH: process.env["PATH"] ?? "" },
    publicHost: "127.0.0.1",
    logKeeping: LOG_KEEPING,
    onChange: () => {},
    log: createLog({ name: "test", level: "silent", format: "json" }),
  });
  onTestFinished(async () => {
    for (const { processId } of await provider.list()) await provider.stop(processId, 0);
    await provider.close();
  });
  return provider;
}

test("what an earlier provider started is found again, with the exit that nobody saw", async () => {
  const root = await temporary();
  const first = await open(root, ["sleep", "600"]);
  const [lives, exits] = [newUuid(), newUuid()];
  await first.start(newSpec({ processId: lives }));
  await (await open(root, ["sh", "-c", "exit 7"])).start(newSpec({ processId: exits }));
  await first.close();
  const second = await open(root);
  const exit = await waitFor(async () => (await second.inspect(exits))?.exit, { what: "the exit" });
  expect(exit).toEqual({ code: 7 });
  expect(await second.inspect(lives)).toMatchObject({ phase: expect.stringMatching(/starting|running/) });
  await second.stop(lives, 1_000);
  expect(await second.inspect(lives)).toMatchObject({ phase: "exited", exit: { signal: "SIGTERM" } });
  await second.forget(lives);
  await second.forget(exits);
  expect(await (await open(root)).list()).toEqual([]);
});

test("an image is nothing that it runs, and it says so", async () => {
  const provider = await open(await temporary(), ["true"]);
  const start = provider.start(newSpec({ command: null, image: "ghcr.io/me/arena:1" }));
  await expect(start).rejects.toThrow("this host runs programs, and the build is the image ghcr.io/me/arena:1");
});

test("what a state file of an earlier boot names is over, and a stranger that has its numbers now lives on", async () => {
  const root = await temporary();
  const processId = newUuid();
  // The leader of the stranger's session is gone, as with every daemon that forks twice.
  const shell = spawn("sh", ["-c", "sleep 600 & echo $!"], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  const stranger = await identify(Number(line.toString()));
  onTestFinished(() => void process.kill(stranger.pid, "SIGKILL"));
  await waitFor(async () => shell.exitCode !== null, { what: "the leader to be gone" });
  const directory = join(root, "processes", processId);
  await mkdir(directory, { recursive: true });
  const state = { processId, pid: shell.pid, startTime: "1", bootId: "another", ports: [] };
  await writeFile(join(directory, "state.json"), JSON.stringify(state));
  const provider = await open(root);
  expect(await provider.inspect(processId)).toMatchObject({ phase: "exited" });
  await provider.stop(processId, 0);
  expect(await isAlive(stranger)).toBe(true);
});

test("a process is ready when all its ports are bound, and UDP counts", async () => {
  const [tcp, udp] = [await freePort(), await freePort()];
  const source = `
    require("net").createServer().listen(${tcp}, "127.0.0.1");
    process.on("SIGUSR2", () => require("dgram").createSocket("udp4").bind(${udp}));
    console.log("half");`;
  const root = await temporary();
  const provider = await open(root, ["node", "-e", source]);
  const processId = newUuid();
  const ports: ProcessPort[] = [plainPort(tcp), plainPort(udp, { name: "udp", transportType: "udp" })];
  await provider.start(newSpec({ processId, ports }));
  await waitFor(async () => (await provider.takenPorts([tcp])).length === 1, { what: "the TCP port" });
  await waitFor(async () => (await readText(provider.logs(processId))) === "half\n", { what: "the log" });
  expect((await provider.inspect(processId))?.phase).toBe("starting");
  const leader = (await leaders(root)).get(processId) ?? 0;
  for (const pid of await membersOf(leader)) if (pid !== leader) process.kill(pid, "SIGUSR2");
  await waitFor(async () => (await provider.inspect(processId))?.phase === "running", { what: "readiness" });
});

test("a child in a process group of its own that ignores SIGTERM does not survive a stop", async () => {
  const root = await temporary();
  const pidFile = join(root, "child");
  const script = `set -m; sh -c 'trap "" TERM; echo $$ > ${pidFile}; while :; do sleep 1; done' & wait`;
  const provider = await open(root, ["bash", "-c", script]);
  const processId = newUuid();
  await provider.start(newSpec({ processId }));
  const pid = await waitFor(async () => Number(await readFile(pidFile, "utf8").catch(() => "")) || undefined, {
    what: "the child",
  });
  const child = await identify(pid);
  await provider.stop(processId, 200);
  expect(await isAlive(child)).toBe(false);
});

test("a child in a process group of its own goes with its crashed game server", async () => {
  const root = await temporary();
  const pidFile = join(root, "child");
  const script = `set -m; sh -c 'echo $$ > ${pidFile}; exec sleep 600' & while ! test -s ${pidFile}; do :; done; exit 3`;
  const provider = await open(root, ["bash", "-c", script]);
  const processId = newUuid();
  await provider.start(newSpec({ processId }));
  const exit = await waitFor(async () => (await provider.inspect(processId))?.exit, { what: "the exit" });
  expect(exit).toEqual({ code: 3 });
  const child = Number(await readFile(pidFile, "utf8"));
  await expect(identify(child)).rejects.toThrow("ended");
});

test("a server that had to be killed leaves its exit code", async () => {
  const provider = await open(await temporary(), ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"]);
  const processId = newUuid();
  await provider.start(newSpec({ processId }));
  await waitFor(async () => (await readText(provider.logs(processId))) === "up\n", { what: "the server" });
  await provider.stop(processId, 0);
  expect(await provider.inspect(processId)).toMatchObject({ phase: "exited", exit: { signal: "SIGKILL" } });
});

test("a second stop sends no second SIGTERM", async () => {
  const root = await temporary();
  const count = join(root, "count");
  const provider = await open(root, [
    "sh",
    "-c",
    `trap 'echo term >> ${count}' TERM; echo up; while :; do sleep 0.05; done`,
  ]);
  const processId = newUuid();
  await provider.start(newSpec({ processId }));
  await waitFor(async () => (await readText(provider.logs(processId))) === "up\n", { what: "the server" });
  const first = provider.stop(processId, 1_000);
  await waitFor(() => readFile(count, "utf8").catch(() => undefined), { what: "the first SIGTERM" });
  await Promise.all([first, provider.stop(processId, 1_000)]);
  expect(await readFile(count, "utf8")).toBe("term\n");
});

test("a processId that is no UUID never becomes a path", async () => {
  const provider = await open(await temporary(), ["true"]);
  await expect(provider.start(newSpec({ processId: "../../etc" }))).rejects.toThrow("must be a UUID");
});

test("a process number that is used again is not the process", async () => {
  const child = spawn("sleep", ["600"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const identity = await identify(child.pid ?? 0);
  expect(await isAlive(identity)).toBe(true);
  expect(await isAlive({ ...identity, startTime: "1" })).toBe(false);
  expect(await isAlive({ ...identity, bootId: "before" })).toBe(false);
});
