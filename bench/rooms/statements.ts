/** A number that a transaction draws: one between the two, or how many transactions its client has begun before. */
type Draw = readonly [low: number, high: number] | "count";

/**
 * What is done in the database, for pgbench or for postgres.js in its place. `:name` in a statement stands for a draw, for a column of
 * a statement before (`keeps`), or, as `:client_id`, for the number of the client.
 */
export interface Script {
  readonly draws: Readonly<Record<string, Draw>>;
  readonly statements: readonly { readonly text: string; readonly keeps?: boolean }[];
}

/** What scripts are written for. */
export interface Setting {
  readonly appId: string;
  readonly poolId: string;
  readonly region: string;
  readonly processes: number;
  /** Rooms that are there, `r-0` and so on. */
  readonly rooms: number;
  readonly clients: number;
}

const BEGIN = { text: "begin" };
const COMMIT = { text: "commit" };
/** As `numberedProcess`, of the process that was drawn. */
const PROCESS = "('00000000-0000-7000-8000-' || lpad(to_hex(:process::int), 12, '0'))::uuid";
/** Sixteen characters that begin with time, as ours do: what is new is at the end of every index. */
const KEY = "'b' || lpad(:count::text, 9, '0') || lpad(:client_id::text, 3, '0') || 'key'";
/** A room that no other transaction of the measurement draws. */
const NEXT_ROOM = ({ rooms, clients }: Setting) =>
  `'r-' || (:client_id::int * ${Math.floor(rooms / clients)} + :count::int)`;

/** The id of a process that scripts can reckon out. */
export function numberedProcess(number: number): string {
  return `00000000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

const roomColumns = "room_key, app_id, room_id, state, region, pool_id, placements, created_at";
const roomValues = ({ appId, region, poolId }: Setting, key: string) =>
  `${key}, '${appId}', ${key}, 'active', '${region}', ${poolId}, 1, clock_timestamp()`;
const allocationColumns = "room_allocation_id, room_key, process_id, scheduled_at";
const credentialColumns = "username, room_key, realm, hmackey, key_version, issued_at, expires_at";
const credentialValues = (key: string) =>
  `${key} || '.' || left(md5(${key}), 16), ${key}, 'roombridge', md5(${key}), 'bench', clock_timestamp(), clock_timestamp() + interval '1 hour'`;
const takeSlot = (process: string) =>
  `update processes set rooms_allocated = rooms_allocated + 1 where process_id = ${process} and rooms_allocated < rooms_per_process`;

/** Create as it is usually done: a transaction of four statements. It leaves out events and the choice of the process. */
export function conventionalCreate(setting: Setting): Script {
  return {
    draws: { process: [0, setting.processes - 1], count: "count" },
    statements: [
      BEGIN,
      { text: `${takeSlot(PROCESS)} returning exposed_port` },
      { text: `insert into rooms (${roomColumns}) values (${roomValues(setting, KEY)})` },
      {
        text: `insert into room_allocations (${allocationColumns}) values (uuidv7(), ${KEY}, ${PROCESS}, clock_timestamp())`,
      },
      { text: `insert into turn_credentials (${credentialColumns}) values (${credentialValues(KEY)})` },
      COMMIT,
    ],
  };
}

/** The same in one statement. */
export function singleCreate(setting: Setting): Script {
  return {
    draws: { process: [0, setting.processes - 1], count: "count" },
    statements: [
      {
        text: `with slot as (${takeSlot(PROCESS)} returning process_id, exposed_port), room as (
          insert into rooms (${roomColumns}) select ${roomValues(setting, KEY)} from slot returning room_key
        ), allocation as (
          insert into room_allocations (${allocationColumns}) select uuidv7(), room_key, process_id, clock_timestamp() from room, slot
        ), credential as (
          insert into turn_credentials (${credentialColumns}) select ${credentialValues(KEY)} from room
        )
        select exposed_port from slot`,
      },
    ],
  };
}

/** Our own function, with as many rooms in a call. What it costs without a gateway. */
export function functionCreate({ appId, region }: Setting, batch: number): Script {
  const each = (expression: string) => `(select array_agg(${expression}) from generate_series(1, ${batch}) n)`;
  const key = "'c' || lpad(:count::text, 7, '0') || lpad(:client_id::text, 3, '0') || lpad(n::text, 3, '0') || 'ke'";
  return {
    draws: { count: "count" },
    statements: [
      {
        text: `select * from create_rooms_within_quota('${appId}', null, true, '${region}', ${each(key)}, ${each(key)},
          ${each("null::text")}, ${each("null::text")}, ${each("uuidv7()")}, ${each("uuidv7()")},
          ${each(`${key} || '.' || left(md5(${key}), 16)`)}, ${each(`md5(${key})`)}, 'roombridge', 'bench', 3600)`,
      },
    ],
  };
}

export function readConnection({ appId, rooms }: Setting): Script {
  return {
    draws: { room: [0, rooms - 1] },
    statements: [
      {
        text: `select r.state, r.pool_id, r.unscheduled_reason, p.status, p.exposed_port, p.additional_exposed_ports
          from rooms r
          left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
          left join processes p on p.process_id = a.process_id
         where r.app_id = '${appId}' and r.room_id = 'r-' || :room::int and r.destroyed_at is null`,
      },
    ],
  };
}

export function readInfo({ appId, rooms }: Setting): Script {
  return {
    draws: { room: [0, rooms - 1] },
    statements: [
      {
        text: `select r.room_key, r.room_id, r.room_config, r.state,
               (select jsonb_agg(jsonb_build_object('roomAllocationId', a.room_allocation_id, 'processId', a.process_id,
                         'scheduledAt', a.scheduled_at, 'unscheduledAt', a.unscheduled_at) order by a.scheduled_at)
                  from room_allocations a where a.room_key = r.room_key)
          from rooms r where r.app_id = '${appId}' and r.room_id = 'r-' || :room::int and r.destroyed_at is null`,
      },
    ],
  };
}

export function listActive({ appId, processes }: Setting): Script {
  return {
    draws: { process: [0, processes - 1] },
    statements: [
      {
        text: `select r.room_id, r.room_config, r.state, a.room_allocation_id, a.scheduled_at
          from processes p
          left join room_allocations a on a.process_id = p.process_id and a.unscheduled_at is null
          left join rooms r on r.room_key = a.room_key
         where p.process_id = ${PROCESS} and p.app_id = '${appId}' order by a.scheduled_at`,
      },
    ],
  };
}

export function conventionalDestroy(setting: Setting): Script {
  return {
    draws: { count: "count" },
    statements: [
      BEGIN,
      {
        text: `select r.room_key as key, a.process_id as process from rooms r join room_allocations a on a.room_key = r.room_key
          where r.app_id = '${setting.appId}' and r.room_id = ${NEXT_ROOM(setting)} and r.destroyed_at is null
            and a.unscheduled_at is null for update of r`,
        keeps: true,
      },
      { text: "update rooms set state = 'destroyed', destroyed_at = clock_timestamp() where room_key = :key" },
      {
        text: "update turn_credentials set revoked_at = clock_timestamp() where room_key = :key and revoked_at is null",
      },
      {
        text: "update room_allocations set unscheduled_at = clock_timestamp() where room_key = :key and unscheduled_at is null",
      },
      { text: "update processes set rooms_allocated = rooms_allocated - 1 where process_id = :process::uuid" },
      COMMIT,
    ],
  };
}

export function conventionalResume(setting: Setting): Script {
  return {
    draws: { process: [0, setting.processes - 1], count: "count" },
    statements: [
      BEGIN,
      {
        text: `select r.room_key as key from rooms r where r.app_id = '${setting.appId}' and r.room_id = ${NEXT_ROOM(setting)}
            and r.state = 'suspended' for update`,
        keeps: true,
      },
      { text: `${takeSlot(PROCESS)} returning exposed_port` },
      {
        text: `insert into room_allocations (${allocationColumns}) values (uuidv7(), :key, ${PROCESS}, clock_timestamp())`,
      },
      { text: "update rooms set state = 'active', placements = 1 where room_key = :key" },
      { text: "update turn_credentials set suspended_at = null where room_key = :key returning username, expires_at" },
      COMMIT,
    ],
  };
}
