-- Two functions of the TURN migration, corrected. Lock order as there.

-- Issues a credential to a player of a live room. A player keeps four: the oldest ends at once for new sessions when a fifth
-- is issued. It lasts no longer than a room that expires. Asking again with the same username changes nothing.
-- p_max_credentials counts what is live in the room, its own included; p_max_sessions (0: no limit) the running sessions of
-- everybody else, so that who is in the room can renew.
-- One row. Outcomes: issued, not_found (destroyed or expired), suspended, credentials, sessions (too many of them).
create or replace function issue_player_credential(
  p_room_key text, p_player_id text, p_username text, p_hmackey text, p_realm text, p_key_version text,
  p_ttl_seconds integer, p_max_credentials integer, p_max_sessions integer
) returns table (outcome text, expires_at timestamptz, ttl_seconds integer, retry_after_seconds integer) language plpgsql as $$
declare
  v_room rooms%rowtype;
  v_now timestamptz;
  v_expires_at timestamptz;
  v_ending text[];
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
    v_ending := array(
      select o.username from turn_credentials o
       where o.room_key = p_room_key and o.player_id = p_player_id and o.revoked_at is null and o.expires_at > v_now
       order by o.issued_at desc, o.username offset 3);
    select count(*) + 1, min(c.expires_at) into v_live, v_first_end from turn_credentials c
     where c.room_key = p_room_key and c.player_id is not null and c.revoked_at is null and c.expires_at > v_now
       and not c.username = any (v_ending);
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
    update turn_credentials c set expires_at = v_now where c.username = any (v_ending);
    v_expires_at := least(v_now + make_interval(secs => p_ttl_seconds), v_room.expires_at);
    insert into turn_credentials (username, room_key, player_id, realm, hmackey, key_version, issued_at, expires_at)
    values (p_username, p_room_key, p_player_id, p_realm, p_hmackey, p_key_version, v_now, v_expires_at);
  end if;
  return query select 'issued', v_expires_at, greatest(0, floor(extract(epoch from v_expires_at - v_now)))::integer, null::integer;
end $$;
--> statement-breakpoint

-- Writes down what an agent saw of its relay's sessions. Counters are totals since the start of a session, and writing them
-- again changes nothing. A session is known again by its id and its username. coturn counts its ids from 1 again after a
-- restart: what seems to have begun after that session was last seen, and over three seconds later than it, is another one.
-- Seems, because ages are in whole seconds and reports may be late.
-- With p_is_complete, what runs in the table and is not among them has ended when it was last seen.
create or replace function record_turn_sessions(
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
           and r.started_at <= greatest(s.started_at + interval '3 seconds', s.seen_at - interval '2 seconds')
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
