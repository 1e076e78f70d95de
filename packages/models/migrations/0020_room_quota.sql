-- Creates rooms as `create_rooms` does, of an application that may have so many live ones at a time (`max_rooms`; null: any
-- number). Whatever lives counts, on a process or not. Rooms beyond it are not looked at further: `room_quota`. One whose id is
-- taken is a duplicate all the same.
-- Creates of an application with a limit follow one another, in whatever region: else two could both take the last place. That
-- lock, in the sixth space, is taken before any other, and by nobody else.
create function create_rooms_within_quota(
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
  v_left bigint;
  v_admitted integer[];
begin
  select a.max_rooms into v_max_rooms from applications a where a.app_id = p_app_id;
  if v_max_rooms is null then
    return query
      select * from create_rooms(
        p_app_id, p_deployment_id, p_needs_process, p_region, p_room_keys, p_room_ids, p_room_configs, p_client_ips,
        p_allocation_ids, p_process_ids, p_usernames, p_hmackeys, p_realm, p_key_version, p_ttl_seconds);
    return;
  end if;

  perform pg_advisory_xact_lock(6, hashtext(p_app_id));
  v_left := v_max_rooms - (
    select count(*) from (
      select from rooms r where r.app_id = p_app_id and r.destroyed_at is null limit v_max_rooms
    ) live);
  -- One id stands for one room, however often it is in the batch.
  v_admitted := array(
    select c.n from (
      select w.n, w.is_live, dense_rank() over (partition by w.is_live order by w.first_n) as place from (
        select i.n, min(i.n) over (partition by i.room_id) as first_n,
               exists (select from rooms r
                        where r.app_id = p_app_id and r.room_id = i.room_id and r.destroyed_at is null) as is_live
          from unnest(p_room_ids) with ordinality as i (room_id, n)
      ) w
    ) c
     where c.is_live or c.place <= v_left
     order by c.n);

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
