-- What an application says about its regions, and its end. Lock order as in the placement migration.

-- What an application says about one of its regions (an element of Hathora's staticProcessAllocation); null: nothing.
create function region_setting(p_app_id text, p_region text) returns jsonb language sql stable as $$
  select s from applications a, jsonb_array_elements(a.service_config -> 'staticProcessAllocation') s
   where a.app_id = p_app_id and s ->> 'region' = p_region
   limit 1
$$;
--> statement-breakpoint

-- Processes with a free slot that are kept running in a region: as the application says, else the deployment.
create function warm_target(p_deployment_id text, p_region text) returns integer language sql stable as $$
  select coalesce((s ->> 'targetProcesses')::integer, (s ->> 'minProcesses')::integer, d.warm_processes)
    from deployments d, region_setting(d.app_id, p_region) s
   where d.deployment_id = p_deployment_id
$$;
--> statement-breakpoint

-- Processes that may run in a region at a time: as the application says, else the deployment.
create function pool_limit(p_deployment_id text, p_region text) returns integer language sql stable as $$
  select coalesce((s ->> 'maxProcesses')::integer, d.max_processes)
    from deployments d, region_setting(d.app_id, p_region) s
   where d.deployment_id = p_deployment_id
$$;
--> statement-breakpoint

-- Takes the limits of an application's pools over from what the application and its deployments say now.
create function refresh_pool_limits(p_app_id text) returns void language sql as $$
  update pools o set max_processes = l.new
    from (
      select pool_id, pool_limit(deployment_id, region) as new from pools where app_id = p_app_id order by pool_id for update
    ) l
   where l.pool_id = o.pool_id and l.new <> o.max_processes
$$;
--> statement-breakpoint

-- The pool of a deployment in a region; made on first use. Null when the deployment is unknown or deleted.
create or replace function ensure_pool(p_deployment_id text, p_region text) returns bigint language plpgsql as $$
declare
  v_pool_id bigint;
begin
  select pool_id into v_pool_id from pools where deployment_id = p_deployment_id and region = p_region;
  if v_pool_id is not null then
    return v_pool_id;
  end if;
  insert into pools (app_id, deployment_id, region, max_processes)
  select app_id, deployment_id, p_region, pool_limit(deployment_id, p_region)
    from deployments where deployment_id = p_deployment_id and deleted_at is null
  on conflict (deployment_id, region) do nothing;
  select pool_id into v_pool_id from pools where deployment_id = p_deployment_id and region = p_region;
  return v_pool_id;
end $$;
--> statement-breakpoint

-- Why a process shall end; null while it shall not.
-- idle: it has had no room for 300 s; or it has rooms, none of them younger than 300 s, all its ports are TCP or TLS, and
-- its host has seen no connection for 300 s. Both only where the process itself, or else its deployment, allows it; but of
-- an outdated deployment none stays without rooms, unless the process itself says so. As many as are kept warm stay.
-- outdated: of a deployment that is kept warm no more it never had a room. max_age: it is draining and has no room left.
create or replace function retirement(p processes) returns text language plpgsql as $$
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

-- The pools in which processes with a free slot are missing, and how many: as many are kept warm in each region where a
-- live host starts processes as the application says, else the newest deployment. Nothing is started of a build that was deleted.
create or replace function find_cold_pools() returns table (deployment_id text, region text, missing integer)
language sql volatile as $$
  -- Materialized: looking at what ended in the last minute is for pools alone in which something is missing.
  with wanted as materialized (
    select d.deployment_id, d.sequence, r.region, o.pool_id, o.stopped_until, warm_target(d.deployment_id, r.region) as target
      from deployments d
      cross join (
        select distinct unnest(h.regions) as region from hosts h where h.max_processes > 0 and host_is_alive(h.beat_at)
      ) r
      left join pools o on o.deployment_id = d.deployment_id and o.region = r.region
     where not is_outdated(d.deployment_id)
       and exists (select from builds b where b.build_id = d.build_id and b.deleted_at is null)
  ), cold as materialized (
    select w.*, w.target - coalesce(count_free_processes(w.pool_id), 0) as missing from wanted w where w.target > 0
  )
  select c.deployment_id, c.region, c.missing::integer from cold c
   where c.missing > 0
     and (c.pool_id is null
          or not (coalesce(c.stopped_until > clock_timestamp(), false) or is_warming_in_vain(c.pool_id)))
   order by c.sequence, c.region
$$;
--> statement-breakpoint

-- Starts the processes without a room that are missing in a pool, at most one for each id, within the limits of the pool
-- and of the hosts. Answers how many.
create or replace function warm_pool(p_deployment_id text, p_region text, p_process_ids uuid[]) returns integer language plpgsql as $$
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
    warm_target(p_deployment_id, p_region) - count_free_processes(v_pool.pool_id),
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
--> statement-breakpoint

-- Deletes an application with its deployments, so that nothing is placed any more; its name is free again. What lives of it
-- is ended afterwards. False when there is none.
create function delete_application(p_app_id text, p_org_id text, p_deleted_by text) returns boolean language plpgsql as $$
begin
  update applications set deleted_at = clock_timestamp(), deleted_by = p_deleted_by
   where app_id = p_app_id and org_id = p_org_id and deleted_at is null;
  if not found then
    return false;
  end if;
  update deployments set deleted_at = clock_timestamp() where app_id = p_app_id and deleted_at is null;
  return true;
end $$;
