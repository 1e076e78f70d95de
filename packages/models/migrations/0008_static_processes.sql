-- Game servers that somebody else starts: an IDE, bare metal, any orchestrator. Each registers itself and is two rows: a host
-- of provider static, which starts nothing (max_processes 0) and whose lease is the heartbeat, and one running process of
-- that host. Placement fills it like any other. Lock order as in the placement migration; the advisory lock space 5 holds
-- names of static hosts, taken after the pool.

-- Whether a live host may start processes in a region.
create function region_starts_processes(p_region text) returns boolean language sql volatile as $$
  select exists (select from hosts h where p_region = any (h.regions) and h.max_processes > 0 and host_is_alive(h.beat_at))
$$;
--> statement-breakpoint

-- How many more processes the live hosts of a region may start. Those that start none, and what they run, do not count. The
-- lock lets one placement at a time count.
create or replace function host_capacity(p_region text) returns bigint language plpgsql as $$
begin
  perform pg_advisory_xact_lock(2, 0);
  return (
    with live as (
      select host_id, regions, max_processes from hosts
       where p_region = any (regions) and max_processes > 0 and host_is_alive(beat_at)
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

-- Why a pool has no slot to give: no_host (nobody may start a process in its region, and none of its own lives),
-- pool_stopped, else full; and when to come again.
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
  else
    return query select 'full', 5;
  end if;
end $$;
--> statement-breakpoint

-- Registers a game server under the name that its owner gave it, and answers its process. Repeated by the same instance (a
-- UUID drawn at each of its starts) it answers the same process while that lives. p_rooms_per_process null: as many as the
-- deployment says; p_deployment_id null: the newest one of the application.
-- One row. Outcomes: registered, occupied (another instance has the name, on this process, which the caller ends before it
-- tries again), full (the deployment's processes in the region are all there), too_many_rooms (more per process than the
-- deployment has, which is in rooms_per_process), no_deployment, deployment_not_found.
create function register_static_process(
  p_app_id text, p_deployment_id text, p_region text, p_name text, p_public_host text, p_instance_id uuid, p_process_id uuid,
  p_rooms_per_process integer, p_exposed_port jsonb, p_additional_exposed_ports jsonb, p_idle_timeout_enabled boolean
) returns table (outcome text, process_id uuid, rooms_per_process integer) language plpgsql as $$
declare
  v_host_id text := 'static:' || p_app_id || ':' || p_name;
  v_deployment deployments%rowtype;
  v_pool_id bigint;
  v_pool pools%rowtype;
  v_living processes%rowtype;
  v_now timestamptz;
begin
  select * into v_deployment from deployments d
   where d.app_id = p_app_id and d.deployment_id = coalesce(p_deployment_id, d.deployment_id) and d.deleted_at is null
   order by d.sequence desc limit 1;
  if not found then
    return query
      select case when p_deployment_id is null then 'no_deployment' else 'deployment_not_found' end, null::uuid, null::integer;
    return;
  end if;
  if p_rooms_per_process > v_deployment.rooms_per_process then
    return query select 'too_many_rooms', null::uuid, v_deployment.rooms_per_process;
    return;
  end if;
  v_pool_id := ensure_pool(v_deployment.deployment_id, p_region);
  perform lock_pool(v_pool_id);
  perform pg_advisory_xact_lock(5, hashtext(v_host_id));
  select * into v_living from processes p where p.host_id = v_host_id and p.terminated_at is null;
  if v_living.host_incarnation = p_instance_id then
    update hosts h set beat_at = clock_timestamp() where h.host_id = v_host_id;
    return query select 'registered', v_living.process_id, v_living.rooms_per_process;
    return;
  end if;
  -- Before the name: nobody shall be ended for the sake of one who is refused.
  select * into strict v_pool from pools where pool_id = v_pool_id;
  if v_pool.max_processes <= (select count(*) from processes p where p.pool_id = v_pool_id and p.terminated_at is null
                                 and p.process_id is distinct from v_living.process_id) then
    return query select 'full', null::uuid, null::integer;
    return;
  end if;
  if v_living.process_id is not null then
    return query select 'occupied', v_living.process_id, v_living.rooms_per_process;
    return;
  end if;

  v_now := clock_timestamp();
  insert into hosts (host_id, provider, regions, public_host, max_processes, incarnation, started_at, beat_at)
  values (v_host_id, 'static', array[p_region], p_public_host, 0, p_instance_id, v_now, v_now)
  on conflict (host_id) do update set regions = excluded.regions, public_host = excluded.public_host,
    incarnation = excluded.incarnation, started_at = excluded.started_at, beat_at = excluded.beat_at;
  insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated,
                         exposed_port, additional_exposed_ports, idle_timeout_enabled, host_id, host_incarnation,
                         created_at, scheduled_at, booted_at, started_at)
  values (p_process_id, v_pool_id, p_app_id, v_deployment.deployment_id, p_region, 'running',
          coalesce(p_rooms_per_process, v_deployment.rooms_per_process), 0, p_exposed_port, p_additional_exposed_ports,
          p_idle_timeout_enabled, v_host_id, p_instance_id, v_now, v_now, v_now, v_now);
  perform pg_notify('roombridge_processes', p_region);
  return query select 'registered', p_process_id, coalesce(p_rooms_per_process, v_deployment.rooms_per_process);
end $$;
--> statement-breakpoint

-- Renews the lease of a static process and answers what it shall do and which rooms it has: null when they are those of
-- p_known_version. A process that was asked to stop has its lease for 60 s more.
-- One row. Outcomes: alive; stopped (it has ended, as was asked for); superseded (another instance lives under its name);
-- gone (it has ended otherwise: its lease was over, or it has said so itself); not_found.
create function beat_static_process(p_app_id text, p_process_id uuid, p_known_version text)
returns table (
  outcome text, deployment_id text, region text, rooms_per_process integer, process_status text, stop_reason text,
  rooms_version text, rooms jsonb
) language plpgsql as $$
declare
  v_process processes%rowtype;
  v_host hosts%rowtype;
  v_outcome text := 'alive';
begin
  select p.* into v_process from processes p where p.process_id = p_process_id and p.app_id = p_app_id;
  select h.* into v_host from hosts h where h.host_id = v_process.host_id and h.provider = 'static';
  if not found then
    v_outcome := 'not_found';
  elsif v_host.incarnation <> v_process.host_incarnation and host_is_alive(v_host.beat_at) then
    v_outcome := 'superseded';
  elsif v_process.terminated_at is not null then
    v_outcome := case when v_process.stopping_at is null then 'gone' else 'stopped' end;
  elsif v_process.stopping_at is null or v_process.stopping_at > clock_timestamp() - interval '60 seconds' then
    update hosts h set beat_at = clock_timestamp() where h.host_id = v_host.host_id and h.incarnation = v_host.incarnation;
  end if;
  if v_outcome in ('not_found', 'superseded', 'gone') then
    return query
      select v_outcome, null::text, null::text, null::integer, null::text, null::text, null::text, null::jsonb;
    return;
  end if;
  return query
    with present as materialized (
      -- The version of a row (xmin) stands for its config, which is not read while nothing has changed.
      select a.room_allocation_id, a.scheduled_at, r.room_id, r.room_config, r.xmin::text as row_version
        from room_allocations a join rooms r on r.room_key = a.room_key
       where a.process_id = p_process_id and a.unscheduled_at is null
    ), digest as (
      select left(encode(sha256(convert_to(coalesce(string_agg(
               n.room_allocation_id || ' ' || n.row_version, ',' order by n.room_allocation_id), ''), 'UTF8')), 'hex'), 32) as version
        from present n
    )
    select v_outcome, v_process.deployment_id, v_process.region, v_process.rooms_per_process, v_process.status,
           case when v_process.stopping_at is not null then v_process.stop_reason end, d.version,
           case when d.version is distinct from p_known_version then (
             select coalesce(jsonb_agg(jsonb_build_object('roomId', n.room_id, 'roomConfig', n.room_config,
                      'roomAllocationId', n.room_allocation_id) order by n.scheduled_at, n.room_allocation_id), '[]')
               from present n) end
      from digest d;
end $$;
