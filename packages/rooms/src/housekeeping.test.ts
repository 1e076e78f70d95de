import {
  clearRooms,
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
  expectConsistent,
  waitFor,
} from "@roombridge/testing";
import type { TransactionSql } from "postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import {
  beatTurnServer,
  claimProcesses,
  createRoom,
  destroyRoom,
  endProcess,
  getRoomInfo,
  openDatabase,
  recordTurnSessions,
  resumeRoom,
  runHousekeeping,
} from "./index.ts";

const suite = useRooms();
const SETTINGS = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };
const NOTHING = {
  expiredRooms: 0,
  forgottenRooms: 0,
  deletedApplications: 0,
  lostProcesses: 0,
  drainedProcesses: 0,
  idleProcesses: 0,
  warmProcesses: 0,
  tombstones: 0,
  lobbies: 0,
  history: 0,
  credentials: 0,
  turn: 0,
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
      await claimProcesses(database, { ...host, limit: 10 });
      await endProcess(database, { processId, reason: "spawn_error" });
    }
  });

  test("spares a host that beats again, and a process that runs, between the look and the end", async () => {
    const { sql, database, host, processId, clean } = await game();
    await claimProcesses(database, { ...host, limit: 10 });
    const heal = [
      async (tx: TransactionSql) => {
        await tx`update hosts set beat_at = clock_timestamp() where host_id = ${host.hostId}`;
      },
      async (tx: TransactionSql) => {
        await tx`select report_running(${processId}, ${host.incarnation}, '{"port": 1}', '[]')`;
      },
    ];
    await sql`update hosts set beat_at = clock_timestamp() - interval '7 seconds' where host_id = ${host.hostId}`;
    await sql`update processes set created_at = clock_timestamp() - interval '99 seconds' where process_id = ${processId}`;
    for (const change of heal) {
      let cleaned: ReturnType<typeof clean> | undefined;
      await sql.begin(async (tx) => {
        await tx`select lock_pool(pool_id) from processes where process_id = ${processId}`;
        cleaned = clean();
        await waitFor(async () => (await sql`select from pg_locks where not granted`).length > 0, {
          what: "the housekeeping to wait for the pool",
        });
        await change(tx);
      });
      expect(await cleaned).toMatchObject({ lostProcesses: 0 });
      await sql`update processes set created_at = clock_timestamp() - interval '101 seconds' where process_id = ${processId}`;
    }
  });

  test("spares a room that is renewed between the look and the end", async () => {
    const { rooms, sql, database } = await game();
    const { application } = await createTenant(database);
    const { roomId } = await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    await sql`update rooms set expires_at = clock_timestamp() where room_id = ${roomId}`;
    let cleaned: ReturnType<typeof runHousekeeping> | undefined;
    await sql.begin(async (tx) => {
      await tx`update rooms set expires_at = clock_timestamp() + interval '1 hour' where room_id = ${roomId}`;
      cleaned = runHousekeeping(database, SETTINGS);
      await waitFor(async () => (await sql`select from pg_locks where not granted`).length > 0, {
        what: "the housekeeping to wait for the room",
      });
    });
    expect(await cleaned).toMatchObject({ expiredRooms: 0 });
    expect(await getRoomInfo(rooms, application.appId, roomId)).not.toMatchObject({ status: "destroyed" });
  });

  test("spares a room that was resumed and has lost its process again between the look and the end", async () => {
    const { rooms, sql, database, host, appId, roomId, processId } = await game();
    await runWaitingProcesses(database, host);
    await endProcess(database, { processId, reason: "exited", exitCode: 1 });
    await sql`update rooms set unscheduled_at = clock_timestamp() - interval '73 hours' where room_id = ${roomId}`;
    const { cleaned } = await sql.begin(async (tx) => {
      await tx`update rooms set unscheduled_at = clock_timestamp() where room_id = ${roomId}`;
      const housekeeping = runHousekeeping(database, SETTINGS);
      await waitFor(async () => (await sql`select from pg_locks where not granted`).length > 0, {
        what: "the housekeeping to wait for the room",
      });
      return { cleaned: housekeeping };
    });
    expect(await cleaned).toMatchObject({ forgottenRooms: 0 });
    expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ state: "unscheduled" });
  });

  test("keeps up with more than one batch of old rows", async () => {
    const { sql, appId, clean } = await game();
    await sql`
      insert into room_events (app_id, type, created_at)
      select ${appId}, 'room.created', clock_timestamp() - interval '73 hours' from generate_series(1, 2500)`;
    expect(await clean()).toMatchObject({ history: 2_500 });
  });

  test("does the rest although one job fails, and then tells of it", async () => {
    const { sql, database, application, appId, processId } = await game();
    const { processId: other } = await createRoom(suite().rooms, { application, region: "London" });
    await sql`update processes set created_at = clock_timestamp() - interval '101 seconds' where app_id = ${appId}`;
    await sql`create function refuse() returns trigger language plpgsql as 'begin raise exception ''refused''; end'`;
    await sql.unsafe(
      `create trigger refuse before update on processes for each row when (old.process_id = '${processId}') execute function refuse()`,
    );
    await sql`insert into room_events (app_id, type, created_at) values (${appId}, 'room.created', '2020-01-01')`;
    try {
      await expect(runHousekeeping(database, SETTINGS)).rejects.toThrow("refused");
    } finally {
      await sql`drop function refuse cascade`;
    }
    const ended = await sql<{ id: string }[]>`
      select process_id as id from processes where app_id = ${appId} and status = 'failed'`;
    expect(ended.map(({ id }) => id)).toEqual([other]);
    expect(await sql`select from room_events where app_id = ${appId} and created_at < '2021-01-01'`).toHaveLength(0);
  });

  test("reads what is due and not the rest, however much there is", async () => {
    const { sql, appId, roomId } = await game();
    const { databaseUrl } = suite();
    // One connection, so that its statistics can be flushed.
    const alone = openDatabase({ url: databaseUrl, applicationName: "roombridge test", maxConnections: 1 });
    onTestFinished(async () => {
      await alone.close();
      await sql`delete from rooms where app_id = 'app-many'`;
      await sql`delete from turn_sessions`;
      await sql`delete from turn_servers`;
    });
    await sql`insert into room_events (app_id, type) select ${appId}, 'room.created' from generate_series(1, 5000)`;
    await sql`
      insert into rooms (room_key, app_id, room_id, state, region, expires_at, destroyed_at)
      select 'tomb-' || n, 'app-many', n, 'destroyed', 'London', null, clock_timestamp() from generate_series(1, 5000) n
      union all
      select 'live-' || n, 'app-many', n, 'scheduling', 'London', clock_timestamp() + interval '1 hour', null from generate_series(1, 5000) n`;
    await sql`
      insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at, unscheduled_at)
      select gen_random_uuid(), 'tomb-' || n, (select process_id from processes limit 1), clock_timestamp(), clock_timestamp()
        from generate_series(1, 5000) n`;
    await sql`
      insert into turn_credentials (username, room_key, player_id, realm, hmackey, key_version, expires_at)
      select 'player-' || n, room_key, 'p', 'r', repeat('0', 32), 'k', clock_timestamp() + interval '1 hour'
        from rooms, generate_series(1, 5000) n where room_id = ${roomId}`;
    await sql`
      insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated, terminated_at)
      select gen_random_uuid(), pool_id, app_id, deployment_id, region, 'stopped', 1, 0, clock_timestamp()
        from processes p, generate_series(1, 5000) where p.app_id = ${appId}`;
    await sql`
      insert into turn_servers (server_id, regions, uris, realm) values ('many', '{}', '{}', 'r')`;
    await sql`
      insert into turn_sessions (server_id, session_id, started_at, username, room_key, seen_at, ended_at)
      select 'many', n, clock_timestamp(), 'u', 'k', clock_timestamp(), case when n > 5000 then clock_timestamp() end
        from generate_series(1, 10000) n`;
    await sql.unsafe("vacuum analyze");
    const tuplesRead = async () => {
      await alone.sql`select pg_stat_force_next_flush()`;
      const [row] = await alone.sql<{ read: number }[]>`
        select sum(seq_tup_read + idx_tup_fetch)::integer as read from pg_stat_user_tables
         where relname in ('processes', 'rooms', 'room_events', 'room_allocations', 'turn_credentials', 'turn_sessions')`;
      return row?.read ?? 0;
    };
    const before = await tuplesRead();
    await runHousekeeping(alone, SETTINGS);
    expect((await tuplesRead()) - before).toBeLessThan(1_000);
  });

  test("forgets a host that has been silent for 72 hours and left nothing behind", async () => {
    const { sql, database, host, processId, clean } = await game();
    await claimProcesses(database, { ...host, limit: 10 });
    const isKnown = async () => (await sql`select from hosts where host_id = ${host.hostId}`).length === 1;
    await sql`update hosts set started_at = clock_timestamp() - interval '80 hours', beat_at = '-infinity' where host_id = ${host.hostId}`;
    await clean();
    expect(await isKnown()).toBe(false);
    expect(await sql`select from processes where process_id = ${processId} and terminated_at is null`).toHaveLength(0);
    const young = await registerTestHost(database);
    await sql`update hosts set beat_at = '-infinity' where host_id = ${young.hostId}`;
    await clean();
    expect(await sql`select from hosts where host_id = ${young.hostId}`).toHaveLength(1);
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

  describe("a process whose rooms nobody is connected to", () => {
    const LONG = "301 seconds";

    /** A running process with a room, all of it 301 s old, and no connection in that time. */
    async function abandoned() {
      const set = await game();
      const { database, sql, host, processId } = set;
      await runWaitingProcesses(database, host);
      await sql`
        update processes set started_at = clock_timestamp() - ${LONG}::interval,
               no_connections_since = clock_timestamp() - ${LONG}::interval where process_id = ${processId}`;
      await sql`
        update room_allocations set scheduled_at = clock_timestamp() - ${LONG}::interval where process_id = ${processId}`;
      return set;
    }

    test("is stopped after 300 s, and its rooms can be resumed", async () => {
      const { rooms, database, sql, host, application, appId, roomId, processId, clean } = await abandoned();
      expect(await clean()).toMatchObject({ idleProcesses: 1 });
      expect(await sql`select status, stop_reason from processes where process_id = ${processId}`).toEqual([
        { status: "stopping", stop_reason: "idle" },
      ]);
      expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ status: "active" });
      await endProcess(database, { processId, reason: "exited", exitCode: 0 });
      expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ state: "unscheduled", currentAllocation: null });
      expect((await resumeRoom(rooms, application, roomId)).processId).not.toBe(processId);
      await runWaitingProcesses(database, host);
      expect(await clean()).toMatchObject({ idleProcesses: 0 });
    });

    test.each([
      ["has had one a moment ago", "update processes set no_connections_since = clock_timestamp()"],
      ["cannot be counted", "update processes set no_connections_since = null"],
      ["has started a moment ago", "update processes set started_at = clock_timestamp()"],
      ["has had a room a moment ago", "update room_allocations set scheduled_at = clock_timestamp()"],
      ["has a UDP port", `update processes set exposed_port = exposed_port || '{"transportType": "udp"}'`],
      [
        "has another port that is UDP",
        `update processes set additional_exposed_ports = '[{"transportType": "tcp"}, {"transportType": "udp"}]'`,
      ],
      ["says that it is never idle", "update processes set idle_timeout_enabled = false"],
      ["has a deployment that says so", "update deployments set idle_timeout_enabled = false"],
    ])("goes on when it %s", async (_what, change) => {
      const { sql, clean } = await abandoned();
      await sql.unsafe(change);
      expect(await clean()).toMatchObject({ idleProcesses: 0 });
    });

    test("is stopped too where a TLS port is all that it has besides", async () => {
      const { sql, processId, clean } = await abandoned();
      await sql`
        update processes set additional_exposed_ports = '[{"transportType": "tls"}]' where process_id = ${processId}`;
      expect(await clean()).toMatchObject({ idleProcesses: 1 });
    });

    test("keeps the room that it is given between the look and the end", async () => {
      const { rooms, sql, appId, application, processId, clean } = await abandoned();
      let cleaned: ReturnType<typeof clean> | undefined;
      await sql.begin(async (tx) => {
        await tx`select lock_pool(pool_id) from processes where process_id = ${processId}`;
        cleaned = clean();
        const isWaiting = async () => (await sql`select from pg_locks where not granted`).length > 0;
        await waitFor(isWaiting, { what: "the housekeeping to wait for the pool" });
        await tx`
          update room_allocations set scheduled_at = clock_timestamp() where process_id = ${processId} and unscheduled_at is null`;
      });
      expect(await cleaned).toMatchObject({ idleProcesses: 0 });
      const { roomId } = await createRoom(rooms, { application, region: TEST_REGION });
      expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ currentAllocation: { processId } });
    });
  });

  test("does not wait for an idle process that is just being given a room, and stops the others", async () => {
    const { rooms, database, sql, host, appId, application, clean } = await game();
    await createDeployment(database, application, { roomsPerProcess: 1 });
    for (const roomId of ["one", "two"]) await createRoom(rooms, { application, region: TEST_REGION, roomId });
    await runWaitingProcesses(database, host);
    for (const roomId of ["one", "two"]) await destroyRoom(rooms, appId, roomId);
    const long = sql`clock_timestamp() - interval '301 seconds'`;
    await sql`update processes set started_at = ${long} where app_id = ${appId}`;
    await sql`update room_allocations set unscheduled_at = ${long} where unscheduled_at is not null`;
    await sql.begin(async (tx) => {
      await tx`select from processes where app_id = ${appId} and rooms_allocated = 0 order by process_id desc limit 1 for update`;
      expect(await clean()).toMatchObject({ idleProcesses: 1 });
    });
    expect(await clean()).toMatchObject({ idleProcesses: 1 });
  });

  test("ends the sessions of a relay that has not been seen for a minute when they were last seen, and forgets them later", async () => {
    const { database, sql, clean } = await game();
    const relay = {
      regions: [],
      uris: [],
      realm: "r",
      version: null,
      isDraining: false,
      isHealthy: true,
      canaryMs: null,
    };
    for (const serverId of ["silent", "seen"]) {
      await beatTurnServer(database, { ...relay, serverId, sessions: 0 });
      const session = { sessionId: "1", username: "k.u", ageSeconds: 10, receivedBytes: 1, sentBytes: 1 };
      await recordTurnSessions(database, { serverId, sessions: [session], isComplete: true });
    }
    const sessions = () => sql`
      select server_id, ended_at = seen_at as "endedWhenSeen" from turn_sessions order by server_id`;
    expect(await clean()).toMatchObject({ turn: 0 });
    await sql`update turn_servers set seen_at = clock_timestamp() - interval '61 seconds' where server_id = 'silent'`;
    expect(await clean()).toMatchObject({ turn: 1 });
    expect(await sessions()).toEqual([
      { server_id: "seen", endedWhenSeen: null },
      { server_id: "silent", endedWhenSeen: true },
    ]);
    await sql`update turn_sessions set ended_at = clock_timestamp() - interval '73 hours' where server_id = 'silent'`;
    await sql`update turn_servers set started_at = clock_timestamp() - interval '80 hours', seen_at = '-infinity' where server_id = 'silent'`;
    expect(await clean()).toMatchObject({ turn: 2 });
    expect(await sessions()).toMatchObject([{ server_id: "seen" }]);
    expect(await sql`select server_id from turn_servers`).toEqual([{ server_id: "seen" }]);
    expect(await clean()).toMatchObject({ turn: 0 });
  });

  test("forgets a relay secret an hour after its end, not before", async () => {
    const { sql, clean } = await game();
    await sql`
      insert into turn_secrets (secret_id, realm, value, not_before, not_after)
      select gen_random_uuid(), 'r', 'v', '2020-01-01', clock_timestamp() - age * interval '1 minute' from unnest(array[59, 61, null]) as a (age)`;
    await clean();
    expect(await sql`select not_after is null as open from turn_secrets order by open`).toEqual([
      { open: false },
      { open: true },
    ]);
  });

  test("runs side by side with itself without harm", async () => {
    const { sql, processId, clean } = await game();
    await sql`update processes set created_at = clock_timestamp() - interval '101 seconds' where process_id = ${processId}`;
    const reports = await Promise.all([clean(), clean(), clean()]);
    expect(reports.reduce((sum, report) => sum + report.lostProcesses, 0)).toBe(1);
  });
});
