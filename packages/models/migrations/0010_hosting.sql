-- Which processes take no more rooms, which have nothing to do any more, which are started ahead, and how many an application
-- may have. Lock order as in the placement migration.

-- How many more processes the hosts may run for an application; null: no limit. What somebody else has started does not
-- count. Only under the lock of host capacity it stays true.
create function quota_left(p_app_id text) returns bigint language sql volatile as $$
  select a.max_processes - (
           select count(*) from pools o join processes p on p.pool_id = o.pool_id
            where o.app_id = a.app_id and p.terminated_at is null
              and not exists (select from hosts h where h.host_id = p.host_id and h.provider = 'static'))
    from applications a where a.app_id = p_app_id
$$;
--> statement-breakpoint

-- How many more processes of an application may be started in a region. Takes the lock of host capacity.
create function start_capacity(p_app_id text, p_region text) returns bigint language plpgsql as $$
declare
  v_capacity bigint := host_capacity(p_region);
begin
  return least(v_capacity, quota_left(p_app_id));
end $$;
--> statement-breakpoint

-- Gives every room of p_room_keys, in their order, a slot on a process of the pool: running processes before starting
-- ones, the fullest first; then on new processes, which take their ids from p_process_ids. Rooms for which there is no
-- slot are missing from the answer. The caller holds the pool's lock. A host that has started anew is about to end what
-- its predecessor left, so that takes no rooms. A process that no host has taken waits for a host that starts processes.
create or replace function take_slots(p_pool_id bigint, p_room_keys text[], p_process_ids uuid[])
returns table (room_key text, process_id uuid, process_is_new boolean) language plpgsql as $$
declare
  v_pool pools%rowtype;
  v_wanted integer := coalesce(cardinality(p_room_keys), 0);
  v_placed integer := 0;
  v_may_start boolean;
  v_candidates uuid[];
  v_slots uuid[];
  v_rooms_per_process integer;
  v_new integer;
begin
  if v_wanted = 0 then
    return;
  end if;
  select * into strict v_pool from pools where pool_id = p_pool_id;
  v_may_start := region_starts_processes(v_pool.region);

  -- While we wait for a row lock a process may begin to stop, so what was chosen is counted again; five rounds suffice.
  for v_round in 1..5 loop
    exit when v_placed = v_wanted;
    select array_agg(c.process_id) into v_candidates from (
      select p.process_id
        from processes p left join hosts h on h.host_id = p.host_id
       where p.pool_id = p_pool_id and p.has_room and p.status in ('starting', 'running')
         and case when p.host_id is null then v_may_start
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

  if v_placed = v_wanted or not v_may_start or v_pool.stopped_until > clock_timestamp() then
    return;
  end if;
  select rooms_per_process into strict v_rooms_per_process from deployments where deployment_id = v_pool.deployment_id;
  v_new := least(
    ceil((v_wanted - v_placed)::numeric / v_rooms_per_process)::bigint,
    v_pool.max_processes - (select count(*) from processes p where p.pool_id = p_pool_id and p.terminated_at is null),
    start_capacity(v_pool.app_id, v_pool.region),
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

-- Why a pool has no slot to give: no_host (nobody may start a process in its region, and none of its own lives),
-- pool_stopped, quota (the application has all the processes that it may have), else full; and when to come again.
create or replace function placement_refusal(p_pool_id bigint)
returns table (refusal text, retry_after_seconds integer) language plpgsql as $$
declare
  v_pool pools%rowtype;
begin
  select * into strict v_pool from pools where pool_id = p_pool_id;
  if not region_starts_processes(v_pool.region) and not exists (
       select from processes p join hosts h on h.host_id = p.host_id and h.incarnation = p.host_incarnation
        where p.pool_id = p_pool_id and p.terminated_at is null and host_is_alive(h.beat_at)) then
    return query select 'no_host', 5;
  elsif v_pool.stopped_until > clock_timestamp() then
    return query select 'pool_stopped', ceil(extract(epoch from v_pool.stopped_until - clock_timestamp()))::integer;
  elsif quota_left(v_pool.app_id) <= 0 then
    return query select 'quota', 5;
  else
    return query select 'full', 5;
  end if;
end $$;
--> statement-breakpoint

-- Starts a process without a room, on the newest deployment of the application; only once, if the call is repeated with the
-- same id because its answer was lost. Outcomes: created, no_deployment, full, no_host, pool_stopped, quota.
create or replace function create_process(p_app_id text, p_region text, p_process_id uuid)
returns table (outcome text, retry_after_seconds integer) language plpgsql as $$
declare
  v_deployment deployments%rowtype;
  v_pool_id bigint;
  v_pool pools%rowtype;
begin
  select * into v_deployment from deployments d
   where d.app_id = p_app_id and d.deleted_at is null order by d.sequence desc limit 1;
  if not found then
    return query select 'no_deployment', null::integer;
    return;
  end if;
  v_pool_id := ensure_pool(v_deployment.deployment_id, p_region);
  perform lock_pool(v_pool_id);
  if exists (select from processes where process_id = p_process_id) then
    return query select 'created', null::integer;
    return;
  end if;
  select * into strict v_pool from pools where pool_id = v_pool_id;
  if v_pool.stopped_until > clock_timestamp()
     or v_pool.max_processes <= (select count(*) from processes p where p.pool_id = v_pool_id and p.terminated_at is null)
     or start_capacity(p_app_id, p_region) <= 0 then
    return query select f.refusal, f.retry_after_seconds from placement_refusal(v_pool_id) f;
    return;
  end if;
  insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated)
  values (p_process_id, v_pool_id, p_app_id, v_deployment.deployment_id, p_region, 'starting', v_deployment.rooms_per_process, 0);
  perform pg_notify('roombridge_processes', p_region);
  return query select 'created', null::integer;
end $$;
--> statement-breakpoint

-- Whether rooms come to a deployment only from who names it: it is not the newest one of its application, or deleted.
create function is_outdated(p_deployment_id text) returns boolean language sql stable as $$
  select not exists (
    select from deployments d
     where d.deployment_id = p_deployment_id and d.deleted_at is null
       and not exists (
         select from deployments n where n.app_id = d.app_id and n.sequence > d.sequence and n.deleted_at is null))
$$;
--> statement-breakpoint

-- The status that callers are shown: a running process of an outdated deployment is draining. In the table that status is
-- of processes that have reached their greatest age, and take no rooms at all.
create function shown_status(p processes) returns text language sql stable as $$
  select case when p.status = 'running' and is_outdated(p.deployment_id) then 'draining' else p.status end
$$;
--> statement-breakpoint

-- Processes of a pool that have a slot to give.
create function count_free_processes(p_pool_id bigint) returns bigint language sql stable as $$
  select count(*) from processes p
   where p.pool_id = p_pool_id and p.has_room and p.status in ('starting', 'running')
$$;
--> statement-breakpoint

-- Why a process shall end; null while it shall not.
-- idle: it has had no room for 300 s; or it has rooms, none of them younger than 300 s, all its ports are TCP or TLS, and
-- its host has seen no connection for 300 s. Both only where the process itself, or else its deployment, allows it; but of
-- an outdated deployment none stays without rooms, unless the process itself says so. As many as are kept warm stay.
-- outdated: of a deployment that is kept warm no more it never had a room. max_age: it is draining and has no room left.
create function retirement(p processes) returns text language plpgsql as $$
declare
  v_long_ago timestamptz := clock_timestamp() - interval '300 seconds';
  v_deployment deployments%rowtype;
begin
  if p.status = 'draining' and p.stop_reason is null and p.rooms_allocated = 0 then
    return 'max_age';
  end if;
  if p.status not in ('running', 'draining') or p.stop_reason is not null
     or (p.rooms_allocated > 0 and coalesce(p.no_connections_since >= v_long_ago, true)) then
    return null;
  end if;
  select * into strict v_deployment from deployments d where d.deployment_id = p.deployment_id;
  if p.rooms_allocated = 0 and is_outdated(p.deployment_id) then
    if v_deployment.warm_processes > 0 and p.idle_timeout_enabled is null
       and not exists (select from room_allocations a where a.process_id = p.process_id) then
      return 'outdated';
    end if;
    v_deployment.idle_timeout_enabled := true;
    v_deployment.warm_processes := 0;
  end if;
  if p.started_at >= v_long_ago or not coalesce(p.idle_timeout_enabled, v_deployment.idle_timeout_enabled) then
    return null;
  end if;
  if p.rooms_allocated > 0 then
    if exists (
         select from jsonb_array_elements(jsonb_build_array(p.exposed_port) || p.additional_exposed_ports) as port
          where coalesce(port ->> 'transportType', '') not in ('tcp', 'tls'))
       or exists (
         select from room_allocations a
          where a.process_id = p.process_id and a.unscheduled_at is null and a.scheduled_at > v_long_ago) then
      return null;
    end if;
  elsif exists (select from room_allocations a where a.process_id = p.process_id and a.unscheduled_at > v_long_ago)
        or (v_deployment.warm_processes > 0 and count_free_processes(p.pool_id) <= v_deployment.warm_processes) then
    return null;
  end if;
  return 'idle';
end $$;
--> statement-breakpoint

-- Asks for the end of a process that has nothing to do, unless it has got something to do since somebody has looked. One
-- that somebody is at work on is left for another time. Answers the reason; null when it goes on.
create function retire_process(p_process_id uuid) returns text language plpgsql as $$
declare
  v_process processes%rowtype;
  v_reason text;
begin
  select * into v_process from processes where process_id = p_process_id;
  if not found then
    return null;
  end if;
  perform lock_pool(v_process.pool_id);
  select * into v_process from processes where process_id = p_process_id for update skip locked;
  if not found then
    return null;
  end if;
  v_reason := retirement(v_process);
  if v_reason is not null then
    update processes set status = 'stopping', stop_reason = v_reason, stopping_at = clock_timestamp()
     where process_id = p_process_id;
    perform pg_notify('roombridge_processes', v_process.region);
  end if;
  return v_reason;
end $$;
--> statement-breakpoint

-- Whether starting ahead is of no use at the moment: five processes of the pool have ended by themselves in the last minute
-- and never had a room.
create function is_warming_in_vain(p_pool_id bigint) returns boolean language sql stable as $$
  select count(*) >= 5 from (
    select from processes p
     where p.pool_id = p_pool_id and p.terminated_at > statement_timestamp() - interval '60 seconds' and p.stop_reason = 'exited'
       and not exists (select from room_allocations a where a.process_id = p.process_id)
     limit 5) e
$$;
--> statement-breakpoint

-- The pools in which processes with a free slot are missing, and how many: as many are kept warm in each region where a
-- live host starts processes as the newest deployment of the application says.
create function find_cold_pools() returns table (deployment_id text, region text, missing integer)
language sql volatile as $$
  select d.deployment_id, r.region, (d.warm_processes - w.free)::integer
    from deployments d
    cross join (
      select distinct unnest(h.regions) as region from hosts h where h.max_processes > 0 and host_is_alive(h.beat_at)
    ) r
    left join pools o on o.deployment_id = d.deployment_id and o.region = r.region
    cross join lateral (select coalesce(count_free_processes(o.pool_id), 0) as free) w
   where d.warm_processes > w.free and not is_outdated(d.deployment_id)
     and (o.pool_id is null or not (coalesce(o.stopped_until > clock_timestamp(), false) or is_warming_in_vain(o.pool_id)))
   order by d.sequence, r.region
$$;
--> statement-breakpoint

-- Starts the processes without a room that are missing in a pool, at most one for each id, within the limits of the pool
-- and of the hosts. Answers how many.
create function warm_pool(p_deployment_id text, p_region text, p_process_ids uuid[]) returns integer language plpgsql as $$
declare
  v_deployment deployments%rowtype;
  v_pool pools%rowtype;
  v_new bigint;
begin
  perform lock_pool(ensure_pool(p_deployment_id, p_region));
  select * into v_deployment from deployments d where d.deployment_id = p_deployment_id;
  select * into v_pool from pools o where o.deployment_id = p_deployment_id and o.region = p_region;
  if is_outdated(p_deployment_id) or v_pool.stopped_until > clock_timestamp() or not region_starts_processes(p_region) then
    return 0;
  end if;
  v_new := least(
    v_deployment.warm_processes - count_free_processes(v_pool.pool_id),
    v_pool.max_processes - (select count(*) from processes p where p.pool_id = v_pool.pool_id and p.terminated_at is null),
    cardinality(p_process_ids)
  );
  if v_new > 0 then
    v_new := least(v_new, start_capacity(v_pool.app_id, p_region));
  end if;
  if v_new <= 0 then
    return 0;
  end if;
  insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated)
  select p_process_ids[n], v_pool.pool_id, v_pool.app_id, p_deployment_id, p_region, 'starting', v_deployment.rooms_per_process, 0
    from generate_series(1, v_new) n;
  perform pg_notify('roombridge_processes', p_region);
  return v_new;
end $$;
