import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, REPOSITORY_ROOT, requireProgram, startApp, waitFor, type App } from "@roombridge/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { echoOverUdp, echoOverWebSocket } from "./test/players.ts";
import { client, hathora, newDataDir, removeRoombridge, startRoombridge, type Roombridge } from "./test/roombridge.ts";

const curl = requireProgram("curl", "curl");

let roombridge: Roombridge;
beforeAll(async () => {
  roombridge = await startRoombridge(await newDataDir());
});
afterAll(() => removeRoombridge(roombridge));

const api = () => hathora(roombridge);

function registration(region: string): Record<string, string> {
  const { gateway, token, appId } = roombridge;
  return { ROOMBRIDGE_URL: gateway, ROOMBRIDGE_TOKEN: token, ROOMBRIDGE_APP_ID: appId, ROOMBRIDGE_REGION: region };
}

/** An echo-room that nobody but this test starts. */
async function startServer(region: string, name: string): Promise<App> {
  const env = { ...registration(region), ROOMBRIDGE_NAME: name, PORT: "0" };
  const server = await startApp({ path: "examples/echo-room/src/main.ts", env, readyPattern: /ready tcp=\d+/ });
  onTestFinished(async () => void (await server.kill()));
  return server;
}

/** The process under which a server of the region runs. */
async function processIn(region: string): Promise<string> {
  const [running] = await client(roombridge).processesV3.getLatestProcesses({
    statuses: ["running"],
    regions: [region],
  });
  if (!running) throw new Error(`no server runs in ${region}`);
  return running.processId;
}

test("a server takes rooms; killed, it loses them within 15 s; started again, they resume on it", async () => {
  const { roomsV2, processesV3 } = api();
  const server = await startServer("Tokyo", "tokyo-1");
  const processId = await processIn("Tokyo");
  const room = await roomsV2.createRoom({ region: "Tokyo", roomConfig: "a map" });
  expect(room).toMatchObject({ processId, status: "active" });
  if (!room.exposedPort) throw new Error("the server runs already");
  const { hello, echo } = await echoOverWebSocket(room.exposedPort, room.roomId, "ping");
  expect(hello).toMatchObject({ roomId: room.roomId, processId, region: "Tokyo", roomConfig: "a map" });
  expect(echo).toBe("ping");
  const [udp] = room.additionalExposedPorts;
  if (!udp) throw new Error("the server has registered a UDP port");
  expect(await echoOverUdp(udp, "datagram")).toBe("datagram");
  await server.line(/room \w+ is here/);

  await server.kill();
  await waitFor(async () => (await roomsV2.getRoomInfo(room.roomId)).currentAllocation === null, {
    what: "the room has lost its server",
    timeoutMs: 15_000,
  });
  expect(await processesV3.getProcess(processId)).toMatchObject({
    status: "failed",
    summaryExitReason: "its host was lost",
  });

  await startServer("Tokyo", "tokyo-1");
  const resumed = await roomsV2.resumeRoom(room.roomId);
  expect(resumed).toMatchObject({ processId: await processIn("Tokyo"), status: "active" });
  if (!resumed.exposedPort) throw new Error("the server runs already");
  expect((await echoOverWebSocket(resumed.exposedPort, room.roomId, "again")).echo).toBe("again");
  await roomsV2.destroyRoom(room.roomId);
});

test("one that is started again at once takes over from the one that was killed", async () => {
  const { roomsV2 } = api();
  const server = await startServer("Dubai", "dubai-1");
  const before = await processIn("Dubai");
  const { roomId } = await roomsV2.createRoom({ region: "Dubai" });
  await server.kill();
  await startServer("Dubai", "dubai-1");
  const after = await processIn("Dubai");
  expect(after).not.toBe(before);
  expect(await roomsV2.resumeRoom(roomId)).toMatchObject({ processId: after, status: "active" });
  await roomsV2.destroyRoom(roomId);
});

test("SIGTERM ends a server and its rooms; another one of the region keeps its own", async () => {
  const { roomsV2 } = api();
  const first = await startServer("Sydney", "sydney-1");
  const gone = await roomsV2.createRoom({ region: "Sydney" });
  await startServer("Sydney", "sydney-2");
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  expect(await roomsV2.getRoomInfo(gone.roomId)).toMatchObject({ status: "destroyed" });
  const kept = await roomsV2.createRoom({ region: "Sydney" });
  expect(kept).toMatchObject({ processId: await processIn("Sydney"), status: "active" });
  await roomsV2.destroyRoom(kept.roomId);
});

test.skipIf(!curl)("the shell lines of the documentation do the same", async () => {
  const { roomsV2, processesV3 } = api();
  const folder = await mkdtemp(join(tmpdir(), "roombridge-shell-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const main = join(REPOSITORY_ROOT, "examples/echo-room/src/main.ts");
  // It is the shell that registers it.
  const script = `#!/bin/sh\nunset ROOMBRIDGE_URL\nPORT=$2 exec '${process.execPath}' '${main}'\n`;
  await writeFile(join(folder, "my-game-server"), script);
  await chmod(join(folder, "my-game-server"), 0o755);
  const text = await readFile(join(REPOSITORY_ROOT, "docs/static-servers.md"), "utf8");
  const [, lines = ""] = /```sh\n(.*?)```/s.exec(text) ?? [];
  const shell = spawn("bash", ["-c", lines.replaceAll("7777", String(port)).replace("203.0.113.7", "127.0.0.1")], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...registration("Frankfurt") },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  onTestFinished(() => killGroup(shell));
  const processId = await waitFor(() => processIn("Frankfurt").catch(() => undefined), { what: "it is registered" });

  const { roomId, exposedPort } = await roomsV2.createRoom({ region: "Frankfurt", roomConfig: "a map" });
  expect(exposedPort).toMatchObject({ host: "127.0.0.1", port, transportType: "tcp" });
  await waitFor(() => echoOverWebSocket({ host: "127.0.0.1", port }, roomId, "x").catch(() => undefined), {
    what: "the game server listens",
  });
  await processesV3.stopProcess(processId);
  const [code] = await once(shell, "exit", { signal: AbortSignal.timeout(20_000) });
  expect(code).toBe(0);
  expect(await processesV3.getProcess(processId)).toMatchObject({
    status: "stopped",
    summaryExitReason: "stopped on request",
  });
});

/** With the game server that the shell has started. */
function killGroup({ pid = 0 }: ChildProcess): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
