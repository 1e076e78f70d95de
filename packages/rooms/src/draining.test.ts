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

describe("a process that has reached its greatest age", () => {
  const SETTINGS = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100, maxProcessAgeHours: 24 };

  async function aged(hours: number) {
    const game = await newGame(suite().rooms, { idleTimeoutEnabled: false });
    const { rooms, database, appId, host } = game;
    const { roomId, processId = "" } = await game.create();
    await runWaitingProcesses(database, host);
    await database.sql`
      update processes set started_at = clock_timestamp() - make_interval(hours => ${hours}) where process_id = ${processId}`;
    const shown = async () => (await getProcess(rooms, appId, processId)).status;
    const clean = async (settings: Parameters<typeof runHousekeeping>[1] = SETTINGS) => {
      const { drainedProcesses, idleProcesses } = await runHousekeeping(database, settings);
      return [drainedProcesses, idleProcesses];
    };
    return { ...game, roomId, processId, shown, clean };
  }

  test("takes no more rooms, keeps those that it has, and is stopped when the last one goes", async () => {
    const { rooms, appId, create, deploymentId, roomId, processId, shown, clean, database } = await aged(25);
    expect((await create()).processId).toBe(processId);
    expect(await clean()).toEqual([1, 0]);
    expect(await shown()).toBe("draining");
    expect((await create()).processId).not.toBe(processId);
    expect((await create({ deploymentId })).processId).not.toBe(processId);
    expect(await getConnectionInfo(rooms, appId, roomId, { wake: false })).toMatchObject({ status: "active" });
    await destroyRoom(rooms, appId, roomId);
    expect(await clean()).toEqual([0, 0]);
    for (const { room_id: other } of await database.sql<{ room_id: string }[]>`
      select room_id from rooms join room_allocations using (room_key) where process_id = ${processId} and room_allocations.unscheduled_at is null`)
      await destroyRoom(rooms, appId, other);
    expect(await clean()).toEqual([0, 1]);
    expect(await shown()).toBe("stopping");
    expect(await database.sql`select stop_reason from processes where process_id = ${processId}`).toEqual([
      { stop_reason: "max_age" },
    ]);
  });

  test("is one only where there is such an age", async () => {
    const { clean, shown } = await aged(10_000);
    expect(await clean({ ...SETTINGS, maxProcessAgeHours: undefined })).toEqual([0, 0]);
    expect(await shown()).toBe("running");
  });

  test("is younger until then", async () => {
    const { clean, shown } = await aged(23);
    expect(await clean()).toEqual([0, 0]);
    expect(await shown()).toBe("running");
  });

  test("is never one that registered itself", async () => {
    const { database, host, clean, shown } = await aged(25);
    await database.sql`update hosts set provider = 'static' where host_id = ${host.hostId}`;
    expect(await clean()).toEqual([0, 0]);
    expect(await shown()).toBe("running");
  });

  test("gives its place among the warm ones to another", async () => {
    const { database, appId, clean, living } = await aged(25).then(async (game) => ({
      ...game,
      living: async () =>
        (await game.database.sql`select from processes where app_id = ${game.appId} and terminated_at is null`).length,
    }));
    await database.sql`update hosts set regions = '{Sao_Paulo}'`;
    await database.sql`update deployments set warm_processes = case when app_id = ${appId} then 1 else 0 end`;
    expect(await clean()).toEqual([1, 0]);
    expect(await living()).toBe(2);
    await database.sql`update deployments set warm_processes = 0`;
  });
});
