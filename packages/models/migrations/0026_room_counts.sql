-- Creates of an application with a limit do not count its rooms each time, and an application that is deleted gets none.

-- How many of p_wanted new rooms an application may have that may have p_max_rooms live ones; the places are taken with the
-- answer. Takers follow one another: two must not both take the last place. That lock, in the sixth space, is taken before
-- those of pools, rooms and processes, and by nobody else.
-- Rooms are counted when they would not fit by the last count, or after ten seconds: then it has forgotten rooms that ended,
-- and learns of those that an earlier release created.
create function take_room_places(p_app_id text, p_max_rooms integer, p_wanted integer) returns integer language plpgsql as $$
declare
  v_now timestamptz;
  v_at_most bigint;
  v_counted_at timestamptz;
  v_taken integer;
begin
  perform pg_advisory_xact_lock(6, hashtext(p_app_id));
  v_now := clock_timestamp();
  select c.at_most, c.counted_at into v_at_most, v_counted_at from room_counts c
   where c.app_id = p_app_id and c.max_rooms = p_max_rooms and c.counted_at between v_now - interval '10 seconds' and v_now;
  if v_at_most is null or v_at_most + p_wanted > p_max_rooms then
    v_counted_at := v_now;
    select count(*) into v_at_most from (
      select from rooms r where r.app_id = p_app_id and r.destroyed_at is null limit p_max_rooms
    ) live;
  end if;
  v_taken := greatest(0, least(p_wanted, p_max_rooms - v_at_most));
  if v_taken > 0 then
    insert into room_counts (app_id, at_most, max_rooms, counted_at)
    values (p_app_id, v_at_most + v_taken, p_max_rooms, v_counted_at)
    on conflict (app_id) do update
       set at_most = excluded.at_most, max_rooms = excluded.max_rooms, counted_at = excluded.counted_at;
  end if;
  return v_taken;
end $$;
--> statement-breakpoint

-- Creates rooms as `create_rooms` does, of an application that may have so many live ones at a time (`max_rooms`; null: any
-- number). Whatever lives counts, on a process or not. Rooms beyond it are not looked at further: `room_quota`. One whose id is
-- taken is a duplicate all the same. An application that is deleted gets none: `app_not_found`; what is created while it is
-- being deleted, housekeeping ends.
create or replace function create_rooms_within_quota(
  p_app_id text, p_deployment_id text, p_needs_process boolean, p_region text,
  p_room_keys text[], p_room_ids text[], p_room_configs text[], p_client_ips text[],
  p_allocation_ids uuid[], p_process_ids uuid[],
  p_usernames text[], p_hmackeys text[], p_realm text, p_key_version text, p_ttl_seconds integer
) returns table (
  room_key text, outcome text, process_id uuid, process_status text, exposed_port jsonb, additional_exposed_ports jsonb,
  credential_expires_at timestamptz, retry_after_seconds integer
) language plpgsql as $$
declare
  v_max_rooms integer;
  v_deleted_at timestamptz;
  v_new_ids text[];
  v_taken integer;
  v_admitted integer[];
begin
  select a.max_rooms, a.deleted_at into v_max_rooms, v_deleted_at from applications a where a.app_id = p_app_id;
  if v_deleted_at is not null then
    return query
      select k, 'app_not_found', null::uuid, null::text, null::jsonb, null::jsonb, null::timestamptz, null::integer
        from unnest(p_room_keys) k;
    return;
  end if;
  if v_max_rooms is null then
    return query
      select * from create_rooms(
        p_app_id, p_deployment_id, p_needs_process, p_region, p_room_keys, p_room_ids, p_room_configs, p_client_ips,
        p_allocation_ids, p_process_ids, p_usernames, p_hmackeys, p_realm, p_key_version, p_ttl_seconds);
    return;
  end if;

  -- In the order in which they were asked for; one id stands for one room, however often it is in the batch.
  v_new_ids := array(
    select i.room_id from unnest(p_room_ids) with ordinality as i (room_id, n)
     where not exists (select from rooms r where r.app_id = p_app_id and r.room_id = i.room_id and r.destroyed_at is null)
     group by i.room_id order by min(i.n));
  v_taken := take_room_places(p_app_id, v_max_rooms, cardinality(v_new_ids));
  v_admitted := array(
    select i.n from unnest(p_room_ids) with ordinality as i (room_id, n)
     where not i.room_id = any (v_new_ids[v_taken + 1:])
     order by i.n);

  if cardinality(v_admitted) > 0 then
    return query
      select * from create_rooms(
        p_app_id, p_deployment_id, p_needs_process, p_region,
        array(select p_room_keys[n] from unnest(v_admitted) n), array(select p_room_ids[n] from unnest(v_admitted) n),
        array(select p_room_configs[n] from unnest(v_admitted) n), array(select p_client_ips[n] from unnest(v_admitted) n),
        array(select p_allocation_ids[n] from unnest(v_admitted) n), array(select p_process_ids[n] from unnest(v_admitted) n),
        array(select p_usernames[n] from unnest(v_admitted) n), array(select p_hmackeys[n] from unnest(v_admitted) n),
        p_realm, p_key_version, p_ttl_seconds);
  end if;
  return query
    select p_room_keys[n], 'room_quota', null::uuid, null::text, null::jsonb, null::jsonb, null::timestamptz, null::integer
      from generate_subscripts(p_room_keys, 1) n where not n = any (v_admitted);
end $$;
--> statement-breakpoint

-- Creates a room without a game server, whatever deployments the application has; the time limits are those of the room and
-- of its credential. Doing so again with the same key changes nothing. Outcomes: created, duplicate (a live room has its id),
-- room_quota (as of create_rooms_within_quota), app_not_found.
create or replace function create_local_room(
  p_app_id text, p_region text, p_room_key text, p_room_id text, p_room_config text, p_lifetime_seconds integer,
  p_username text, p_hmackey text, p_realm text, p_key_version text, p_ttl_seconds integer
) returns text language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_max_rooms integer;
begin
  -- Its end destroys its rooms: this one comes before it, or not at all.
  select a.max_rooms into v_max_rooms from applications a where a.app_id = p_app_id and a.deleted_at is null for share;
  if not found then
    return 'app_not_found';
  end if;
  if exists (select from rooms r where r.room_key = p_room_key) then
    return 'created';
  end if;
  if exists (select from rooms r where r.app_id = p_app_id and r.room_id = p_room_id and r.destroyed_at is null) then
    return 'duplicate';
  end if;
  if v_max_rooms is not null and take_room_places(p_app_id, v_max_rooms, 1) = 0 then
    return 'room_quota';
  end if;
  insert into rooms (room_key, app_id, room_id, room_config, state, region, created_at, expires_at)
  values (p_room_key, p_app_id, p_room_id, p_room_config, 'scheduling', p_region, v_now,
          v_now + make_interval(secs => p_lifetime_seconds))
  on conflict do nothing;
  if not found then
    -- Either somebody else's room has the id, or this one has been created meanwhile by a call whose answer was lost.
    return case when exists (select from rooms r where r.room_key = p_room_key) then 'created' else 'duplicate' end;
  end if;
  insert into turn_credentials (username, room_key, realm, hmackey, key_version, issued_at, expires_at)
  values (p_username, p_room_key, p_realm, p_hmackey, p_key_version, v_now, v_now + make_interval(secs => p_ttl_seconds));
  insert into room_events (app_id, room_key, type, payload)
  values (p_app_id, p_room_key, 'room.created',
          jsonb_build_object('roomId', p_room_id, 'region', p_region, 'processId', null));
  return 'created';
end $$;
