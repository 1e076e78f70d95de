-- TURN that follows the room: credentials per player, revocation, relay sessions. Lock order as in the placement migration;
-- whatever issues or revokes holds the room's row lock, as suspend and destroy do.

-- The sessions of a server are written again every few seconds; free space on the page keeps that HOT.
alter table turn_sessions set (fillfactor = 70);
--> statement-breakpoint

-- Credentials of rooms, and of the test allocations of the agents. Each half must be found by its index alone.
create or replace view coturn.turnusers_lt as
  select realm, username as name, hmackey
    from public.turn_credentials
   where revoked_at is null and suspended_at is null and expires_at > clock_timestamp()
  union all
  select realm, canary_username as name, canary_hmackey as hmackey
    from public.turn_servers
   where canary_expires_at > clock_timestamp();
--> statement-breakpoint

-- TURN_MODE=rest. A minute early, because who issues may read a clock of its own.
create or replace view coturn.turn_secret as
  select realm, value from public.turn_secrets
   where not_before - interval '60 seconds' <= clock_timestamp() and (not_after is null or not_after > clock_timestamp());
--> statement-breakpoint

-- As in the placement migration, but a room may have had several credentials of its own: the one that create gave it counts.
create or replace function settle_rooms(p_room_keys text[])
returns table (
  room_key text, outcome text, process_id uuid, process_status text, exposed_port jsonb, additional_exposed_ports jsonb,
  credential_expires_at timestamptz, retry_after_seconds integer
) language plpgsql as $$
begin
  insert into rooms (room_key, app_id, room_id, state, region, destroyed_at)
  select k, '', k, 'destroyed', '', clock_timestamp() from unnest(p_room_keys) k order by k
  on conflict do nothing;
  return query
    select r.room_key, case when r.app_id = '' then 'lost' else 'created' end, p.process_id, p.status, p.exposed_port,
           p.additional_exposed_ports, c.expires_at, null::integer
      from rooms r
      left join room_allocations a on a.room_key = r.room_key and a.unscheduled_at is null
      left join processes p on p.process_id = a.process_id
      left join lateral (
        select t.expires_at from turn_credentials t
         where t.room_key = r.room_key and t.player_id is null order by t.issued_at limit 1
      ) c on true
     where r.room_key = any (p_room_keys);
end $$;
--> statement-breakpoint

-- A relay that has not been seen for a minute has no sessions any more, as far as anybody knows.
create function turn_server_is_seen(p_seen_at timestamptz) returns boolean language sql volatile as $$
  select p_seen_at > clock_timestamp() - interval '60 seconds'
$$;
--> statement-breakpoint

-- Issues a credential to a player of a live room. A player keeps four: the oldest ends at once for new sessions when a fifth
-- comes. It lasts no longer than a room that expires. Asking again with the same username changes nothing.
-- p_max_credentials counts what is live in the room, its own included; p_max_sessions (0: no limit) the running sessions of
-- everybody else, so that who is in the room can renew.
-- One row. Outcomes: issued, not_found (destroyed or expired), suspended, credentials, sessions (too many of them).
create function issue_player_credential(
  p_room_key text, p_player_id text, p_username text, p_hmackey text, p_realm text, p_key_version text,
  p_ttl_seconds integer, p_max_credentials integer, p_max_sessions integer
) returns table (outcome text, expires_at timestamptz, ttl_seconds integer, retry_after_seconds integer) language plpgsql as $$
declare
  v_room rooms%rowtype;
  v_now timestamptz;
  v_expires_at timestamptz;
  v_live bigint;
  v_first_end timestamptz;
begin
  select * into v_room from rooms r where r.room_key = p_room_key and r.destroyed_at is null for update;
  v_now := clock_timestamp();
  if not found or v_room.expires_at <= v_now then
    return query select 'not_found', null::timestamptz, null::integer, null::integer;
    return;
  elsif v_room.state = 'suspended' then
    return query select 'suspended', null::timestamptz, null::integer, null::integer;
    return;
  end if;
  select c.expires_at into v_expires_at from turn_credentials c where c.username = p_username;

  if v_expires_at is null then
    update turn_credentials c set expires_at = v_now
     where c.username in (
       select o.username from turn_credentials o
        where o.room_key = p_room_key and o.player_id = p_player_id and o.revoked_at is null and o.expires_at > v_now
        order by o.issued_at desc, o.username offset 3);
    select count(*) + 1, min(c.expires_at) into v_live, v_first_end from turn_credentials c
     where c.room_key = p_room_key and c.player_id is not null and c.revoked_at is null and c.expires_at > v_now;
    if v_live >= p_max_credentials then
      return query select 'credentials', null::timestamptz, null::integer,
                          least(60, ceil(extract(epoch from coalesce(v_first_end - v_now, interval '1 minute'))))::integer;
      return;
    end if;
    if p_max_sessions > 0 and p_max_sessions <= (
         select count(*) from turn_sessions s join turn_servers t on t.server_id = s.server_id
          where s.room_key = p_room_key and s.ended_at is null and s.player_id is distinct from p_player_id
            and turn_server_is_seen(t.seen_at)) then
      return query select 'sessions', null::timestamptz, null::integer, 5;
      return;
    end if;
    v_expires_at := least(v_now + make_interval(secs => p_ttl_seconds), v_room.expires_at);
    insert into turn_credentials (username, room_key, player_id, realm, hmackey, key_version, issued_at, expires_at)
    values (p_username, p_room_key, p_player_id, p_realm, p_hmackey, p_key_version, v_now, v_expires_at);
  end if;
  return query select 'issued', v_expires_at, greatest(0, floor(extract(epoch from v_expires_at - v_now)))::integer, null::integer;
end $$;
--> statement-breakpoint

-- Revokes credentials of a live room: the one of this username, those of this player, or, with neither, all. A room whose own
-- credential goes has the prepared one from the same moment on. Answers how many were revoked; null when there is no such room.
create function revoke_credentials(
  p_room_key text, p_username text, p_player_id text,
  p_new_username text, p_hmackey text, p_realm text, p_key_version text, p_ttl_seconds integer
) returns integer language plpgsql as $$
declare
  v_room rooms%rowtype;
  v_now timestamptz;
  v_revoked integer;
begin
  select * into v_room from rooms r where r.room_key = p_room_key and r.destroyed_at is null for update;
  if not found then
    return null;
  end if;
  v_now := clock_timestamp();
  update turn_credentials c set revoked_at = v_now
   where c.room_key = p_room_key and c.revoked_at is null
     and (p_username is null or c.username = p_username) and (p_player_id is null or c.player_id = p_player_id);
  get diagnostics v_revoked = row_count;
  if v_revoked = 0 then
    return 0;
  end if;
  insert into turn_credentials (username, room_key, realm, hmackey, key_version, issued_at, expires_at, suspended_at)
  select p_new_username, p_room_key, p_realm, p_hmackey, p_key_version, v_now,
         coalesce(v_room.expires_at, v_now + make_interval(secs => p_ttl_seconds)),
         case when v_room.state = 'suspended' then v_now end
   where not exists (
     select from turn_credentials c where c.room_key = p_room_key and c.player_id is null and c.revoked_at is null);
  -- Those of the room itself that were replaced; housekeeping forgets only what players had.
  delete from turn_credentials c
   where c.room_key = p_room_key and c.player_id is null and c.revoked_at < v_now - interval '1 hour';
  perform notify_rooms(array[p_room_key]);
  return v_revoked;
end $$;
--> statement-breakpoint

-- Writes down what an agent saw of its relay's sessions. Counters are totals since the start of a session, and writing them
-- again changes nothing. A session is known again by its id, its username, and its start to within three seconds: coturn tells
-- its age in whole seconds, and counts its ids from 1 again after a restart.
-- With p_is_complete, what runs in the table and is not among them has ended when it was last seen.
create function record_turn_sessions(
  p_server_id text, p_session_ids text[], p_usernames text[], p_age_seconds double precision[],
  p_received_bytes bigint[], p_sent_bytes bigint[], p_have_ended boolean[], p_is_complete boolean
) returns void language plpgsql as $$
declare
  v_now timestamptz;
begin
  -- One report of a server after the other; the third space of advisory locks.
  perform pg_advisory_xact_lock(3, hashtext(p_server_id));
  if not exists (select from turn_servers t where t.server_id = p_server_id) then
    raise exception 'relay % has never beaten', p_server_id;
  end if;
  v_now := clock_timestamp();
  with reported as (
    select r.*, v_now - make_interval(secs => r.age_seconds) as started_at
      from unnest(p_session_ids, p_usernames, p_age_seconds, p_received_bytes, p_sent_bytes, p_have_ended)
        as r (session_id, username, age_seconds, received_bytes, sent_bytes, has_ended)
  ), known as (
    select r.session_id, r.username, r.received_bytes, r.sent_bytes, r.has_ended, t.started_at
      from reported r cross join lateral (
        select s.started_at from turn_sessions s
         where s.server_id = p_server_id and s.session_id = r.session_id and s.username = r.username
           and s.started_at between r.started_at - interval '3 seconds' and r.started_at + interval '3 seconds'
         order by s.started_at desc limit 1
      ) t
  ), seen_again as (
    update turn_sessions t set seen_at = v_now, ended_at = case when k.has_ended then coalesce(t.ended_at, v_now) end,
           received_bytes = greatest(t.received_bytes, k.received_bytes), sent_bytes = greatest(t.sent_bytes, k.sent_bytes)
      from known k
     where t.server_id = p_server_id and t.session_id = k.session_id and t.started_at = k.started_at
  )
  insert into turn_sessions as t
    (server_id, session_id, started_at, username, room_key, player_id, seen_at, ended_at, received_bytes, sent_bytes)
  select p_server_id, r.session_id, r.started_at, r.username, split_part(r.username, '.', 1), c.player_id, v_now,
         case when r.has_ended then v_now end, r.received_bytes, r.sent_bytes
    from reported r
    left join turn_credentials c on c.username = r.username
   where not exists (select from known k where k.session_id = r.session_id and k.username = r.username)
  on conflict do nothing;
  if p_is_complete then
    update turn_sessions t set ended_at = t.seen_at
     where t.server_id = p_server_id and t.ended_at is null and t.seen_at < v_now;
  end if;
end $$;
