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
