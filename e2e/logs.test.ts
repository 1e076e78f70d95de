import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY_ROOT, waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { client, hathora, newDataDir, removeRoombridge, startRoombridge, type Roombridge } from "./test/roombridge.ts";

/** Says who it is, then serves as echo-room does. */
const GAME = ["/bin/sh", "-c", `echo "I am $HATHORA_PROCESS_ID"; echo oops >&2; exec node "$0"`];

let roombridge: Roombridge;

beforeAll(async () => {
  const dataDir = await newDataDir();
  const config = join(dataDir, "roombridge.json");
  const argv = [...GAME, join(REPOSITORY_ROOT, "examples/echo-room/src/main.ts")];
  await writeFile(config, JSON.stringify({ commands: { "echo-room": { argv } } }));
  roombridge = await startRoombridge(dataDir, { ROOMBRIDGE_CONFIG: config, HOST_METRICS_SECONDS: "1" });
});

afterAll(() => removeRoombridge(roombridge));

test("the SDK and the client read, follow and download a game's log, and see what it uses", async () => {
  const sdk = hathora(roombridge);
  const ours = client(roombridge);
  const { roomId, processId } = await sdk.roomsV2.createRoom({ region: "Tokyo" });
  await ours.roomsV2.waitUntilActive(roomId);
  const text = async (stream: Promise<ReadableStream<Uint8Array>>) => new Response(await stream).text();

  const said = `I am ${processId}\noops\n`;
  const followed = text(sdk.logsV1.getLogsForProcess(processId, undefined, true));
  // Awaited at the end only; a failure before that is the test's, and not an unhandled one.
  followed.catch(() => {});
  expect(await text(sdk.logsV1.getLogsForProcess(processId, undefined, false, 1))).toMatch(/^echo-room ready .*\n$/);
  expect(await text(ours.logsV1.getLogsForProcess(processId))).toContain(said);

  const metrics = () => sdk.processesV3.getProcessMetrics({ processId, step: 1 });
  await waitFor(async () => ((await metrics()).cpu?.length ?? 0) > 0, { what: "points", timeoutMs: 30_000 });
  const { memory = [], gpuMemory } = await metrics();
  expect(memory[0]?.value).toBeGreaterThan(1_000_000);
  expect(gpuMemory).toEqual([]);
  const { cpu, activeConnections } = await ours.processesV3.getProcessMetrics(processId, { stepSeconds: 1 });
  expect(cpu[0]?.timestamp).toBeInstanceOf(Date);
  expect(activeConnections[0]?.value).toBe(0);

  await sdk.processesV3.stopProcess(processId);
  expect(await followed).toContain(said);
  const ended = async () => (await ours.processesV3.getProcess(processId)).terminatedAt !== null;
  await waitFor(ended, { what: "the end of the process", timeoutMs: 30_000 });
  expect(await text(sdk.logsV1.downloadLogForProcess(processId))).toContain(said);
  expect(await text(ours.logsV1.downloadLogForProcess(processId))).toContain(said);

  const output = roombridge.app.output();
  expect(output).not.toContain("control_secret");
  expect(output).not.toMatch(/"authorization":"Roombridge/);
});
