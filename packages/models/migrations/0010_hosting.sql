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

-- The status that callers are shown: a running process of an outdated deployment is draining.
create function shown_status(p processes) returns text language sql stable as $$
  select case when p.status = 'running' and is_outdated(p.deployment_id) then 'draining' else p.status end
$$;
--> statement-breakpoint

-- Why a process shall end; null while it shall not.
-- idle: it has had no room for 300 s; or it has rooms, none of them younger than 300 s, all its ports are TCP or TLS, and
-- its host has seen no connection for 300 s. Both only where the process itself, or else its deployment, allows it; but of
-- an outdated deployment none stays without rooms, unless the process itself says so.
create function retirement(p processes) returns text language plpgsql as $$
declare
  v_long_ago timestamptz := clock_timestamp() - interval '300 seconds';
  v_is_allowed boolean;
begin
  if p.status <> 'running' or p.stop_reason is not null or p.started_at >= v_long_ago then
    return null;
  end if;
  if p.rooms_allocated > 0 and coalesce(p.no_connections_since >= v_long_ago, true) then
    return null;
  end if;
  select coalesce(p.idle_timeout_enabled, d.idle_timeout_enabled or (p.rooms_allocated = 0 and is_outdated(p.deployment_id)))
    into v_is_allowed
    from deployments d where d.deployment_id = p.deployment_id;
  if not coalesce(v_is_allowed, false) then
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
  elsif exists (select from room_allocations a where a.process_id = p.process_id and a.unscheduled_at > v_long_ago) then
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
