import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUuid } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { freePort, waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { ENFORCED, LOG_KEEPING, newSpec, plainPort, readText } from "../../../test/process-spec.ts";
import { leaders, membersOf } from "../../../test/setup.ts";
import type { ProcessPort } from "../provider.ts";
import { type LocalProviderOptions, openLocalProvider } from "./local-provider.ts";
import { markOutOfMemory, processFiles, readStates } from "./process-files.ts";
import { addressInUse } from "./port-advice.ts";
import { identify, isAlive } from "./process-identity.ts";
import { SessionStats } from "./session-stats.ts";

const STAY = "console.log('up'); setInterval(() => {}, 1000)";

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-local-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function open(root: string, argv: readonly string[] = [], options: Partial<LocalProviderOptions> = {}) {
  const provider = await openLocalProvider({
    root: join(root, "processes"),
    commands: new Map([["game", { argv, cwd: "/" }]]),
    baseEnv: { PATH: process.env["PATH"] ?? "" },
    publicHost: "127.0.0.1",
    logKeeping: LOG_KEEPING,
    limits: ENFORCED,
    onChange: () => {},
    log: createLog({ name: "test", level: "silent", format: "json" }),
    ...options,
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

test("a host that dies while it ends a process for its memory leaves word of the reason", async () => {
  const root = await temporary();
  const first = await open(root, ["sleep", "600"]);
  const processId = newUuid();
  await first.start(newSpec({ processId }));
  await first.close();
  await markOutOfMemory(processFiles(join(root, "processes"), processId));
  for (const pid of await membersOf((await leaders(root)).get(processId) ?? 0)) process.kill(pid, "SIGKILL");
  const second = await open(root, ["sleep", "600"]);
  const exit = await waitFor(async () => (await second.inspect(processId))?.exit, { what: "the exit" });
  expect(exit).toMatchObject({ oom: true });
  await second.forget(processId);
  await second.start(newSpec({ processId }));
  await second.stop(processId, 1_000);
  expect((await second.inspect(processId))?.exit).not.toHaveProperty("oom");
});

test.runIf(process.getuid?.() === 0)("a server runs as whom the host says, who may not look at its files", async () => {
  const root = await temporary();
  const script = `id -u; id -g; id -G; ls "$PROCESSES" 2>&1 | grep -c denied; cat /proc/self/fd/3 2>/dev/null; exit 5`;
  const user = { uid: 65_534, gid: 65_533 };
  const provider = await open(root, ["sh", "-c", script], { user });
  const processId = newUuid();
  await provider.start(newSpec({ processId, env: { PROCESSES: join(root, "processes"), LANG: "C" } }));
  const exit = await waitFor(async () => (await provider.inspect(processId))?.exit, { what: "the exit" });
  expect(await readText(provider.logs(processId))).toBe("65534\n65533\n65533\n1\n");
  expect(exit).toEqual({ code: 5 });
});

test.runIf(process.getuid?.() !== 0)("a host that is not root cannot give its servers another user", async () => {
  await expect(open(await temporary(), ["true"], { user: { uid: 1, gid: 1 } })).rejects.toThrow("HOST_RUN_AS");
});

test("memory that the processes of a server share counts once against its limit", async () => {
  const root = await temporary();
  // Both map the same program, which is most of what they have.
  const provider = await open(root, ["sh", "-c", `node -e "${STAY}" & exec node -e "${STAY}"`]);
  const processId = newUuid();
  await provider.start(newSpec({ processId }));
  await waitFor(async () => (await readText(provider.logs(processId))) === "up\nup\n", { what: "both" });
  const [state] = await readStates(join(root, "processes"));
  if (!state) throw new Error("expected a state");
  const stats = new SessionStats();
  const resident = await stats.readMemory(state, Infinity);
  const shared = await stats.readMemory(state, 0);
  // Whoever else runs the same program on this machine shares it too.
  expect(shared).toBeGreaterThan(5e6);
  expect(shared).toBeLessThan(resident - 20e6);
});

test("a game server that wrote more than is kept, and ended, leaves no more than that", async () => {
  const root = await temporary();
  const provider = await open(root, ["head", "-c", "40000000", "/dev/zero"]);
  const processId = newUuid();
  await provider.start(newSpec({ processId }));
  await waitFor(async () => (await provider.inspect(processId))?.exit, { what: "the exit", timeoutMs: 20_000 });
  await provider.forget(processId);
  let bytes = 0;
  for await (const chunk of provider.logs(processId)) bytes += chunk.length;
  expect(bytes).toBe(LOG_KEEPING.bytesPerFile);
});

test.each([
  ["an earlier boot", async () => "another"],
  ["this boot", async () => (await identify(process.pid)).bootId],
])("what a state file of %s names is over, and a stranger that has its numbers now lives on", async (_when, bootId) => {
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
  const state = { processId, pid: shell.pid, startTime: "1", bootId: await bootId(), ports: [] };
  await writeFile(join(directory, "state.json"), JSON.stringify(state));
  const provider = await open(root);
  expect(await provider.inspect(processId)).toMatchObject({ phase: "exited" });
  await provider.stop(processId, 0);
  expect(await isAlive(stranger)).toBe(true);
});

test("what a game server has left is ended even when all that led it is gone", async () => {
  const root = await temporary();
  // Its leader is killed before it can end anybody; what it left is in a group of its own, and says nothing.
  const source = `setInterval(() => {}, 1e9);
    const command = "set -m; sleep 600 >/dev/null 2>&1 & echo $!";
    require("child_process").spawn("sh", ["-c", command]).stdout.pipe(process.stdout);`;
  const provider = await open(root, ["node", "-e", source]);
  const processId = newUuid();
  await provider.start(newSpec({ processId, env: { HATHORA_PROCESS_ID: processId } }));
  const left = await waitFor(async () => /\d+/.exec(await readText(provider.logs(processId)))?.[0], {
    what: "its child",
  });
  const child = await identify(Number(left));
  const leader = (await leaders(root)).get(processId) ?? 0;
  for (const pid of (await membersOf(leader)).reverse()) process.kill(pid, "SIGKILL");
  await waitFor(async () => (await provider.inspect(processId))?.phase === "exited", { what: "the end" });
  expect(await isAlive(child)).toBe(false);
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

test.each(["exit 3", "sleep 600"])("a daemon that has left the session ends with its server: %s", async (rest) => {
  const root = await temporary();
  const pidFile = join(root, "daemon");
  const script = `setsid sh -c 'echo $$ > ${pidFile}; exec sleep 600' & while ! test -s ${pidFile}; do :; done; ${rest}`;
  const provider = await open(root, ["sh", "-c", script]);
  const [processId, otherId] = [newUuid(), newUuid()];
  // Of another process, and with the same words somewhere in its environment.
  const env = { HATHORA_PROCESS_ID: otherId, NOTE: `HATHORA_PROCESS_ID=${processId}` };
  const stranger = spawn("sleep", ["600"], { env: { ...process.env, ...env } });
  onTestFinished(() => void stranger.kill("SIGKILL"));
  await provider.start(newSpec({ processId, env: { HATHORA_PROCESS_ID: processId } }));
  const pid = await waitFor(async () => Number(await readFile(pidFile, "utf8").catch(() => "")) || undefined, {
    what: "the daemon",
  });
  if (rest.startsWith("exit"))
    await waitFor(async () => (await provider.inspect(processId))?.exit, { what: "the exit" });
  else await provider.stop(processId, 1_000);
  await expect(identify(pid)).rejects.toThrow("ended");
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
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

test.each([
  ["node's", "Error: listen EADDRINUSE: address already in use :::7777", "port 7777"],
  [
    "node's, with an address",
    "Error: listen EADDRINUSE: address already in use 127.0.0.1:7777\n  code: 'EADDRINUSE'",
    "port 7777",
  ],
  ["python's", "OSError: [Errno 98] Address already in use", "an address"],
  ["Go's", "listen udp 0.0.0.0:7777: bind: address already in use", "port 7777"],
  ["Unity's", "SocketException: Address already in use", "an address"],
])("%s words for a port in use are understood", async (_whose, text, found) => {
  const log = join(await temporary(), "log");
  await writeFile(log, `${"noise\n".repeat(3_000)}${text}\nbye\n`);
  expect(await addressInUse(log)).toMatch(new RegExp(`^it found ${found} in use, which is not its own: `));
});

test("a log without such words, or none at all, says nothing", async () => {
  const log = join(await temporary(), "log");
  expect(await addressInUse(log)).toBeUndefined();
  await writeFile(log, "all is well\n");
  expect(await addressInUse(log)).toBeUndefined();
});
