import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { newGame } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  adoptProcess,
  claimProcesses,
  createProcess,
  endProcess,
  listHostProcesses,
  registerHost,
  reportRunning,
  requestStop,
} from "./index.ts";

const suite = useRooms();

/** A process that a host has claimed, and the host that was started in its place. */
async function newSuccession() {
  const { rooms, application, database, host } = await newGame(suite().rooms);
  const { processId } = await createProcess(rooms, application, "London");
  await claimProcesses(database, { ...host, limit: 1 });
  const successor = { ...host, incarnation: randomUUID() };
  await registerHost(database, successor);
  const adopt = ({ hostId, incarnation }: { hostId: string; incarnation: string }) =>
    adoptProcess(database, { processId, hostId, incarnation });
  return { database, processId, host, successor, adopt };
}

test("a process goes on under the host that was started in the place of its own", async () => {
  const { database, processId, successor, adopt } = await newSuccession();
  expect(await adopt(successor)).toBe(true);
  expect(await adopt(successor)).toBe(true);
  const [row] = (await listHostProcesses(database, successor.hostId)).filter((one) => one.processId === processId);
  expect(row).toMatchObject({ status: "starting", incarnation: successor.incarnation });
  const exposedPort = { host: "127.0.0.1", name: "default", port: 20_000, transportType: "tcp" as const };
  const { incarnation } = successor;
  expect(await reportRunning(database, { processId, incarnation, exposedPort, additionalExposedPorts: [] })).toBe(true);
});

test("a host that has a successor adopts nothing any more, nor does another host", async () => {
  const { host, successor, adopt } = await newSuccession();
  expect(await adopt(host)).toBe(false);
  expect(await adopt({ ...successor, hostId: "another" })).toBe(false);
});

test("a process that has ended, or shall end, is not adopted", async () => {
  const stopping = await newSuccession();
  await requestStop(stopping.database, stopping.processId, "stop_requested");
  expect(await stopping.adopt(stopping.successor)).toBe(false);
  const ended = await newSuccession();
  await endProcess(ended.database, { processId: ended.processId, reason: "host_lost" });
  expect(await ended.adopt(ended.successor)).toBe(false);
});
