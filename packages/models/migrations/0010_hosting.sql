-- Which processes take no more rooms, and which have nothing to do any more. Lock order as in the placement migration.

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
    v_new := least(v_new, host_capacity(p_region));
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
