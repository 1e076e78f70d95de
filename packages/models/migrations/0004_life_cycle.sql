-- What happens to a room and to a process after their creation: suspend, resume, stop. Lock order as in the placement
-- migration: pool, rooms by key, processes by id, host capacity.

-- Why a pool has no slot to give: no_host (no live host in its region), pool_stopped, else full; and when to come again.
create function placement_refusal(p_pool_id bigint)
returns table (refusal text, retry_after_seconds integer) language plpgsql as $$
declare
  v_pool pools%rowtype;
begin
  select * into strict v_pool from pools where pool_id = p_pool_id;
  if not exists (select from hosts h where v_pool.region = any (h.regions) and host_is_alive(h.beat_at)) then
    return query select 'no_host', 5;
  elsif v_pool.stopped_until > clock_timestamp() then
    return query select 'pool_stopped', ceil(extract(epoch from v_pool.stopped_until - clock_timestamp()))::integer;
  else
    return query select 'full', 5;
  end if;
end $$;
--> statement-breakpoint

-- Creates a batch of rooms of one application, deployment and region: rooms, slots, allocations, credentials, events.
-- Array arguments have one element per room. p_deployment_id null means the newest deployment of the application.
-- p_needs_process false is how RoomService creates, which has no destroy: the rooms expire with their credential, and get
-- no process when the application has no deployment.
-- Each room gets one answer: created, duplicate (a live room has its id), full, no_host (no live host in the region),
-- pool_stopped, no_deployment, deployment_not_found. A deployment that was named stays the room's at every resume.
create or replace function create_rooms(
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
  v_refusal text;
  v_retry_after integer;
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
    insert into rooms as r (room_key, app_id, room_id, room_config, client_ips, state, region, pool_id, deployment_id, placements,
                            created_at, expires_at)
    select w.room_key, p_app_id, w.room_id, w.room_config, w.client_ips::jsonb,
           case when v_pool_id is null then 'scheduling' else 'active' end, p_region, v_pool_id, p_deployment_id,
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
      select f.refusal, f.retry_after_seconds into v_refusal, v_retry_after from placement_refusal(v_pool_id) f;
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

-- Takes the live room of this id off its process and switches its credentials off; nothing when it is suspended already.
-- False when there is no such room.
create function suspend_room(p_app_id text, p_room_id text) returns boolean language plpgsql as $$
declare
  v_room rooms%rowtype;
  v_now timestamptz;
begin
  select * into v_room from rooms
   where app_id = p_app_id and room_id = p_room_id and destroyed_at is null for update;
  if not found then
    return false;
  end if;
  if v_room.state = 'suspended' then
    return true;
  end if;
  v_now := clock_timestamp();
  perform release_slots(array[v_room.room_key], v_now);
  update turn_credentials set suspended_at = v_now
   where room_key = v_room.room_key and revoked_at is null and suspended_at is null;
  update rooms set state = 'suspended', unscheduled_at = null, unscheduled_reason = null where room_key = v_room.room_key;
  insert into room_events (app_id, room_key, type, payload)
  values (p_app_id, v_room.room_key, 'room.suspended', jsonb_build_object('roomId', p_room_id));
  perform notify_rooms(array[v_room.room_key]);
  return true;
end $$;
--> statement-breakpoint

-- Gives the live room of this id a process again: on the deployment that its creator named, else on the newest one. Its
-- credentials are switched on and last at least p_ttl_seconds from now.
-- With p_is_wake (a public caller asks) only what the suspend call has put to sleep is resumed, and no oftener than once in
-- ten seconds, successful or not.
-- One row. Outcomes: active (it was already, nothing is changed), resumed, resumed_without_process (no deployment, and the
-- room never had one), not_found, asleep (not for p_is_wake to resume), woken_recently, no_deployment, full, no_host,
-- pool_stopped.
create function resume_room(
  p_app_id text, p_room_id text, p_is_wake boolean, p_allocation_id uuid, p_process_id uuid, p_ttl_seconds integer
) returns table (
  outcome text, room_key text, process_id uuid, process_status text, exposed_port jsonb, additional_exposed_ports jsonb,
  username text, key_version text, credential_expires_at timestamptz, region text, retry_after_seconds integer
) language plpgsql as $$
declare
  v_room rooms%rowtype;
  v_deployment_id text;
  v_pool_id bigint;
  v_process_id uuid;
  v_now timestamptz;
  v_expires_at timestamptz;
  v_outcome text;
  v_retry_after integer;
begin
  -- Who polls must not wait for a lock. One statement, so that all of the answer was true at the same moment.
  return query
    select 'active', r.room_key, p.process_id, p.status, p.exposed_port, p.additional_exposed_ports,
           c.username, c.key_version, c.expires_at, r.region, null::integer
      from rooms r
      join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
      join processes p on p.process_id = a.process_id
      join turn_credentials c on c.room_key = r.room_key and c.player_id is null and c.revoked_at is null
     where r.app_id = p_app_id and r.room_id = p_room_id and r.destroyed_at is null;
  if found then
    return;
  end if;

  -- The pool must be locked before the room, and only the room tells the pool: look, lock, look again.
  for v_look in 1..2 loop
    if v_look = 1 then
      select r.* into v_room from rooms r where r.app_id = p_app_id and r.room_id = p_room_id and r.destroyed_at is null;
    else
      select r.* into v_room from rooms r where r.room_key = v_room.room_key and r.destroyed_at is null for update;
    end if;
    v_outcome := case
      when not found then 'not_found'
      when v_room.state = 'active' then case when v_look = 2 then 'active' end
      when p_is_wake and v_room.state <> 'suspended' then 'asleep'
      when p_is_wake and v_room.woken_at > clock_timestamp() - interval '10 seconds' then 'woken_recently'
    end;
    exit when v_outcome is not null or v_look = 2;
    select d.deployment_id into v_deployment_id from deployments d
     where d.app_id = p_app_id and d.deployment_id = coalesce(v_room.deployment_id, d.deployment_id) and d.deleted_at is null
     order by d.sequence desc limit 1;
    if v_deployment_id is not null then
      v_pool_id := ensure_pool(v_deployment_id, v_room.region);
      perform lock_pool(v_pool_id);
    end if;
  end loop;

  if v_outcome is null then
    v_now := clock_timestamp();
    v_expires_at := v_now + make_interval(secs => p_ttl_seconds);
    if v_pool_id is not null then
      select t.process_id into v_process_id from take_slots(v_pool_id, array[v_room.room_key], array[p_process_id]) t;
    end if;
    if v_process_id is not null then
      v_outcome := 'resumed';
      insert into room_allocations (room_allocation_id, room_key, process_id, scheduled_at)
      values (p_allocation_id, v_room.room_key, v_process_id, v_now);
    elsif v_pool_id is not null then
      select f.refusal, f.retry_after_seconds into v_outcome, v_retry_after from placement_refusal(v_pool_id) f;
    elsif v_room.state = 'suspended' and v_room.pool_id is null then
      v_outcome := 'resumed_without_process';
    else
      v_outcome := 'no_deployment';
    end if;

    if v_outcome in ('resumed', 'resumed_without_process') then
      update turn_credentials c set suspended_at = null,
             expires_at = case when c.player_id is null then greatest(c.expires_at, v_expires_at) else c.expires_at end
       where c.room_key = v_room.room_key and c.revoked_at is null;
      update rooms r set state = case when v_process_id is null then 'scheduling' else 'active' end,
             pool_id = v_pool_id, placements = case when v_process_id is null then 0 else 1 end,
             unscheduled_at = null, unscheduled_reason = null,
             expires_at = case when r.expires_at is not null then greatest(r.expires_at, v_expires_at) end
       where r.room_key = v_room.room_key;
      insert into room_events (app_id, room_key, type, payload)
      select p_app_id, v_room.room_key, e.type,
             jsonb_build_object('roomId', p_room_id, 'region', v_room.region, 'processId', v_process_id)
        from unnest(array['room.resumed', 'room.active']) with ordinality as e (type, n)
       where e.n = 1 or exists (select from processes p where p.process_id = v_process_id and p.status = 'running')
       order by e.n;
    end if;
    if p_is_wake then
      update rooms r set woken_at = v_now where r.room_key = v_room.room_key;
    end if;
  elsif v_outcome = 'woken_recently' then
    v_retry_after := greatest(1, ceil(extract(epoch from v_room.woken_at + interval '10 seconds' - clock_timestamp())));
  end if;

  return query
    select v_outcome, v_room.room_key, p.process_id, p.status, p.exposed_port, p.additional_exposed_ports,
           c.username, c.key_version, c.expires_at, v_room.region, v_retry_after
      from (select) one
      left join room_allocations a on a.room_key = v_room.room_key and a.unscheduled_at is null
      left join processes p on p.process_id = a.process_id
      left join turn_credentials c on c.room_key = v_room.room_key and c.player_id is null and c.revoked_at is null;
end $$;
--> statement-breakpoint

-- Starts a process without a room, on the newest deployment of the application; only once, if the call is repeated with the
-- same id because its answer was lost. Outcomes: created, no_deployment, full, no_host, pool_stopped.
create function create_process(p_app_id text, p_region text, p_process_id uuid)
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
     or host_capacity(p_region) <= 0 then
    return query select f.refusal, f.retry_after_seconds from placement_refusal(v_pool_id) f;
    return;
  end if;
  insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated)
  values (p_process_id, v_pool_id, p_app_id, v_deployment.deployment_id, p_region, 'starting', v_deployment.rooms_per_process, 0);
  perform pg_notify('roombridge_processes', p_region);
  return query select 'created', null::integer;
end $$;
--> statement-breakpoint

-- Destroys the rooms of a process at once and asks for its end, which is immediate when no host has taken it yet. Does
-- nothing to a process that has ended. False when the application has no such process.
create function stop_process(p_app_id text, p_process_id uuid) returns boolean language plpgsql as $$
declare
  v_process processes%rowtype;
  v_keys text[];
begin
  select * into v_process from processes where process_id = p_process_id and app_id = p_app_id;
  if not found then
    return false;
  end if;
  perform lock_pool(v_process.pool_id);
  perform 1 from rooms r join room_allocations a on a.room_key = r.room_key
    where a.process_id = p_process_id and a.unscheduled_at is null order by r.room_key for update of r;
  select * into strict v_process from processes where process_id = p_process_id for update;
  if v_process.terminated_at is not null then
    return true;
  end if;
  update processes set status = 'stopping', stop_reason = 'stop_requested',
         stopping_at = coalesce(stopping_at, clock_timestamp())
   where process_id = p_process_id;
  select array_agg(a.room_key order by a.room_key) into v_keys
    from room_allocations a where a.process_id = p_process_id and a.unscheduled_at is null;
  perform destroy_rooms(v_keys, 'stop_requested');
  if v_process.host_id is null then
    perform end_process(p_process_id, 'stop_requested', null, null, '{}', '{}');
  end if;
  perform pg_notify('roombridge_processes', v_process.region);
  return true;
end $$;
