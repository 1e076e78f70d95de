-- As before, but that a slot costs the same however many processes have one.
--
-- Gives every room of p_room_keys, in their order, a slot on a process of the pool: running processes before starting
-- ones, the fullest first; then on new processes, which take their ids from p_process_ids. Rooms for which there is no
-- slot are missing from the answer. The caller holds the pool's lock. A host that has started anew is about to end what
-- its predecessor left, so that takes no rooms. A process that no host has taken waits for a host that may start it.
-- No more processes are locked than are needed. Of thousands with a slot not all are looked at: the index has those first whose
-- count of free slots has few digits, and of these 200 more are compared than there are rooms. So the fullest one is found among so many,
-- and beyond that one with less than four times its free slots, which is then among the fullest for the next room.
create or replace function take_slots(p_pool_id bigint, p_room_keys text[], p_process_ids uuid[])
returns table (room_key text, process_id uuid, process_is_new boolean) language plpgsql as $$
declare
  c_compared constant integer := 200;
  v_pool pools%rowtype;
  v_wanted integer := coalesce(cardinality(p_room_keys), 0);
  v_placed integer := 0;
  v_left integer;
  v_candidates uuid[];
  v_free integer[];
  v_found integer;
  v_needed integer;
  v_slots uuid[];
  v_rooms_per_process integer;
  v_new integer;
begin
  -- While we wait for a row lock a process may begin to stop, so what was chosen is counted again; five rounds suffice.
  for v_round in 1..5 loop
    v_left := v_wanted - v_placed;
    exit when v_left = 0;
    select array_agg(c.process_id), array_agg(c.free) into v_candidates, v_free from (
      select f.process_id, f.free from (
        (select p.process_id, true as is_running, p.rooms_allocated, p.rooms_per_process - p.rooms_allocated as free
           from processes p left join hosts h on h.host_id = p.host_id
          where p.pool_id = p_pool_id and p.has_room and p.status = 'running'
            and case when p.host_id is null
                     then (select pool_is_served(o.deployment_id, o.region) from pools o where o.pool_id = p_pool_id)
                     else h.incarnation = p.host_incarnation and host_is_alive(h.beat_at) end
          order by p.free_digits limit v_left + c_compared)
        union all
        (select p.process_id, false as is_running, p.rooms_allocated, p.rooms_per_process - p.rooms_allocated as free
           from processes p left join hosts h on h.host_id = p.host_id
          where p.pool_id = p_pool_id and p.has_room and p.status = 'starting'
            and case when p.host_id is null
                     then (select pool_is_served(o.deployment_id, o.region) from pools o where o.pool_id = p_pool_id)
                     else h.incarnation = p.host_incarnation and host_is_alive(h.beat_at) end
          order by p.free_digits limit v_left + c_compared)
      ) f
       order by f.is_running desc, f.rooms_allocated desc, f.process_id
       limit v_left
    ) c;
    exit when v_candidates is null;

    if v_free[1] >= v_left then
      update processes p set rooms_allocated = p.rooms_allocated + v_left
       where p.process_id = v_candidates[1] and p.status in ('starting', 'running')
         and p.rooms_allocated + v_left <= p.rooms_per_process;
      if found then
        return query select k, v_candidates[1], false from unnest(p_room_keys[v_placed + 1:]) k;
        return;
      end if;
      continue;
    end if;

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
