-- A deployment with TLS ports can be run only by hosts that have a certificate, so only they count for it. Lock order as in the
-- placement migration.

create function needs_tls(p_deployment_id text) returns boolean language sql stable as $$
  select coalesce(bool_or(d.transport_type = 'tls' or d.additional_container_ports @> '[{"transportType": "tls"}]'), false)
    from deployments d where d.deployment_id = p_deployment_id
$$;
--> statement-breakpoint

-- Whether a live host may start processes of a deployment in a region.
create function pool_is_served(p_deployment_id text, p_region text) returns boolean language sql volatile as $$
  select exists (
    select from hosts h where p_region = any (h.regions) and h.max_processes > 0 and host_is_alive(h.beat_at)
                          and (h.terminates_tls or not needs_tls(p_deployment_id)))
$$;
--> statement-breakpoint

-- How many more processes the live hosts with a certificate may start in a region. What no host has taken yet may come to one of
-- them, whether or not it needs that. Only under the lock of host capacity it stays true.
create function tls_capacity(p_region text) returns bigint language sql volatile as $$
  with live as (
    select h.host_id, h.regions, h.max_processes from hosts h
     where p_region = any (h.regions) and h.max_processes > 0 and h.terminates_tls and host_is_alive(h.beat_at)
  )
  select coalesce((select sum(l.max_processes) from live l), 0)::bigint - (
    select count(*) from processes p
     where p.terminated_at is null
       and (p.host_id in (select l.host_id from live l)
            or (p.host_id is null and p.region in (select unnest(l.regions) from live l)))
  )
$$;
--> statement-breakpoint

-- How many more processes of a deployment may be started in a region. Takes the lock of host capacity.
create function pool_capacity(p_app_id text, p_deployment_id text, p_region text) returns bigint language plpgsql as $$
declare
  v_capacity bigint := start_capacity(p_app_id, p_region);
begin
  return case when needs_tls(p_deployment_id) then least(v_capacity, tls_capacity(p_region)) else v_capacity end;
end $$;
--> statement-breakpoint

-- Gives every room of p_room_keys, in their order, a slot on a process of the pool: running processes before starting
-- ones, the fullest first; then on new processes, which take their ids from p_process_ids. Rooms for which there is no
-- slot are missing from the answer. The caller holds the pool's lock. A host that has started anew is about to end what
-- its predecessor left, so that takes no rooms. A process that no host has taken waits for a host that may start it.
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

-- Why a pool has no slot to give: no_host (nobody may start its processes in its region, and none of them lives),
-- pool_stopped, quota (the application has all the processes that it may have), else full; and when to come again.
create or replace function placement_refusal(p_pool_id bigint)
returns table (refusal text, retry_after_seconds integer) language plpgsql as $$
declare
  v_pool pools%rowtype;
begin
  select * into strict v_pool from pools where pool_id = p_pool_id;
  if not pool_is_served(v_pool.deployment_id, v_pool.region) and not exists (
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
     or pool_capacity(p_app_id, v_deployment.deployment_id, p_region) <= 0 then
    return query select f.refusal, f.retry_after_seconds from placement_refusal(v_pool_id) f;
    return;
  end if;
  insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated)
  values (p_process_id, v_pool_id, p_app_id, v_deployment.deployment_id, p_region, 'starting', v_deployment.rooms_per_process, 0);
  perform pg_notify('roombridge_processes', p_region);
  return query select 'created', null::integer;
end $$;
