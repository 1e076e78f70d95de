-- Why a process shall end; null while it shall not.
-- idle: it has had no room for 300 s; or it has rooms, none of them younger than 300 s, all its ports are TCP or TLS, and
-- its host has seen no connection for 300 s. Both only where the process itself, or else its deployment, allows it; but of
-- an outdated deployment none stays without rooms, unless the process itself says so. As many as are kept warm stay.
-- outdated: of a deployment that is kept warm no more it never had a room. max_age, host_drained:
-- it is draining, because of its age or with its host, and has no room left.
create or replace function retirement(p processes) returns text language plpgsql as $$
declare
  v_long_ago timestamptz := clock_timestamp() - interval '300 seconds';
  v_deployment deployments%rowtype;
begin
  if p.status = 'draining' and p.stop_reason is null and p.rooms_allocated = 0 then
    return case when exists (select from hosts h where h.host_id = p.host_id and h.drained_at is not null)
                then 'host_drained' else 'max_age' end;
  end if;
  if p.status not in ('running', 'draining') or p.stop_reason is not null
     or (p.rooms_allocated > 0 and coalesce(p.no_connections_since >= v_long_ago, true)) then
    return null;
  end if;
  select * into strict v_deployment from deployments d where d.deployment_id = p.deployment_id;
  v_deployment.warm_processes := warm_target(p.deployment_id, p.region);
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

-- Gives every room of p_room_keys, in their order, a slot on a process of the pool: running processes before starting
-- ones, the fullest first; then on new processes, which take their ids from p_process_ids. Rooms for which there is no
-- slot are missing from the answer. The caller holds the pool's lock. A host that has started anew is about to end what
-- its predecessor left, so that takes no rooms; neither does what is still starting on one that is drained. A process that no host has taken waits for a host that may start it.
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
  v_may_start := pool_is_served(v_pool.deployment_id, v_pool.region);

  -- While we wait for a row lock a process may begin to stop, so what was chosen is counted again; five rounds suffice.
  for v_round in 1..5 loop
    exit when v_placed = v_wanted;
    select array_agg(c.process_id) into v_candidates from (
      select p.process_id
        from processes p left join hosts h on h.host_id = p.host_id
       where p.pool_id = p_pool_id and p.has_room and p.status in ('starting', 'running')
         and case when p.host_id is null then v_may_start
                  else h.incarnation = p.host_incarnation and h.drained_at is null and host_is_alive(h.beat_at) end
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
    pool_capacity(v_pool.app_id, v_pool.deployment_id, v_pool.region),
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
