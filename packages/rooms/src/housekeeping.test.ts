import {
  clearRooms,
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
  expectConsistent,
} from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { createRoom, destroyRoom, endProcess, getRoomInfo, runHousekeeping } from "./index.ts";

const suite = useRooms();
const SETTINGS = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };
const NOTHING = {
  expiredRooms: 0,
  forgottenRooms: 0,
  lostProcesses: 0,
  idleProcesses: 0,
  tombstones: 0,
  history: 0,
  credentials: 0,
};

async function game() {
  const { rooms } = suite();
  const { database } = rooms;
  await clearRooms(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application);
  const host = await registerTestHost(database);
  const room = await createRoom(rooms, { application, region: TEST_REGION });
  const { appId } = application;
  const clean = async () => {
    const report = await runHousekeeping(database, SETTINGS);
    await expectConsistent(database);
    return report;
  };
  return {
    rooms,
    database,
    sql: database.sql,
    application,
    appId,
    host,
    ...room,
    processId: room.processId ?? "",
    clean,
  };
}

describe("runHousekeeping", () => {
  test("leaves what is young alone", async () => {
    const { rooms, database, host, appId, roomId, clean } = await game();
    await runWaitingProcesses(database, host);
    expect(await clean()).toEqual(NOTHING);
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "active" });
  });

  test("destroys a room whose time is over, with its credential", async () => {
    const { rooms, database, sql, application, clean } = await game();
    const bare = await createTenant(database, application.orgId);
    const room = await createRoom(rooms, { application: bare.application, region: TEST_REGION, needsProcess: false });
    await sql`update rooms set expires_at = clock_timestamp() where room_id = ${room.roomId}`;
    expect(await clean()).toMatchObject({ expiredRooms: 1 });
    expect(await getRoomInfo(rooms, bare.application.appId, room.roomId)).toMatchObject({ status: "destroyed" });
    expect(await sql`select from coturn.turnusers_lt where name = ${room.credential.username}`).toHaveLength(0);
  });

  test("ends a process that has not bound its port in time, and places its room again", async () => {
    const { rooms, sql, appId, roomId, processId, clean } = await game();
    await sql`update processes set created_at = clock_timestamp() - interval '101 seconds' where process_id = ${processId}`;
    expect(await clean()).toMatchObject({ lostProcesses: 1 });
    const info = await getRoomInfo(rooms, appId, roomId);
    expect(info).toMatchObject({ status: "active" });
    expect(info.currentAllocation?.processId).not.toBe(processId);
    const [row] = await sql`select status, stop_reason from processes where process_id = ${processId}`;
    expect(row).toEqual({ status: "failed", stop_reason: "bind_deadline" });
  });

  test("ends the processes of a host that has not beaten for six seconds, and unschedules their rooms", async () => {
    const { rooms, database, sql, host, appId, roomId, clean } = await game();
    await runWaitingProcesses(database, host);
    await sql`update hosts set beat_at = clock_timestamp() - interval '5 seconds' where host_id = ${host.hostId}`;
    expect(await clean()).toMatchObject({ lostProcesses: 0 });
    await sql`update hosts set beat_at = clock_timestamp() - interval '7 seconds' where host_id = ${host.hostId}`;
    expect(await clean()).toMatchObject({ lostProcesses: 1 });
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
  });

  test("destroys a room that nobody resumed for 72 hours", async () => {
    const { rooms, database, sql, host, appId, roomId, processId, clean } = await game();
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId, reason: "exited", exitCode: 1 });
    await sql`update rooms set unscheduled_at = clock_timestamp() - interval '71 hours' where room_id = ${roomId}`;
    expect(await clean()).toMatchObject({ forgottenRooms: 0 });
    await sql`update rooms set unscheduled_at = clock_timestamp() - interval '73 hours' where room_id = ${roomId}`;
    expect(await clean()).toMatchObject({ forgottenRooms: 1 });
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "destroyed" });
  });

  test("forgets a tombstone after 24 hours, its allocation and credential too, and history after 72", async () => {
    const { rooms, sql, database, host, appId, roomId, processId, clean } = await game();
    await runWaitingProcesses(database, host);
    await destroyRoom(rooms, appId, roomId);
    await endProcess(database, { processId, reason: "host_shutdown" });
    await sql`update rooms set destroyed_at = clock_timestamp() - interval '23 hours' where room_id = ${roomId}`;
    expect(await clean()).toEqual(NOTHING);
    await sql`update rooms set destroyed_at = clock_timestamp() - interval '25 hours' where room_id = ${roomId}`;
    expect(await clean()).toMatchObject({ tombstones: 1 });
    await expect(getRoomInfo(rooms, appId, roomId)).rejects.toMatchObject({ code: "room_not_found" });
    expect(await sql`select from room_allocations where process_id = ${processId}`).toHaveLength(0);
    await sql`update processes set terminated_at = clock_timestamp() - interval '73 hours' where process_id = ${processId}`;
    await sql`update room_events set created_at = clock_timestamp() - interval '73 hours' where app_id = ${appId}`;
    await clean();
    expect(await sql`select from processes where process_id = ${processId}`).toHaveLength(0);
    expect(await sql`select from room_events where app_id = ${appId}`).toHaveLength(0);
  });

  test("ended allocations of a live room are history after 72 hours, the open one never", async () => {
    const { rooms, sql, database, host, appId, roomId, processId, clean } = await game();
    await claimAndFail();
    await sql`update room_allocations set scheduled_at = clock_timestamp() - interval '80 hours',
              unscheduled_at = case when unscheduled_at is null then null else clock_timestamp() - interval '73 hours' end
              where room_key = (select room_key from rooms where app_id = ${appId} and room_id = ${roomId})`;
    await clean();
    const info = await getRoomInfo(rooms, appId, roomId);
    expect(info.allocations).toHaveLength(1);
    expect(info.currentAllocation).not.toBeNull();

    async function claimAndFail() {
      const { claimProcesses } = await import("./index.ts");
      await claimProcesses(database, { ...host, limit: 10 });
      await endProcess(database, { processId, reason: "spawn_error" });
    }
  });

  test("stops a process that has had no room for 300 s, unless its deployment forbids it, and never one with a room", async () => {
    const { rooms, database, sql, host, appId, application, roomId, processId, clean } = await game();
    await runWaitingProcesses(database, host);
    const long = sql`clock_timestamp() - interval '301 seconds'`;
    await sql`update processes set started_at = ${long} where process_id = ${processId}`;
    expect(await clean()).toMatchObject({ idleProcesses: 0 });
    await destroyRoom(rooms, appId, roomId);
    expect(await clean()).toMatchObject({ idleProcesses: 0 });
    await sql`update room_allocations set unscheduled_at = ${long} where process_id = ${processId}`;
    await sql`update deployments set idle_timeout_enabled = false where app_id = ${appId}`;
    expect(await clean()).toMatchObject({ idleProcesses: 0 });
    await sql`update deployments set idle_timeout_enabled = true where app_id = ${appId}`;
    expect(await clean()).toMatchObject({ idleProcesses: 1 });
    const [row] = await sql`select status, stop_reason from processes where process_id = ${processId}`;
    expect(row).toEqual({ status: "stopping", stop_reason: "idle" });
    const next = await createRoom(rooms, { application, region: TEST_REGION });
    expect(next.processId).not.toBe(processId);
    await endProcess(database, { processId, reason: "exited", exitCode: 0 });
    expect(await sql`select status from processes where process_id = ${processId}`).toMatchObject([
      { status: "stopped" },
    ]);
  });

  test("runs side by side with itself without harm", async () => {
    const { sql, processId, clean } = await game();
    await sql`update processes set created_at = clock_timestamp() - interval '101 seconds' where process_id = ${processId}`;
    const reports = await Promise.all([clean(), clean(), clean()]);
    expect(reports.reduce((sum, report) => sum + report.lostProcesses, 0)).toBe(1);
  });
});
