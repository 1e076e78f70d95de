-- Placement and the end of rooms and processes. Lock order everywhere: pool, rooms by key, processes by id, host capacity.
-- The advisory lock spaces are 1 (pool, by pool_id) and 2 (host capacity, one lock).

-- Slot changes rewrite a process row in place; free space on the page keeps them HOT.
alter table processes set (fillfactor = 70);
--> statement-breakpoint
alter table rooms set (fillfactor = 85);
--> statement-breakpoint

-- A host counts as alive for 6 s after its last beat.
create function host_is_alive(p_beat_at timestamptz) returns boolean language sql volatile as $$
  select p_beat_at > clock_timestamp() - interval '6 seconds'
$$;
--> statement-breakpoint

-- Why a process cannot be trusted any more; null when it can. Its host's lease is over, or it has not bound its ports in time.
create function lost_reason(p_process processes, p_beat_at timestamptz, p_bind_deadline_seconds integer)
returns text language sql volatile as $$
  select case
    when p_process.host_id is not null and not coalesce(host_is_alive(p_beat_at), false) then 'host_lost'
    when p_process.status = 'starting' and coalesce(p_process.booted_at, p_process.created_at)
           < clock_timestamp() - make_interval(secs => p_bind_deadline_seconds) then 'bind_deadline'
  end
$$;
--> statement-breakpoint

-- The pool of a deployment in a region; made on first use. Null when the deployment is unknown or deleted.
create function ensure_pool(p_deployment_id text, p_region text) returns bigint language plpgsql as $$
declare
  v_pool_id bigint;
begin
  select pool_id into v_pool_id from pools where deployment_id = p_deployment_id and region = p_region;
  if v_pool_id is not null then
    return v_pool_id;
  end if;
  insert into pools (app_id, deployment_id, region, max_processes)
  select app_id, deployment_id, p_region, max_processes
    from deployments where deployment_id = p_deployment_id and deleted_at is null
  on conflict (deployment_id, region) do nothing;
  select pool_id into v_pool_id from pools where deployment_id = p_deployment_id and region = p_region;
  return v_pool_id;
end $$;
--> statement-breakpoint

create function lock_pool(p_pool_id bigint) returns void language sql as $$
  select pg_advisory_xact_lock(1, p_pool_id::integer)
$$;
--> statement-breakpoint

-- How many more processes the live hosts of a region may run. The lock lets one placement at a time count.
create function host_capacity(p_region text) returns bigint language plpgsql as $$
begin
  perform pg_advisory_xact_lock(2, 0);
  return (
    with live as (
      select host_id, regions, max_processes from hosts where p_region = any (regions) and host_is_alive(beat_at)
    )
    select coalesce((select sum(max_processes) from live), 0) - (
      select count(*) from processes
       where terminated_at is null
         and (host_id in (select host_id from live)
              or (host_id is null and region in (select unnest(regions) from live)))
    )
  );
end $$;
--> statement-breakpoint

-- Gives every room of p_room_keys, in their order, a slot on a process of the pool: running processes before starting
-- ones, the fullest first; then on new processes, which take their ids from p_process_ids. Rooms for which there is no
-- slot are missing from the answer. The caller holds the pool's lock. A host that has started anew is about to end what
-- its predecessor left, so that takes no rooms.
create function take_slots(p_pool_id bigint, p_room_keys text[], p_process_ids uuid[])
returns table (room_key text, process_id uuid, process_is_new boolean) language plpgsql as $$
declare
  v_pool pools%rowtype;
  v_wanted integer := coalesce(cardinality(p_room_keys), 0);
  v_placed integer := 0;
  v_region_is_served boolean;
  v_candidates uuid[];
  v_slots uuid[];
  v_rooms_per_process integer;
  v_new integer;
begin
  if v_wanted = 0 then
    return;
  end if;
  select * into strict v_pool from pools where pool_id = p_pool_id;
  v_region_is_served := exists (select from hosts where v_pool.region = any (regions) and host_is_alive(beat_at));

  -- While we wait for a row lock a process may begin to stop, so what was chosen is counted again; five rounds suffice.
  for v_round in 1..5 loop
    exit when v_placed = v_wanted;
    select array_agg(c.process_id) into v_candidates from (
      select p.process_id
        from processes p left join hosts h on h.host_id = p.host_id
       where p.pool_id = p_pool_id and p.has_room and p.status in ('starting', 'running')
         and case when p.host_id is null then v_region_is_served
                  else h.incarnation = p.host_incarnation and host_is_alive(h.beat_at) end
       order by p.status = 'running' desc, p.rooms_allocated desc, p.process_id
       limit v_wanted - v_placed
    ) c;
    exit when v_candidates is null;
    perform 1 from processes p where p.process_id = any (v_candidates) order by p.process_id for update;
    select array_agg(s.process_id order by s.is_running desc, s.rooms_allocated desc, s.process_id) into v_slots from (
      select p.process_id, p.status = 'running' as is_running, p.rooms_allocated
        from processes p,
             generate_series(1, least(p.rooms_per_process - p.rooms_allocated, v_wanted - v_placed))
       where p.process_id = any (v_candidates) and p.has_room and p.status in ('starting', 'running')
       order by 2 desc, 3 desc, 1
       limit v_wanted - v_placed
    ) s;
    continue when v_slots is null;
    update processes p set rooms_allocated = p.rooms_allocated + taken.slots
      from (select s.id, count(*)::integer as slots from unnest(v_slots) as s (id) group by s.id) taken
     where p.process_id = taken.id;
    return query select p_room_keys[v_placed + s.n], s.id, false from unnest(v_slots) with ordinality as s (id, n);
    v_placed := v_placed + cardinality(v_slots);
  end loop;

  if v_placed = v_wanted or not v_region_is_served or v_pool.stopped_until > clock_timestamp() then
    return;
  end if;
  select rooms_per_process into strict v_rooms_per_process from deployments where deployment_id = v_pool.deployment_id;
  v_new := least(
    ceil((v_wanted - v_placed)::numeric / v_rooms_per_process)::bigint,
    v_pool.max_processes - (select count(*) from processes p where p.pool_id = p_pool_id and p.terminated_at is null),
    host_capacity(v_pool.region),
    cardinality(p_process_ids)
  );
  if v_new <= 0 then
    return;
  end if;
  return query
    with assigned as (
      select p_room_keys[v_placed + n] as room_key, p_process_ids[1 + (n - 1) / v_rooms_per_process] as process_id, n
        from generate_series(1, least(v_wanted - v_placed, v_new * v_rooms_per_process)) n
    ), inserted as (
      insert into processes as p (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process,
                                  rooms_allocated, initial_room_key, initial_room_config)
      select a.process_id, p_pool_id, v_pool.app_id, v_pool.deployment_id, v_pool.region, 'starting', v_rooms_per_process,
             count(*), (array_agg(a.room_key order by a.n))[1], (array_agg(r.room_config order by a.n))[1]
        from assigned a join rooms r on r.room_key = a.room_key
       group by a.process_id
    )
    select a.room_key, a.process_id, true from assigned a;
  perform pg_notify('roombridge_processes', v_pool.region);
end $$;
--> statement-breakpoint

-- Creates a batch of rooms of one application, deployment and region: rooms, slots, allocations, credentials, events.
-- Array arguments have one element per room. p_deployment_id null means the newest deployment of the application.
-- p_needs_process false is how RoomService creates, which has no destroy: the rooms expire with their credential, and get
-- no process when the application has no deployment.
-- Each room gets one answer: created, duplicate (a live room has its id), full, no_host (no live host in the region),
-- pool_stopped, no_deployment, deployment_not_found.
create function create_rooms(
  p_app_id text, p_deployment_id text, p_needs_process boolean, p_region text,
  p_room_keys text[], p_room_ids text[], p_room_configs text[], p_client_ips text[],
  p_allocation_ids uuid[], p_process_ids uuid[],
  p_usernames text[], p_hmackeys text[], p_realm text, p_key_version text, p_ttl_seconds integer
) returns table (
  room_key text, outcome text, process_id uuid, process_status text, exposed_port jsonb, additional_exposed_ports jsonb,
  credential_expires_at timestamptz, retry_after_seconds integer
) language plpgsql as $$
declare
  v_deployment_id text;
  v_pool_id bigint;
  v_now timestamptz;
  v_expires_at timestamptz;
  v_inserted text[];
  v_placed text[];
  v_process_ids uuid[];
  v_is_new boolean[];
  v_refused_ids text[] := '{}';
  v_refusal text := 'full';
  v_retry_after integer := 5;
begin
  select d.deployment_id into v_deployment_id from deployments d
   where d.app_id = p_app_id and d.deployment_id = coalesce(p_deployment_id, d.deployment_id) and d.deleted_at is null
   order by d.sequence desc limit 1;
  if v_deployment_id is not null then
    v_pool_id := ensure_pool(v_deployment_id, p_region);
    perform lock_pool(v_pool_id);
  elsif p_deployment_id is not null or p_needs_process then
    return query
      select k, case when p_deployment_id is null then 'no_deployment' else 'deployment_not_found' end,
             null::uuid, null::text, null::jsonb, null::jsonb, null::timestamptz, null::integer
        from unnest(p_room_keys) k;
    return;
  end if;
  v_now := clock_timestamp();
  v_expires_at := v_now + make_interval(secs => p_ttl_seconds);

  with wanted as (
    select * from unnest(p_room_keys, p_room_ids, p_room_configs, p_client_ips) as w (room_key, room_id, room_config, client_ips)
     order by w.room_id
  ), inserted as (
    insert into rooms as r (room_key, app_id, room_id, room_config, client_ips, state, region, pool_id, placements, created_at, expires_at)
    select w.room_key, p_app_id, w.room_id, w.room_config, w.client_ips::jsonb,
           case when v_pool_id is null then 'scheduling' else 'active' end, p_region, v_pool_id,
           case when v_pool_id is null then 0 else 1 end, v_now, case when not p_needs_process then v_expires_at end
      from wanted w
    on conflict do nothing
    returning r.room_key
  )
  select array_agg(i.room_key order by array_position(p_room_keys, i.room_key)) into v_inserted from inserted i;

  if v_pool_id is null then
    v_placed := v_inserted;
  else
    select array_agg(t.room_key), array_agg(t.process_id), array_agg(t.process_is_new) into v_placed, v_process_ids, v_is_new
      from take_slots(v_pool_id, v_inserted, p_process_ids) t;
    if coalesce(cardinality(v_placed), 0) < coalesce(cardinality(v_inserted), 0) then
      with taken_back as (
        delete from rooms r where r.room_key = any (v_inserted) and not r.room_key = any (coalesce(v_placed, '{}'))
        returning r.room_id
      )
      select array_agg(b.room_id) into v_refused_ids from taken_back b;
      if not exists (select from hosts h where p_region = any (h.regions) and host_is_alive(h.beat_at)) then
        v_refusal := 'no_host';
      else
        select 'pool_stopped', ceil(extract(epoch from p.stopped_until - v_now))::integer into v_refusal, v_retry_after
          from pools p where p.pool_id = v_pool_id and p.stopped_until > v_now;
        v_refusal := coalesce(v_refusal, 'full');
        v_retry_after := coalesce(v_retry_after, 5);
      end if;
    end if;
    insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at)
    select p_allocation_ids[array_position(p_room_keys, t.room_key)], t.room_key, t.process_id, v_now
      from unnest(v_placed, v_process_ids) as t (room_key, process_id);
  end if;

  insert into turn_credentials (username, room_key, realm, hmackey, key_version, issued_at, expires_at)
  select c.username, c.room_key, p_realm, c.hmackey, p_key_version, v_now, v_expires_at
    from unnest(p_room_keys, p_usernames, p_hmackeys) as c (room_key, username, hmackey)
   where c.room_key = any (v_placed);

  insert into room_events (app_id, room_key, type, payload)
  select p_app_id, w.room_key, e.type, jsonb_build_object('roomId', w.room_id, 'region', p_region, 'processId', t.process_id)
    from unnest(p_room_keys, p_room_ids) with ordinality as w (room_key, room_id, n)
    left join unnest(v_placed, v_process_ids, v_is_new) as t (room_key, process_id, is_new) on t.room_key = w.room_key
    left join processes p on not t.is_new and p.process_id = t.process_id and p.status = 'running'
    cross join lateral unnest(case when p.process_id is null then '{room.created}'::text[] else '{room.created,room.active}' end) as e (type)
   where w.room_key = any (v_placed)
   order by w.n;

  return query
    select w.room_key,
           case when t.room_key is not null then 'created' when x.is_refused then v_refusal else 'duplicate' end,
           t.process_id, coalesce(p.status, case when t.process_id is not null then 'starting' end), p.exposed_port,
           p.additional_exposed_ports, case when t.room_key is not null then v_expires_at end,
           case when t.room_key is null and x.is_refused then v_retry_after end
      from unnest(p_room_keys, p_room_ids) with ordinality as w (room_key, room_id, n)
      left join unnest(v_placed, v_process_ids) as t (room_key, process_id) on t.room_key = w.room_key
      left join processes p on p.process_id = t.process_id
      -- Not only the key: of two rooms of one id in the batch, the second is no duplicate of a room that was taken back.
      cross join lateral (select w.room_id = any (v_refused_ids) as is_refused) x
     order by w.n;
end $$;
--> statement-breakpoint

-- After a connection broke in the middle of create_rooms: what became of these rooms? A placeholder takes the key of each
-- room that is not there. Its unique index waits for the lost transaction, and a call that arrives later finds the key
-- taken, so "lost" is final. Outcomes: created, lost.
create function settle_rooms(p_room_keys text[])
returns table (
  room_key text, outcome text, process_id uuid, process_status text, exposed_port jsonb, additional_exposed_ports jsonb,
  credential_expires_at timestamptz, retry_after_seconds integer
) language plpgsql as $$
begin
  insert into rooms (room_key, app_id, room_id, state, region, destroyed_at)
  select k, '', k, 'destroyed', '', clock_timestamp() from unnest(p_room_keys) k order by k
  on conflict do nothing;
  return query
    select r.room_key, case when r.app_id = '' then 'lost' else 'created' end, p.process_id, p.status, p.exposed_port,
           p.additional_exposed_ports, c.expires_at, null::integer
      from rooms r
      left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
      left join processes p on p.process_id = a.process_id
      left join turn_credentials c on c.room_key = r.room_key and c.player_id is null
     where r.room_key = any (p_room_keys);
end $$;
--> statement-breakpoint

-- Wakes whoever cuts relay sessions; '*' means: compare everything.
create function notify_rooms(p_room_keys text[]) returns void language sql as $$
  select pg_notify('roombridge_rooms', case when length(keys) <= 4000 then keys else '*' end)
    from (select array_to_string(p_room_keys, ',') as keys) k where keys <> ''
$$;
--> statement-breakpoint

-- Ends the open allocations of rooms and gives their slots back. The caller holds the rooms' row locks.
create function release_slots(p_room_keys text[], p_now timestamptz) returns void language plpgsql as $$
declare
  v_process_ids uuid[];
begin
  with ended as (
    update room_allocations a set unscheduled_at = p_now
     where a.room_key = any (p_room_keys) and a.unscheduled_at is null
    returning a.process_id
  )
  select array_agg(process_id) into v_process_ids from ended;
  perform 1 from processes p where p.process_id = any (v_process_ids) order by p.process_id for update;
  update processes p set rooms_allocated = p.rooms_allocated - given.slots
    from (select id, count(*)::integer as slots from unnest(v_process_ids) as s (id) group by id) given
   where p.process_id = given.id and p.terminated_at is null;
end $$;
--> statement-breakpoint

-- Destroys live rooms by key: tombstone, slot, credentials, event. Answers the keys of those that were live.
create function destroy_rooms(p_room_keys text[], p_reason text) returns setof text language plpgsql as $$
declare
  v_now timestamptz;
  v_keys text[];
begin
  select array_agg(l.room_key) into v_keys from (
    select r.room_key from rooms r
     where r.room_key = any (p_room_keys) and r.destroyed_at is null
     order by r.room_key for update
  ) l;
  if v_keys is null then
    return;
  end if;
  v_now := clock_timestamp();
  perform release_slots(v_keys, v_now);
  update turn_credentials c set revoked_at = v_now where c.room_key = any (v_keys) and c.revoked_at is null;
  with ended as (
    update rooms r set state = 'destroyed', destroyed_at = v_now where r.room_key = any (v_keys)
    returning r.app_id, r.room_key, r.room_id
  )
  insert into room_events (app_id, room_key, type, payload)
  select e.app_id, e.room_key, 'room.destroyed', jsonb_build_object('roomId', e.room_id, 'reason', p_reason)
    from ended e order by e.room_key;
  perform notify_rooms(v_keys);
  return query select unnest(v_keys);
end $$;
--> statement-breakpoint

-- Takes rooms off their processes but keeps them and their credentials: they can be resumed.
create function unschedule_rooms(p_room_keys text[], p_reason text) returns void language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  perform release_slots(p_room_keys, v_now);
  with changed as (
    update rooms r set state = 'unscheduled', unscheduled_at = v_now, unscheduled_reason = p_reason
     where r.room_key = any (p_room_keys) and r.destroyed_at is null
    returning r.app_id, r.room_key, r.room_id
  )
  insert into room_events (app_id, room_key, type, payload)
  select c.app_id, c.room_key, 'room.unscheduled', jsonb_build_object('roomId', c.room_id, 'reason', p_reason)
    from changed c order by c.room_key;
end $$;
--> statement-breakpoint

-- Records that a process has ended and decides what becomes of its rooms. Answers false when it had ended before.
--   a stop that was asked for, or exit code 0 of a process that ran: its rooms are destroyed;
--   a process that never ran: its rooms are placed again, three times in all, else unscheduled (start_failed);
--   everything else (crash, OOM, lost host, idle): its rooms are unscheduled.
-- A start failure that is not the host's fault counts against the pool; five in a row stop it for 60 s.
-- With p_bind_deadline_seconds the process ends only if it is lost, and for that reason; else the answer is false.
create function end_process(
  p_process_id uuid, p_reason text, p_exit_code integer, p_exit_signal text,
  p_allocation_ids uuid[], p_process_ids uuid[], p_bind_deadline_seconds integer default null
) returns boolean language plpgsql as $$
declare
  v_process processes%rowtype;
  v_now timestamptz;
  v_reason text;
  v_keys text[];
  v_again text[];
  v_placed text[];
  v_placed_ids uuid[];
  v_ran boolean;
  v_status text;
begin
  select * into v_process from processes where process_id = p_process_id;
  if not found then
    return false;
  end if;
  perform lock_pool(v_process.pool_id);
  perform 1 from rooms r join room_allocations a on a.room_key = r.room_key
    where a.process_id = p_process_id and a.unscheduled_at is null order by r.room_key for update of r;
  select * into strict v_process from processes where process_id = p_process_id for update;
  if v_process.terminated_at is not null then
    return false;
  end if;
  if p_bind_deadline_seconds is not null then
    p_reason := lost_reason(
      v_process, (select h.beat_at from hosts h where h.host_id = v_process.host_id), p_bind_deadline_seconds);
    if p_reason is null then
      return false;
    end if;
  end if;
  v_now := clock_timestamp();
  v_ran := v_process.started_at is not null;
  v_reason := coalesce(v_process.stop_reason, p_reason);
  v_status := case when v_process.stop_reason is not null or v_reason = 'host_shutdown' then 'stopped'
                   when v_ran and v_reason = 'exited' and p_exit_code = 0 then 'stopped'
                   else 'failed' end;
  select array_agg(a.room_key order by a.room_key) into v_keys
    from room_allocations a where a.process_id = p_process_id and a.unscheduled_at is null;

  if v_reason = 'stop_requested' or (v_status = 'stopped' and v_reason = 'exited') then
    perform destroy_rooms(v_keys, v_reason);
  elsif v_ran or v_process.stop_reason is not null then
    perform unschedule_rooms(v_keys, v_reason);
  else
    perform release_slots(v_keys, v_now);
    select array_agg(r.room_key order by r.room_key) into v_again
      from rooms r where r.room_key = any (v_keys) and r.placements < 3;
  end if;

  update processes set status = v_status, stop_reason = v_reason, exit_code = p_exit_code, exit_signal = p_exit_signal,
         terminated_at = v_now, rooms_allocated = 0
   where process_id = p_process_id;
  delete from port_leases where process_id = p_process_id;

  if not v_ran and v_process.stop_reason is null then
    if v_status = 'failed' and v_reason <> 'host_lost' then
      update pools set
          start_failures = case when start_failures >= 4 then 0 else start_failures + 1 end,
          stopped_until = case when start_failures >= 4 then v_now + interval '60 seconds' else stopped_until end
        where pool_id = v_process.pool_id;
    end if;
    select array_agg(t.room_key), array_agg(t.process_id) into v_placed, v_placed_ids
      from take_slots(v_process.pool_id, v_again, p_process_ids) t;
    insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at)
    select p_allocation_ids[t.n], t.room_key, t.process_id, v_now
      from unnest(v_placed, v_placed_ids) with ordinality as t (room_key, process_id, n);
    update rooms r set placements = r.placements + 1 where r.room_key = any (v_placed);
    insert into room_events (app_id, room_key, type, payload)
    select r.app_id, r.room_key, 'room.updated', jsonb_build_object('roomId', r.room_id, 'processId', t.process_id, 'reason', v_reason)
      from unnest(v_placed, v_placed_ids) as t (room_key, process_id) join rooms r on r.room_key = t.room_key;
    perform unschedule_rooms(
      array(select k from unnest(v_keys) k where not k = any (coalesce(v_placed, '{}'))),
      case when v_reason in ('host_lost', 'host_shutdown') then v_reason else 'start_failed' end);
  end if;

  if v_status = 'failed' then
    insert into room_events (app_id, room_key, type, payload)
    values (v_process.app_id, null, 'process.failed', jsonb_build_object(
      'processId', p_process_id, 'reason', v_reason, 'exitCode', p_exit_code, 'exitSignal', p_exit_signal));
  end if;
  perform pg_notify('roombridge_processes', v_process.region);
  return true;
end $$;
--> statement-breakpoint

-- A process has bound its ports. False when it is not starting any more, or belongs to another incarnation of the host.
create function report_running(p_process_id uuid, p_incarnation uuid, p_exposed_port jsonb, p_additional_exposed_ports jsonb)
returns boolean language plpgsql as $$
declare
  v_process processes%rowtype;
begin
  -- The count of start failures is the pool's, and end_process changes it before it looks for slots.
  perform lock_pool(p.pool_id) from processes p where p.process_id = p_process_id;
  update processes set status = 'running', started_at = clock_timestamp(), exposed_port = p_exposed_port,
         additional_exposed_ports = p_additional_exposed_ports
   where process_id = p_process_id and status = 'starting' and host_incarnation = p_incarnation
  returning * into v_process;
  if not found then
    return false;
  end if;
  update pools set start_failures = 0 where pool_id = v_process.pool_id and start_failures > 0;
  insert into room_events (app_id, room_key, type, payload)
  select r.app_id, r.room_key, 'room.active', jsonb_build_object('roomId', r.room_id, 'region', r.region, 'processId', p_process_id)
    from room_allocations a join rooms r on r.room_key = a.room_key
   where a.process_id = p_process_id and a.unscheduled_at is null
   order by r.room_key;
  perform pg_notify('roombridge_processes', v_process.region);
  return true;
end $$;
