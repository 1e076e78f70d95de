-- A create reads few processes, wherever the fullest one stands, and most often takes all its slots with one update.

-- Takes so many slots on the fullest process that runs, if that one has them; null when it has not, and then none is taken.
-- The caller holds the pool's lock. Of processes whose ranks are the same, twenty are compared. The condition on the host is put
-- as a `case` so that hosts are looked up in the order of the ranks, and no more of them than are needed.
create function take_on_fullest(p_pool_id bigint, p_count integer) returns uuid language plpgsql as $$
declare
  c_compared constant integer := 20;
  v_process_id uuid;
begin
  update processes t set rooms_allocated = t.rooms_allocated + p_count
   where t.process_id = (
     select f.process_id from (
       select n.process_id, n.rooms_allocated from (
         select p.process_id, p.rooms_allocated, p.free_rank
           from processes p left join hosts h on h.host_id = p.host_id
          where p.pool_id = p_pool_id and p.has_room and p.status = 'running'
            and case when h.incarnation = p.host_incarnation then h.drained_at is null and host_is_alive(h.beat_at) end
          order by p.free_rank limit c_compared
       ) n
       order by n.free_rank fetch first 1 rows with ties
     ) f
     order by f.rooms_allocated desc, f.process_id limit 1)
     and t.status = 'running' and t.rooms_allocated + p_count <= t.rooms_per_process
  returning t.process_id into v_process_id;
  return v_process_id;
end $$;
--> statement-breakpoint

-- Gives every room of p_room_keys, in their order, a slot on a process of the pool: running processes before starting
-- ones, the fullest first; then on new processes, which take their ids from p_process_ids. Rooms for which there is no
-- slot are missing from the answer. The caller holds the pool's lock. A host that has started anew is about to end what
-- its predecessor left, so that takes no rooms; neither does what still starts on a host that is drained. A process that no
-- host has taken waits for a host that may start it.
-- No more processes are locked than are needed, and few more are looked at: as many as would do if they were empty, and if those
-- have not enough slots, as many as there are rooms. Of those that follow with the same rank, twenty are compared.
create or replace function take_slots(p_pool_id bigint, p_room_keys text[], p_process_ids uuid[])
returns table (room_key text, process_id uuid, process_is_new boolean) language plpgsql as $$
declare
  c_compared constant integer := 20;
  v_pool pools%rowtype;
  v_wanted integer := coalesce(cardinality(p_room_keys), 0);
  v_placed integer := 0;
  v_left integer;
  v_most integer;
  v_process_id uuid;
  v_candidates uuid[];
  v_free integer[];
  v_starting uuid[];
  v_starting_free integer[];
  v_found integer;
  v_needed integer;
  v_slots uuid[];
  v_rooms_per_process integer;
  v_new integer;
begin
  select d.rooms_per_process into v_rooms_per_process
    from pools o join deployments d on d.deployment_id = o.deployment_id where o.pool_id = p_pool_id;
  -- While we wait for a row lock a process may begin to stop, so what was chosen is counted again; five rounds suffice.
  for v_round in 1..5 loop
    v_left := v_wanted - v_placed;
    exit when v_left = 0;
    v_process_id := take_on_fullest(p_pool_id, v_left);
    if v_process_id is not null then
      return query select k, v_process_id, false from unnest(p_room_keys[v_placed + 1:]) k;
      return;
    end if;

    v_most := least(v_left, 2 + v_left / v_rooms_per_process);
    loop
      select array_agg(f.process_id order by f.rooms_allocated desc, f.process_id),
             array_agg(f.free order by f.rooms_allocated desc, f.process_id)
        into v_candidates, v_free from (
        select n.process_id, n.rooms_allocated, n.free from (
          select p.process_id, p.rooms_allocated, p.rooms_per_process - p.rooms_allocated as free, p.free_rank
            from processes p left join hosts h on h.host_id = p.host_id
           where p.pool_id = p_pool_id and p.has_room and p.status = 'running'
             and case when h.incarnation = p.host_incarnation then h.drained_at is null and host_is_alive(h.beat_at) end
           order by p.free_rank limit v_most + c_compared
        ) n
        order by n.free_rank fetch first (v_most) rows with ties
      ) f;
      v_found := coalesce((select sum(f) from unnest(v_free) f), 0);
      exit when v_found >= v_left or v_most = v_left;
      v_most := v_left;
    end loop;
    if v_found < v_left then
      select array_agg(f.process_id), array_agg(f.free) into v_starting, v_starting_free from (
        select n.process_id, n.free from (
          select p.process_id, p.rooms_allocated, p.rooms_per_process - p.rooms_allocated as free
            from processes p left join hosts h on h.host_id = p.host_id
           where p.pool_id = p_pool_id and p.has_room and p.status = 'starting'
             and case when p.host_id is null
                      then (select pool_is_served(o.deployment_id, o.region) from pools o where o.pool_id = p_pool_id)
                      else h.incarnation = p.host_incarnation and h.drained_at is null and host_is_alive(h.beat_at) end
           order by p.free_rank limit v_left + c_compared
        ) n
        order by n.rooms_allocated desc, n.process_id limit v_left
      ) f;
      v_candidates := v_candidates || v_starting;
      v_free := v_free || v_starting_free;
    end if;
    exit when v_candidates is null;

    -- As many as are needed, and no more.
    v_found := 0;
    v_needed := 0;
    while v_found < v_left and v_needed < cardinality(v_candidates) loop
      v_needed := v_needed + 1;
      v_found := v_found + v_free[v_needed];
    end loop;
    v_candidates := v_candidates[:v_needed];
    perform 1 from processes p where p.process_id = any (v_candidates) order by p.process_id for update;
    select array_agg(s.process_id order by s.is_running desc, s.rooms_allocated desc, s.process_id) into v_slots from (
      select p.process_id, p.status = 'running' as is_running, p.rooms_allocated
        from processes p, generate_series(1, least(p.rooms_per_process - p.rooms_allocated, v_left))
       where p.process_id = any (v_candidates) and p.has_room and p.status in ('starting', 'running')
       order by 2 desc, 3 desc, 1
       limit v_left
    ) s;
    continue when v_slots is null;
    update processes p set rooms_allocated = p.rooms_allocated + taken.slots
      from (select s.id, count(*)::integer as slots from unnest(v_slots) as s (id) group by s.id) taken
     where p.process_id = taken.id;
    return query select p_room_keys[v_placed + s.n], s.id, false from unnest(v_slots) with ordinality as s (id, n);
    v_placed := v_placed + cardinality(v_slots);
  end loop;

  if v_placed = v_wanted then
    return;
  end if;
  select * into strict v_pool from pools where pool_id = p_pool_id;
  if v_pool.stopped_until > clock_timestamp() or not pool_is_served(v_pool.deployment_id, v_pool.region) then
    return;
  end if;
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
--> statement-breakpoint

-- Creates a batch of rooms of one application, deployment and region: rooms, slots, allocations, credentials, events.
-- Array arguments have one element per room. p_deployment_id null means the newest deployment of the application.
-- p_needs_process false is how RoomService creates, which has no destroy: the rooms expire with their credential, and get
-- no process when the application has no deployment.
-- Each room gets one answer: created, duplicate (a live room has its id), full, no_host (no live host in the region),
-- pool_stopped, quota, no_deployment, deployment_not_found. A deployment that was named stays the room's at every resume.
-- An application may have so many live rooms at a time (`max_rooms`; null: any number). Whatever lives counts, on a process or not.
-- Rooms beyond it are not looked at further: `room_quota`. One whose id is taken is a duplicate all the same. An application that is
-- deleted gets none: `app_not_found`; what is created while it is being deleted, housekeeping ends.
-- A single room on a process that runs is written down by the shortest statements: starting those for a batch takes longer than their work.
-- The settings hold for all that it calls. Plans that depend on the arguments would be made anew at each call, which takes longer
-- than the work; and those made while tables are small would read all of them once they have grown.
create or replace function create_rooms_within_quota(
  p_app_id text, p_deployment_id text, p_needs_process boolean, p_region text,
  p_room_keys text[], p_room_ids text[], p_room_configs text[], p_client_ips text[],
  p_allocation_ids uuid[], p_process_ids uuid[],
  p_usernames text[], p_hmackeys text[], p_realm text, p_key_version text, p_ttl_seconds integer
) returns table (
  room_key text, outcome text, process_id uuid, process_status text, exposed_port jsonb, additional_exposed_ports jsonb,
  credential_expires_at timestamptz, retry_after_seconds integer
) language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
  v_max_rooms integer;
  v_deleted_at timestamptz;
  v_deployment_id text;
  v_pool_id bigint;
  v_count integer := cardinality(p_room_keys);
  v_new_ids text[];
  v_over_ids text[] := '{}';
  v_now timestamptz;
  v_expires_at timestamptz;
  v_inserted text[];
  v_created text[];
  v_process_id uuid;
  v_payload jsonb;
  v_on uuid[];
  v_refused_ids text[] := '{}';
  v_refusal text;
  v_retry_after integer;
begin
  select a.max_rooms, a.deleted_at, d.deployment_id, o.pool_id into v_max_rooms, v_deleted_at, v_deployment_id, v_pool_id
    from (select) one
    left join applications a on a.app_id = p_app_id
    left join lateral (
      select d.deployment_id from deployments d
       where d.app_id = p_app_id and (p_deployment_id is null or d.deployment_id = p_deployment_id) and d.deleted_at is null
       order by d.sequence desc limit 1
    ) d on true
    left join pools o on o.deployment_id = d.deployment_id and o.region = p_region;
  if v_deleted_at is not null then
    return query
      select k, 'app_not_found', null::uuid, null::text, null::jsonb, null::jsonb, null::timestamptz, null::integer
        from unnest(p_room_keys) k;
    return;
  end if;

  if v_max_rooms is not null then
    -- Most often all fit by the last count, even if each of them is new.
    perform pg_advisory_xact_lock(6, hashtext(p_app_id));
    update room_counts c set at_most = c.at_most + v_count
     where c.app_id = p_app_id and c.max_rooms = v_max_rooms and c.at_most + v_count <= v_max_rooms
       and c.counted_at between clock_timestamp() - interval '10 seconds' and clock_timestamp();
    if not found then
      -- In the order in which they were asked for; one id stands for one room, however often it is in the batch.
      v_new_ids := array(
        select i.room_id from unnest(p_room_ids) with ordinality as i (room_id, n)
         where not exists (select from rooms r where r.app_id = p_app_id and r.room_id = i.room_id and r.destroyed_at is null)
         group by i.room_id order by min(i.n));
      v_over_ids := v_new_ids[take_room_places(p_app_id, v_max_rooms, cardinality(v_new_ids)) + 1:];
    end if;
    if cardinality(v_over_ids) > 0 then
      return query
        select k, 'room_quota', null::uuid, null::text, null::jsonb, null::jsonb, null::timestamptz, null::integer
          from unnest(p_room_keys, p_room_ids) as w (k, room_id) where w.room_id = any (v_over_ids);
      select array_agg(w.k order by w.n), array_agg(w.room_id order by w.n), array_agg(w.config order by w.n),
             array_agg(w.ips order by w.n), array_agg(w.allocation_id order by w.n), array_agg(w.process_id order by w.n),
             array_agg(w.username order by w.n), array_agg(w.hmackey order by w.n)
        into p_room_keys, p_room_ids, p_room_configs, p_client_ips, p_allocation_ids, p_process_ids, p_usernames, p_hmackeys
        from unnest(p_room_keys, p_room_ids, p_room_configs, p_client_ips, p_allocation_ids, p_process_ids, p_usernames, p_hmackeys)
             with ordinality as w (k, room_id, config, ips, allocation_id, process_id, username, hmackey, n)
       where not w.room_id = any (v_over_ids);
      v_count := cardinality(p_room_keys);
      if v_count is null then
        return;
      end if;
    end if;
  end if;

  if v_deployment_id is not null then
    v_pool_id := coalesce(v_pool_id, ensure_pool(v_deployment_id, p_region));
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

  if v_count = 1 then
    insert into rooms (room_key, app_id, room_id, room_config, client_ips, state, region, pool_id, deployment_id, placements,
                       created_at, expires_at)
    values (p_room_keys[1], p_app_id, p_room_ids[1], p_room_configs[1], p_client_ips[1]::jsonb,
            case when v_pool_id is null then 'scheduling' else 'active' end, p_region, v_pool_id, p_deployment_id,
            case when v_pool_id is null then 0 else 1 end, v_now, case when not p_needs_process then v_expires_at end)
    on conflict do nothing;
    v_inserted := case when found then p_room_keys else '{}' end;
  else
    with inserted as (
      insert into rooms as r (room_key, app_id, room_id, room_config, client_ips, state, region, pool_id, deployment_id, placements,
                              created_at, expires_at)
      select w.room_key, p_app_id, w.room_id, w.room_config, w.client_ips::jsonb,
             case when v_pool_id is null then 'scheduling' else 'active' end, p_region, v_pool_id, p_deployment_id,
             case when v_pool_id is null then 0 else 1 end, v_now, case when not p_needs_process then v_expires_at end
        from unnest(p_room_keys, p_room_ids, p_room_configs, p_client_ips) as w (room_key, room_id, room_config, client_ips)
       order by w.room_id
      on conflict do nothing
      returning r.room_key
    )
    select array_agg(i.room_key) into v_inserted from inserted i;
    if cardinality(v_inserted) = v_count then
      v_inserted := p_room_keys;
    else
      v_inserted := array(select k from unnest(p_room_keys) with ordinality as w (k, n) where k = any (v_inserted) order by n);
    end if;
  end if;

  v_created := v_inserted;
  if v_pool_id is not null and cardinality(v_inserted) > 0 then
    v_process_id := take_on_fullest(v_pool_id, cardinality(v_inserted));
    if v_process_id is not null then
      v_on := array_fill(v_process_id, array[cardinality(v_inserted)]);
    else
      select array_agg(t.process_id) into v_on from take_slots(v_pool_id, v_inserted, p_process_ids) t;
    end if;
    v_created := v_inserted[:coalesce(cardinality(v_on), 0)];
    if cardinality(v_created) < cardinality(v_inserted) then
      with taken_back as (
        delete from rooms r where r.room_key = any (v_inserted[cardinality(v_created) + 1:])
        returning r.room_id
      )
      select array_agg(b.room_id) into v_refused_ids from taken_back b;
      select f.refusal, f.retry_after_seconds into v_refusal, v_retry_after from placement_refusal(v_pool_id) f;
    end if;
  end if;
  if cardinality(v_inserted) < v_count then
    -- So that what belongs to one room stands in one place of all arrays.
    select array_agg(c.room_key order by w.n), array_agg(c.process_id order by w.n) into v_created, v_on
      from unnest(p_room_keys) with ordinality as w (room_key, n)
      left join unnest(v_created, v_on) as c (room_key, process_id) on c.room_key = w.room_key;
  end if;

  if v_count = 1 and v_process_id is not null then
    insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at)
    values (p_allocation_ids[1], p_room_keys[1], v_process_id, v_now);
    insert into turn_credentials (username, room_key, realm, hmackey, key_version, issued_at, expires_at)
    values (p_usernames[1], p_room_keys[1], p_realm, p_hmackeys[1], p_key_version, v_now, v_expires_at);
    v_payload := jsonb_build_object('roomId', p_room_ids[1], 'region', p_region, 'processId', v_process_id);
    insert into room_events (app_id, room_key, type, payload)
    values (p_app_id, p_room_keys[1], 'room.created', v_payload), (p_app_id, p_room_keys[1], 'room.active', v_payload);
    return query
      select p_room_keys[1], 'created', p.process_id, p.status, p.exposed_port, p.additional_exposed_ports, v_expires_at, null::integer
        from processes p where p.process_id = v_process_id;
    return;
  end if;

  insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at)
  select w.allocation_id, w.room_key, w.process_id, v_now
    from unnest(p_allocation_ids, p_room_keys, v_on) as w (allocation_id, room_key, process_id)
   where w.process_id is not null;

  insert into turn_credentials (username, room_key, realm, hmackey, key_version, issued_at, expires_at)
  select w.username, w.room_key, p_realm, w.hmackey, p_key_version, v_now, v_expires_at
    from unnest(p_usernames, v_created, p_hmackeys) as w (username, room_key, hmackey)
   where w.room_key is not null;

  insert into room_events (app_id, room_key, type, payload)
  select p_app_id, w.room_key, e.type, jsonb_build_object('roomId', w.room_id, 'region', p_region, 'processId', w.process_id)
    from unnest(v_created, p_room_ids, v_on) with ordinality as w (room_key, room_id, process_id, n)
    left join processes p on p.process_id = w.process_id
    cross join unnest(array['room.created', 'room.active']) with ordinality as e (type, k)
   where w.room_key is not null and (e.k = 1 or p.status = 'running')
   order by w.n, e.k;

  return query
    select w.room_key,
           case when w.created is not null then 'created' when w.room_id = any (v_refused_ids) then v_refusal else 'duplicate' end,
           w.process_id, p.status, p.exposed_port, p.additional_exposed_ports,
           case when w.created is not null then v_expires_at end,
           case when w.created is null and w.room_id = any (v_refused_ids) then v_retry_after end
      from unnest(p_room_keys, p_room_ids, v_created, v_on) with ordinality as w (room_key, room_id, created, process_id, n)
      left join processes p on p.process_id = w.process_id
     order by w.n;
end $$;
