import type { Database } from "@roombridge/rooms";
import { expect } from "vitest";

/** What must hold in every committed state, whoever did what before; each query answers the rows that break a rule. */
export async function expectConsistent({ sql }: Database): Promise<void> {
  const slots = await sql`
    select p.process_id, p.rooms_allocated, count(a.room_key) as open
      from processes p left join room_allocations a on a.process_id = p.process_id and a.unscheduled_at is null
     group by p.process_id having p.rooms_allocated <> count(a.room_key)`;
  expect([...slots], "processes whose counter is not the number of their open allocations").toEqual([]);
  const rooms = await sql`
    select r.room_key, r.state from rooms r
      left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
     where (r.state = 'active') <> (a.room_key is not null)`;
  expect([...rooms], "rooms that are active without an allocation, or allocated without being active").toEqual([]);
  const credentials = await sql`
    select r.room_key, count(c.username) filter (where c.player_id is null) as own, count(c.username) as all
      from rooms r left join turn_credentials c on c.room_key = r.room_key and c.revoked_at is null
     where r.app_id <> ''
     group by r.room_key
    having count(c.username) filter (where c.player_id is null) <> (r.destroyed_at is null)::integer
        or (r.destroyed_at is not null and count(c.username) > 0)`;
  expect([...credentials], "live rooms without one credential of their own, or destroyed ones with any").toEqual([]);
  const switches = await sql`
    select r.room_key, r.state, c.username from rooms r
      join turn_credentials c on c.room_key = r.room_key and c.revoked_at is null
     where (r.state = 'suspended') <> (c.suspended_at is not null)`;
  expect([...switches], "credentials that are on while their room is suspended, or off while it is not").toEqual([]);
  const strays = await sql`
    select r.room_key from rooms r left join applications a on a.app_id = r.app_id where r.app_id <> '' and a.app_id is null
    union all
    select p.process_id::text from processes p left join deployments d on d.deployment_id = p.deployment_id where d.deployment_id is null
    union all
    select a.room_key from room_allocations a join processes p on p.process_id = a.process_id
     where a.unscheduled_at is null and p.terminated_at is not null`;
  expect(
    [...strays],
    "rooms without an application, processes without a deployment, allocations on dead processes",
  ).toEqual([]);
  const leases = await sql`
    select l.port from port_leases l join processes p on p.process_id = l.process_id where p.terminated_at is not null`;
  expect([...leases], "ports leased to dead processes").toEqual([]);
}
