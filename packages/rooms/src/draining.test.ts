import { createDeployment, expectConsistent, runWaitingProcesses } from "@roombridge/testing";
import { afterEach, describe, expect, test } from "vitest";
import { newGame } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import {
  countProcesses,
  destroyRoom,
  getConnectionInfo,
  getProcess,
  latestProcesses,
  resumeRoom,
  runHousekeeping,
  suspendRoom,
} from "./index.ts";

const suite = useRooms();
afterEach(() => expectConsistent(suite().rooms.database));

/** A game whose running process, with a room and free slots, is of a deployment that is not the newest any more. */
async function redeployed(settings: Parameters<typeof newGame>[1] = {}) {
  const game = await newGame(suite().rooms, settings);
  const { rooms, database, application, appId, host } = game;
  const { roomId, processId: old = "" } = await game.create();
  await runWaitingProcesses(database, host);
  const newest = await createDeployment(database, application);
  const shown = async (processId: string) => (await getProcess(rooms, appId, processId)).status;
  return { ...game, roomId, old, newest, shown };
}

describe("a process of a deployment that is not the newest one", () => {
  test("takes no rooms but those that name its deployment", async () => {
    const { database, create, deploymentId, newest, old, host } = await redeployed();
    const { processId: fresh = "" } = await create();
    expect(fresh).not.toBe(old);
    await runWaitingProcesses(database, host);
    expect((await create()).processId).toBe(fresh);
    expect((await create({ deploymentId })).processId).toBe(old);
    expect((await create({ deploymentId: newest })).processId).toBe(fresh);
  });

  test("gets a room back only if that has named its deployment", async () => {
    const { rooms, application, appId, create, deploymentId, roomId, old } = await redeployed();
    const named = await create({ deploymentId });
    for (const id of [roomId, named.roomId]) await suspendRoom(rooms, appId, id);
    expect((await resumeRoom(rooms, application, roomId)).processId).not.toBe(old);
    expect((await resumeRoom(rooms, application, named.roomId)).processId).toBe(old);
  });

  test("is shown as draining wherever processes are shown, while its players go on", async () => {
    const { rooms, appId, old, roomId, shown, create, database, host } = await redeployed();
    expect(await shown(old)).toBe("draining");
    const { processId: fresh = "" } = await create();
    expect(await shown(fresh)).toBe("starting");
    await runWaitingProcesses(database, host);
    expect(await shown(fresh)).toBe("running");
    const draining = await latestProcesses(rooms, appId, { statuses: ["draining"] });
    expect(draining).toMatchObject([{ processId: old, status: "draining", roomsAllocated: 1 }]);
    expect(await latestProcesses(rooms, appId, { statuses: ["running"] })).toMatchObject([{ processId: fresh }]);
    expect(await countProcesses(rooms, appId, { statuses: ["draining"] })).toBe(1);
    expect(await countProcesses(rooms, appId, { statuses: ["draining", "running"] })).toBe(2);
    expect(await getConnectionInfo(rooms, appId, roomId, { wake: false })).toMatchObject({ status: "active" });
  });

  test("is no such process any more when the newer deployment is deleted", async () => {
    const { database, create, newest, old, shown } = await redeployed();
    await database.sql`update deployments set deleted_at = clock_timestamp() where deployment_id = ${newest}`;
    expect(await shown(old)).toBe("running");
    expect((await create()).processId).toBe(old);
  });

  test("is stopped after 300 s without rooms, even if its deployment knows no idle timeout", async () => {
    const { rooms, database, appId, roomId, old, create, host, shown } = await redeployed({
      idleTimeoutEnabled: false,
    });
    const { sql } = database;
    const clean = async () =>
      (await runHousekeeping(database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 })).idleProcesses;
    const age = async () => {
      await sql`update processes set started_at = clock_timestamp() - interval '301 seconds'`;
      await sql`
        update room_allocations set unscheduled_at = clock_timestamp() - interval '301 seconds' where unscheduled_at is not null`;
    };
    await age();
    expect(await clean()).toBe(0);
    await destroyRoom(rooms, appId, roomId);
    expect(await clean()).toBe(0);
    await sql`update deployments set idle_timeout_enabled = false where app_id = ${appId}`;
    const { roomId: newRoom, processId: fresh = "" } = await create();
    await runWaitingProcesses(database, host);
    await destroyRoom(rooms, appId, newRoom);
    await age();
    await sql`update processes set idle_timeout_enabled = false where process_id = ${old}`;
    expect(await clean()).toBe(0);
    await sql`update processes set idle_timeout_enabled = null where process_id = ${old}`;
    expect(await clean()).toBe(1);
    expect(await shown(old)).toBe("stopping");
    expect(await shown(fresh)).toBe("running");
  });
});
