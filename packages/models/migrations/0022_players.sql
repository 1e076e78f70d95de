-- Lobbies. Advisory lock space 7: a player's lobbies, by application and player. It is never held together with another one.

-- Writes down a lobby for a room that is about to be created under this key, unless the player has made p_per_hour lobbies in
-- the last hour (0: no limit). Doing so again with the same key changes nothing. Answers when it was written, or in how many
-- seconds to come again.
create function reserve_lobby(
  p_room_key text, p_app_id text, p_created_by jsonb, p_visibility text, p_short_code text, p_per_hour integer
) returns table (created_at timestamptz, retry_after_seconds integer) language plpgsql as $$
declare
  v_oldest timestamptz;
begin
  if p_per_hour > 0 then
    perform pg_advisory_xact_lock(7, hashtext(p_app_id || ' ' || p_created_by::text));
    -- The oldest of as many as there may be: when an hour has passed since, there may be another one.
    select l.created_at into v_oldest from lobbies l
     where l.app_id = p_app_id and l.created_by = p_created_by and l.room_key <> p_room_key
       and l.created_at > clock_timestamp() - interval '1 hour'
     order by l.created_at desc offset p_per_hour - 1 limit 1;
    if found then
      return query
        select null::timestamptz, greatest(1, ceil(extract(epoch from v_oldest + interval '1 hour' - clock_timestamp())))::integer;
      return;
    end if;
  end if;
  insert into lobbies (room_key, app_id, created_by, visibility, short_code)
  values (p_room_key, p_app_id, p_created_by, p_visibility, p_short_code)
  on conflict do nothing;
  return query select l.created_at, null::integer from lobbies l where l.room_key = p_room_key;
end $$;
--> statement-breakpoint

-- Creates a room without a game server, whatever deployments the application has; the time limits are those of the room and
-- of its credential. Doing so again with the same key changes nothing. Outcomes: created, duplicate (a live room has its id),
-- room_quota (as of create_rooms_within_quota), app_not_found.
create function create_local_room(
  p_app_id text, p_region text, p_room_key text, p_room_id text, p_room_config text, p_lifetime_seconds integer,
  p_username text, p_hmackey text, p_realm text, p_key_version text, p_ttl_seconds integer
) returns text language plpgsql as $$
declare
  v_now timestamptz := clock_timestamp();
  v_max_rooms integer;
begin
  select a.max_rooms into v_max_rooms from applications a where a.app_id = p_app_id;
  if v_max_rooms is not null then
    perform pg_advisory_xact_lock(6, hashtext(p_app_id));
  end if;
  -- Its end destroys its rooms: this one comes before it, or not at all.
  perform from applications a where a.app_id = p_app_id and a.deleted_at is null for share;
  if not found then
    return 'app_not_found';
  end if;
  if exists (select from rooms r where r.room_key = p_room_key) then
    return 'created';
  end if;
  if v_max_rooms <= (
       select count(*) from (
         select from rooms r where r.app_id = p_app_id and r.destroyed_at is null limit v_max_rooms
       ) live)
     and not exists (select from rooms r where r.app_id = p_app_id and r.room_id = p_room_id and r.destroyed_at is null) then
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
