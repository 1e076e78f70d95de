import { expectConsistent, registerTestHost, runWaitingProcesses, TEST_REGION, waitFor } from "@roombridge/testing";
import { randomUUID } from "node:crypto";
import type { ISql } from "postgres";
import { afterEach, expect, test } from "vitest";
import { newGame, refused } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  beatHost,
  claimProcesses,
  createProcess,
  destroyRoom,
  drainHost,
  findHosts,
  getConnectionInfo,
  getProcess,
  registerHost,
  runHousekeeping,
  undrainHost,
} from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

const SETTINGS = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };

/** A host with a running process that has a room and free slots. */
async function played() {
  const game = await newGame(suite().rooms, { idleTimeoutEnabled: false });
  const { rooms, database, appId, host, create } = game;
  const { roomId, processId = "" } = await create();
  await runWaitingProcesses(database, host);
  const shown = async (id = processId) => (await getProcess(rooms, appId, id)).status;
  const facts = async () => (await findHosts(database)).find(({ hostId }) => hostId === host.hostId);
  return { ...game, roomId, processId, shown, facts };
}

test("a drained host keeps its rooms and gets no more; its game servers end with their last room", async () => {
  const { rooms, database, appId, host, create, roomId, processId, shown, facts } = await played();
  expect(await drainHost(database, host.hostId)).toBe(true);
  expect(await shown()).toBe("draining");
  expect(await getConnectionInfo(rooms, appId, roomId, { wake: false })).toMatchObject({ status: "active" });
  expect(await refused(create())).toMatchObject({ code: "no_capacity" });
  expect(await facts()).toMatchObject({ isDrained: true, isAlive: true, maxProcesses: 0, processes: 1, rooms: 1 });
  expect((await runHousekeeping(database, SETTINGS)).idleProcesses).toBe(0);

  await destroyRoom(rooms, appId, roomId);
  expect((await runHousekeeping(database, SETTINGS)).idleProcesses).toBe(1);
  const [row] = await database.sql`select status, stop_reason from processes where process_id = ${processId}`;
  expect(row).toMatchObject({ status: "stopping", stop_reason: "host_drained" });
});

test("new rooms go to the other hosts of the region, whatever the drained one has room for", async () => {
  const { database, host, create, processId } = await played();
  const other = await registerTestHost(database);
  await drainHost(database, host.hostId);
  const { processId: elsewhere } = await create();
  expect(elsewhere).not.toBe(processId);
  expect(await claimProcesses(database, { ...host, limit: 10 })).toEqual([]);
  expect(await claimProcesses(database, { ...other, limit: 10 })).toMatchObject([{ processId: elsewhere }]);
});

test("what it had claimed before comes up, and is drained by the next housekeeping", async () => {
  const { rooms, database, application, host, shown } = await played();
  const { processId } = await createProcess(rooms, application, TEST_REGION);
  const [order] = await claimProcesses(database, { ...host, limit: 1 });
  expect(order).toMatchObject({ processId });
  await drainHost(database, host.hostId);
  await database.sql`update processes set status = 'running', started_at = clock_timestamp(), exposed_port = '{}' where process_id = ${processId}`;
  // Drained, and as it has no room ended in the same round.
  expect(await runHousekeeping(database, SETTINGS)).toMatchObject({ drainedProcesses: 1, idleProcesses: 1 });
  expect(await shown(processId)).toBe("stopping");
});

test("what starts on a drained host takes no rooms either, until it is taken back", async () => {
  const { database, host, create } = await newGame(suite().rooms);
  const { processId } = await create();
  await claimProcesses(database, { ...host, limit: 1 });
  await drainHost(database, host.hostId);
  expect(await refused(create())).toMatchObject({ code: "no_capacity" });
  const other = await registerTestHost(database);
  const { processId: elsewhere } = await create();
  expect(elsewhere).not.toBe(processId);
  expect(await claimProcesses(database, { ...other, limit: 10 })).toMatchObject([{ processId: elsewhere }]);
  await undrainHost(database, host.hostId);
  const ids = await Promise.all(Array.from({ length: 12 }, async () => (await create()).processId));
  expect(new Set(ids)).toContain(processId);
});

test("a drain that runs into another's locks is done all the same", async () => {
  const { rooms, database, application, host, processId, shown } = await played();
  const { processId: other } = await createProcess(rooms, application, TEST_REGION);
  await runWaitingProcesses(database, host);
  const [first = "", last = ""] = [processId, other].toSorted();
  const lock = (tx: ISql, id: string) => tx`select from processes where process_id = ${id} for update`;
  let drained: Promise<boolean> | undefined;
  await database.sql.begin(async (tx) => {
    await lock(tx, last);
    drained = drainHost(database, host.hostId);
    drained.catch(() => {});
    await waitFor(async () => (await tx`select from pg_locks where not granted`).length > 0, {
      what: "the drain to wait",
    });
    // Each waits for the other now, and the server ends the drain, which has waited longer.
    await lock(tx, first);
  });
  expect(await drained).toBe(true);
  expect(await Promise.all([shown(first), shown(last)])).toEqual(["draining", "draining"]);
});

test("it stays drained over heartbeats and restarts, until an operator says otherwise", async () => {
  const { database, host, create, processId, shown, facts } = await played();
  await drainHost(database, host.hostId);
  expect(await beatHost(database, host)).toBe("drained");
  const successor = { ...host, incarnation: randomUUID() };
  await registerHost(database, successor);
  expect(await beatHost(database, host)).toBe("superseded");
  expect(await beatHost(database, successor)).toBe("drained");
  expect(await facts()).toMatchObject({ isDrained: true, maxProcesses: 0 });

  await registerHost(database, host);
  expect(await undrainHost(database, host.hostId)).toBe(true);
  expect(await undrainHost(database, host.hostId)).toBe(false);
  expect(await shown()).toBe("running");
  expect(await beatHost(database, host)).toBe("alive");
  expect(await facts()).toMatchObject({ isDrained: false, maxProcesses: host.maxProcesses });
  expect((await create()).processId).toBe(processId);
});

test("a game server that somebody else has started is no host to drain, and neither is nobody", async () => {
  const { database, host } = await played();
  await database.sql`update hosts set provider = 'static' where host_id = ${host.hostId}`;
  expect(await drainHost(database, host.hostId)).toBe(false);
  expect(await drainHost(database, "nobody")).toBe(false);
  expect(await undrainHost(database, host.hostId)).toBe(false);
  expect(await findHosts(database)).not.toContainEqual(expect.objectContaining({ hostId: host.hostId }));
});
